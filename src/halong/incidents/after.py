"""What the after-action report says: in words, ready to be set as paper or as a text document."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext, ngettext, pgettext
from django.utils.translation import gettext as _

from halong.core.formats import ABSENT, format_date, format_datetime, local
from halong.core.language import reader_language, text_of
from halong.incidents import situation
from halong.incidents.models import Entry, Incident, Part, Review, Role, Step
from halong.incidents.queries.times import LABELS, Measured, times
from halong.incidents.targets import targets_on
from halong.incidents.unfinished import task_refs
from halong.tasks.models import Task

MOST = 400  # entries of the timeline; of a longer one, what people did and decided
LOUD = (
    "declared", "changed", "state", "role", "handed-over", "note", "decision", "task", "step", "action", "merged",
    "split", "stage", "warning", "reported",
)  # fmt: skip
Rows = list[list[str]]


def gather(incident: Incident) -> dict[str, Any]:
    """The report of an incident in the present language, JSON types only; also before it is signed (``draft``)."""
    now = timezone.now()
    review = Review.objects.filter(incident=incident).select_related("signed_by").first() or Review(
        incident=incident
    )
    return {
        "number": incident.number,
        "title": incident.title,
        "draft": review.signed_at is None,
        "signed": _signed(review),
        "day": _day(review.signed_at or now),
        "made": format_datetime(now),
        "head": situation.head(incident),
        "times": [situation.time_row(one) for one in _times(incident, review)],
        "source": text_of(targets_on(incident.declared_at).source),
        "figures": _figures(incident),
        "texts": [
            [pgettext("after-action report", "What happened"), review.summary],
            [pgettext("after-action report", "Cause"), review.cause],
            [_("What went well"), review.went_well],
            [_("What has to become better"), review.went_badly],
        ],
        "corrections": _corrections(review),
        "people": _people(incident),
        "decisions": situation.entries(incident, [Entry.Kind.DECISION], MOST),
        "timeline": _timeline(incident),
        "simulated": incident.simulated,
        "words": words(),
    }


def words() -> dict[str, str]:
    """The headings and other fixed words, in the present language."""
    return {
        "title": _("After-action report"),
        "draft": _("Draft, not signed"),
        "simulated": _("From simulated data"),
        "state": gettext("SOCIALIST REPUBLIC OF VIET NAM"),
        "motto": gettext("Independence – Freedom – Happiness"),
        "times": _("Times against their targets"),
        "figures": pgettext("after-action report", "In figures"),
        "corrections": _("Corrective actions"),
        "people": pgettext("after-action report", "Who did what"),
        "decisions": _("Decisions"),
        "timeline": pgettext("after-action report", "Course of events"),
        "measure": pgettext("after-action report", "Time"),
        "at": pgettext("after-action report", "When"),
        "took": pgettext("after-action report", "Took"),
        "target": pgettext("after-action report", "Target"),
        "result": pgettext("after-action report", "Result"),
        "action": pgettext("after-action report", "What will be done"),
        "agency": pgettext("after-action report", "Agency"),
        "due": pgettext("after-action report", "Until"),
        "task": pgettext("after-action report", "State"),
        "role": pgettext("after-action report", "Role"),
        "person": pgettext("after-action report", "Person"),
        "from": pgettext("after-action report", "From"),
        "until": pgettext("after-action report", "Until"),
        "who": pgettext("after-action report", "Who"),
        "what": pgettext("after-action report", "What"),
        "none": pgettext("after-action report", "None."),
        "nothing": _("Nothing was written."),
        "sign": _("Signed by"),
        "page": pgettext("after-action report", "Page"),
    }


def _day(moment: datetime) -> str:
    """Place and day, as a letter has them."""
    here = text_of(settings.PROFILE["province"]["short_name"])
    day = local(moment)
    if reader_language() == "en":
        return f"{here}, {format_date(day.date())}"
    return f"{here}, ngày {day.day:02d} tháng {day.month:02d} năm {day.year}"


def _signed(review: Review) -> list[str]:
    if review.signed_at is None or review.signed_by is None:
        return []
    return [review.signed_by.title, str(review.signed_by), format_datetime(review.signed_at)]


def _times(incident: Incident, review: Review) -> Iterable[Measured]:
    """As they were when it was signed; as they are now before that."""
    kept = review.figures.get("times") if review.signed_at else None
    if not kept:
        return times(incident)
    return [
        Measured(row["key"], LABELS[row["key"]], parse_datetime(row["at"]) if row["at"] else None, row["seconds"],
                 row["target_s"], row["met"])
        for row in kept
    ]  # fmt: skip


def _figures(incident: Incident) -> Rows:
    parts = Part.objects.of(incident)
    steps = Step.objects.filter(incident=incident).exclude(state=Step.State.UNNEEDED)
    done = steps.filter(state=Step.State.DONE)
    late = sum(
        step.due_at is not None and step.done_at is not None and step.done_at > step.due_at for step in done
    )
    tasks = list(Task.objects.filter(origin="incident", ref__in=task_refs(incident)))
    reports, calls = parts.filter(kind="report").count(), parts.filter(kind="call").count()
    people = Role.objects.filter(incident=incident).values("person").distinct().count()
    rows = [
        [_("Alerts"), str(parts.filter(kind="alert").count())],
        [_("Citizens' reports and calls"), f"{reports} + {calls}"],
        [_("Steps of the playbook done"), f"{done.count()} / {steps.count()}" + _late(late)],
        [_("Tasks given"), str(len(tasks)) + _late(sum(task.is_late for task in tasks))],
        [_("People with a role"), str(people)],
        [_("Entries of the timeline"), str(Entry.objects.filter(incident=incident).count())],
    ]
    if incident.reopened:
        rows.append([_("Times re-opened"), str(incident.reopened)])
    return rows


def _late(count: int) -> str:
    return " (" + ngettext("%(n)d late", "%(n)d late", count) % {"n": count} + ")" if count else ""


def _corrections(review: Review) -> Rows:
    if review.pk is None:
        return []
    found = review.corrections.select_related("agency", "task").order_by("due_at", "pk")
    return [
        [one.text, one.agency.name, format_date(local(one.due_at).date()),
         one.task.get_state_display() if one.task else ABSENT]
        for one in found
    ]  # fmt: skip


def _people(incident: Incident) -> Rows:
    held = Role.objects.filter(incident=incident).select_related("person").order_by("since", "pk")
    return [
        [role.get_kind_display() + (f" ({role.decision})" if role.decision else ""),
         f"{role.person.title} {role.person}".strip(), format_datetime(role.since),
         format_datetime(role.until) if role.until else ABSENT]
        for role in held
    ]  # fmt: skip


def _timeline(incident: Incident) -> list[dict[str, str]]:
    found = Entry.objects.filter(incident=incident).select_related("by").order_by("at", "pk")
    if found.count() > MOST:
        found = found.filter(kind__in=LOUD)
    return [situation.told(entry) for entry in found[:MOST]]
