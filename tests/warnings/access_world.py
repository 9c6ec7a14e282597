"""Samples of warnings for ``tests/test_access.py``."""

from datetime import timedelta

WORDS = {"warning step": "check"}


def things(base):
    """A draft, a warning that the public sees, a row of authority, an outlet."""
    from halong.warnings import actions
    from halong.warnings.models import Act, Authority, Outlet, Warning

    person, place, moment = base.person, base.place, base.moment
    named = type(person).objects.create(username="delegate of warnings")
    other = type(person).objects.create(username="checker of warnings")
    row = Authority.objects.create(
        event="storm", body="b", basis="b", delegate=named, since=moment, made_at=moment
    )
    row.places.set([place])
    outlet = Outlet.objects.create(channel="sms", name="n", target="0", made_at=moment)

    def made(**given):
        draft = actions.WarningDraft(
            event="storm", headline_vi="h", description_vi="d", instruction_vi="i", severity="Minor",
            urgency="Future", certainty="Possible", places=(place,), status="Actual",
        )  # fmt: skip
        from halong.core.permissions import SYSTEM

        return actions.draft_warning(draft, by=SYSTEM)

    draft, public = made(), made()
    Act.objects.create(warning=public, kind="check", by=other, actor="c", at=moment, version=1)
    mine = Warning.objects.filter(pk=public.pk)
    mine.update(state="checked")
    later = row.since + timedelta(minutes=1)
    mine.update(state="approved", authority=row, approved_by=named, approved_at=later)
    mine.update(state="published", sent=later, xml="<alert/>")
    public.refresh_from_db()
    public.dispatches.create(status="Actual", channel="page", target="public", due_at=moment)
    from halong.warnings.models import ForeignWarning

    foreign = ForeignWarning.objects.create(
        sender="s", identifier="i", sent=moment, status="Actual", msg_type="Alert", signature="none", xml=b"",
        received_at=moment,
    )  # fmt: skip
    return {
        "foreign-warning": foreign.pk,
        "warning": draft.pk,
        "warning-authority-end": row.pk,
        "warning-outlet-end": outlet.pk,
        "public-warning number": public.number,
        "public-warning-cap number": public.number,
    }
