"""Who hears of what happened to a report: handlers in the product, followers by the channels that they chose.

Handlers read what happened, never to whom. Followers get a message without the text of the report, since a telephone's
screen or a mailbox may be read by others.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from halong.accounts.models import Grant, Role, User
from halong.accounts.queries import answerable
from halong.citizens.actions.forgetting import CITIZENS_WORDS, told_of
from halong.citizens.models import (
    CoAgency,
    Contact,
    Follower,
    Message,
    PushAddress,
    Report,
    ReportEvent,
    Substitute,
)
from halong.core.formats import format_datetime
from halong.core.permissions import has_perm
from halong.notify.actions import tell
from halong.places.models import Agency

Kind = ReportEvent.Kind
TO_FOLLOWERS: dict[str, Promise] = {
    Kind.ROUTED: gettext_lazy(
        "Your report %(number)s was received and sent to %(agency)s; answer until %(due)s."
    ),
    Kind.ACCEPTED: gettext_lazy("%(agency)s works on report %(number)s; answer until %(due)s."),
    Kind.ASKED: gettext_lazy("%(agency)s has a question about report %(number)s."),
    Kind.EXTENSION_ASKED: gettext_lazy("%(agency)s asks for more time for report %(number)s: until %(due)s."),
    Kind.EXTENDED: gettext_lazy("The deadline of report %(number)s was extended to %(due)s."),
    Kind.EXTENSION_REFUSED: gettext_lazy(
        "More time for report %(number)s was refused; answer until %(due)s."
    ),
    Kind.RETURNED: gettext_lazy("Report %(number)s goes to another agency."),
    Kind.RESOLVED: gettext_lazy(
        "Report %(number)s was answered by %(agency)s. Read it and say how content you are."
    ),
    Kind.REOPENED: gettext_lazy("Report %(number)s was re-opened; answer until %(due)s."),
    Kind.MERGED: gettext_lazy("Report %(number)s was merged with another one that tells the same."),
    Kind.DECLINED: gettext_lazy("Report %(number)s can't be handled; the reason stands with it."),
    Kind.HANDED_OVER: gettext_lazy("Report %(number)s needs another procedure; what to do stands with it."),
    Kind.ESCALATED: gettext_lazy("Report %(number)s is late; the superior agency was told."),
}
ONLY_SENDER = frozenset({Kind.ASKED, Kind.MERGED, Kind.DECLINED, Kind.HANDED_OVER, Kind.RETURNED})


def tell_about(entry: ReportEvent) -> None:
    """Tell everybody whom an entry of the timeline concerns. Idempotent: each hears a key once."""
    report = entry.report
    key = f"{told_of(report)}{entry.pk}"
    people = handlers_told(entry)
    if people:
        title = f"{report.number} · {entry.get_kind_display()}: {report.category.name}"
        words = "" if entry.kind in CITIZENS_WORDS else entry.note[:500]  # these are read in the product only
        tell_handlers(people, report, title, words, key)
    if entry.kind in TO_FOLLOWERS:
        tell_followers(report, entry.kind, key, entry.due_at or report.due_at)


def tell_handlers(people: Iterable[User], report: Report, title: str, text: str, key: str) -> None:
    """Tell handlers something about a report. Of a simulated one they hear inside of the product only, and that it is."""
    if report.simulated:
        title += " (" + _("simulated") + ")"
    tell(
        people,
        kind="report",
        title=title,
        text=text,
        url=desk_url(report),
        key=key,
        by_mail=not report.simulated,
    )


WORKER = (Kind.ASSIGNED, Kind.REPLIED, Kind.SENT_BACK, Kind.EXTENDED, Kind.EXTENSION_REFUSED, Kind.JOINED)


def handlers_told(entry: ReportEvent) -> list[User]:
    """Which handlers an entry concerns."""
    report, agency, kind = entry.report, entry.report.agency, entry.kind
    if kind == Kind.RETURNED or (kind == Kind.SENT and report.urgent):
        return duty_officers(report)
    if kind == Kind.INVITED and entry.agency is not None:
        return people_of(entry.agency)
    return [] if agency is None else _told_in(agency, report, kind)


def _told_in(agency: Agency, report: Report, kind: str) -> list[User]:
    """Which people of the agency that has the report, or of its superior, hear."""
    if kind in (Kind.ROUTED, Kind.REOPENED):
        return people_of(agency)
    if kind in WORKER:
        return with_substitutes([report.assignee], agency) if report.assignee else people_of(agency)
    if kind == Kind.EXTENSION_ASKED and report.extensions:
        return heads_of(superior(agency) or agency)
    dissatisfied = kind == Kind.RATED and report.rating == Report.Rating.DISSATISFIED
    return heads_of(agency) if dissatisfied or kind in (Kind.ANSWERED, Kind.EXTENSION_ASKED) else []


def duty_officers(report: Report) -> list[User]:
    """Who triages here."""
    grants = Grant.objects.filter(role=Role.OPERATOR, user__is_active=True).values("user")
    return [user for user in User.objects.filter(pk__in=grants) if has_perm(user, "reports.triage", report)]


def people_of(agency: Agency) -> list[User]:
    """Who answers for an agency, with substitutes."""
    return with_substitutes([person.user for person in answerable(agency)], agency)


def heads_of(agency: Agency) -> list[User]:
    """The heads of an agency, or of the nearest superior one that has any, with substitutes."""
    found = [person.user for person in answerable(agency) if person.leads]
    above = superior(agency)
    if not found and above is not None:
        return heads_of(above)
    return with_substitutes(found, agency)


def superior(agency: Agency) -> Agency | None:
    """The agency above."""
    return Agency.objects.filter(pk=agency.parent_id).first() if agency.parent_id else None


def with_substitutes(people: Iterable[User], agency: Agency) -> list[User]:
    """People of an agency and those who act for them now."""
    known = {user.pk: user for user in people}
    rows = (
        Substitute.objects.at(timezone.now())
        .filter(principal__in=list(known))
        .select_related("agency", "substitute")
    )
    for row in rows:
        if agency.path.startswith(row.agency.path):
            known.setdefault(row.substitute_id, row.substitute)
    return list(known.values())


def partners_of(report: Report) -> list[User]:
    """People of the agencies that still work along."""
    rows = CoAgency.objects.filter(report=report, done_at=None).select_related("agency")
    return [user for row in rows for user in people_of(row.agency)]


def tell_followers(report: Report, kind: str, key: str, due_at: datetime) -> int:
    """Put a message for each follower into the outbox of each channel that he chose; returns how many are new.

    Nobody's mailbox or telephone hears of a simulated report.
    """
    if report.simulated:
        return 0
    followers = Follower.objects.filter(report=report, ended_at=None)
    if kind in ONLY_SENDER:
        followers = followers.filter(sender=True)
    chosen = followers.filter(Q(contact__isnull=False) | Q(push_addresses__isnull=False)).distinct()
    rows: list[Message] = []
    for follower in chosen.select_related("contact").prefetch_related("push_addresses"):
        rows += _messages(report, follower, kind, key, due_at)
    return len(Message.objects.bulk_create(rows, ignore_conflicts=True))


def _messages(report: Report, follower: Follower, kind: str, key: str, due_at: datetime) -> list[Message]:
    now = timezone.now()
    with translation.override(follower.language):
        text = str(TO_FOLLOWERS[kind]) % {
            "number": report.number,
            "agency": report.agency.name if report.agency else _("the centre"),
            "due": format_datetime(due_at),
        }
        title = _("Report %(number)s") % {"number": report.number}
    contact: Contact | None = getattr(follower, "contact", None)
    channels: list[tuple[str, PushAddress | None]] = [
        (Message.Channel.PUSH, row) for row in follower.push_addresses.all()
    ]
    if contact is not None and contact.wants_email:
        channels.append((Message.Channel.EMAIL, None))
    if contact is not None and contact.wants_sms:
        channels.append((Message.Channel.SMS, None))
    return [
        Message(
            follower=follower,
            push_address=address,
            channel=channel,
            key=key[:100],
            title=title,
            text=text,
            created_at=now,
            due_at=now,
        )
        for channel, address in channels
    ]


def desk_url(report: Report) -> str:
    """The page of a report for handlers."""
    try:
        return reverse("report", args=[report.pk])
    except NoReverseMatch:
        return f"/reports/{report.pk}"
