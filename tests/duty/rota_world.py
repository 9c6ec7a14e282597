"""Samples of teams, rotas, chains and the directory for ``tests/test_access.py``."""


def things(base):
    """A team with somebody on, a chain at work, an entry of the directory, and secret addresses."""
    from halong.duty import links
    from halong.duty.models import CalendarLink, Chain, Contact, Page, Run, Team

    person, moment = base.person, base.moment
    owner = {"place": base.place, "agency": base.agency}
    team = Team.objects.create(name="t", changed_at=moment, **owner)
    steps = [{"after": 0, "whom": "on-duty", "role": "", "ref": None, "channels": ["product"]}]
    chain = Chain.objects.create(team=team, name="c", steps=steps, changed_at=moment)
    run = Run.objects.create(
        team=team, chain=chain, key="k", subject_kind="alert", subject_ref="1", title="t", priority=1, steps=steps,
        started_at=moment,
    )  # fmt: skip
    page = Page.objects.create(
        run=run, step=0, person=person, channel="product", state="sent", at=moment, due_at=moment
    )
    contact = Contact.objects.create(name="c", telephone="113", changed_at=moment, **owner)
    link = CalendarLink.objects.create(team=team, salt="s", made_at=moment, made_by=person)
    return {
        "duty-team": team.pk,
        "duty-team-act name": "stand-in",
        "duty-team-do name": "make-link",
        "duty-run": run.pk,
        "duty-page": page.pk,
        "duty-chain": chain.pk,
        "contact": contact.pk,
        "duty-answer token": links.token("page", page.pk),
        "duty-calendar token": links.token("calendar", link.pk, link.salt),
    }
