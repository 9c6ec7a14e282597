"""What the page of one report shows to those who handle it. Nothing of it leads to who sent it."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.citizens.desk.steps import FIRST, steps_of
from halong.citizens.models import CategoryField, Report, ReportEvent
from halong.citizens.queries.queues import DeskView
from halong.citizens.queries.similar import near
from halong.core.formats import format_datetime, format_number

STATES = {
    "resolved": "normal", "closed": "normal", "extended": "attention", "extension-asked": "attention",
    "returned": "attention", "sent-back": "attention", "reopened": "high", "escalated": "high", "declined": "attention",
}  # fmt: skip
AROUND = (0.012, 0.008)  # degrees on each side of the point: about 1.2 km × 0.9 km


@dataclass(frozen=True)
class Alike:
    """Another report of perhaps the same matter, with why it is shown."""

    report: Report
    why: str


def context(view: DeskView, user: Any) -> dict[str, Any]:
    """The page."""
    report = view.report
    steps = steps_of(report, view.can)
    return {
        "view": view,
        "report": report,
        "first_steps": [step for step in steps if step.name in FIRST],
        "more_steps": [step for step in steps if step.name not in FIRST],
        "may_answer": "answer" in view.can,
        "timeline": timeline(view.events),
        "details": answers_of(report),
        "alike": alike(report, user),
        "bounds": bounds(report),
        "crumbs": [{"label": _("Reports"), "url": reverse("reports")}, {"label": report.number}],
    }


def timeline(events: list[ReportEvent]) -> list[dict[str, Any]]:
    """What happened, the newest first; who acted for somebody else is said."""
    held = {int(event.data["behalf"]) for event in events if event.data.get("behalf")}
    people = User.objects.in_bulk(held) if held else {}
    return [_entry(event, people) for event in reversed(events)]


def _entry(event: ReportEvent, people: dict[int, User]) -> dict[str, Any]:
    said = [event.note] if event.note else []
    if event.due_at is not None:
        said.append(_("until %(time)s") % {"time": format_datetime(event.due_at)})
    by = [str(event.by)] if event.by else [_("the citizen") if event.kind in _CITIZENS else "Halong"]
    principal = people.get(int(event.data.get("behalf") or 0))
    if principal is not None:
        by[0] = _("%(person)s for %(other)s") % {"person": by[0], "other": principal}
    if event.agency:
        by.append(event.agency.short_name or event.agency.name)
    if event.public:
        by.append(_("public"))
    return {
        "at": event.at,
        "title": event.get_kind_display(),
        "text": " · ".join(said),
        "by": " · ".join(by),
        "state": STATES.get(event.kind, ""),
    }


_CITIZENS = frozenset({"sent", "replied", "rated", "reopened", "followed"})


def answers_of(report: Report) -> list[tuple[str, str]]:
    """What the sender answered to the category's questions, in words."""
    given = report.attributes or {}
    if not given:
        return []
    fields = {field.code: field for field in report.category.fields.all()}
    return [(str(fields.get(code) or code), _said(fields.get(code), value)) for code, value in given.items()]


def _said(field: CategoryField | None, value: Any) -> str:
    values = value if isinstance(value, list) else [value]
    options = dict(field.options) if field is not None else {}
    return ", ".join(
        format_number(one) if isinstance(one, float) else options.get(str(one), str(one)) for one in values
    )


def alike(report: Report, user: Any, limit: int = 5) -> list[Alike]:
    """Reports near by of perhaps the same matter, among those that this person may see."""
    if report.lon is None or report.lat is None:
        return []
    found = near(
        report.category, report.lon, report.lat, report.text, public=False, limit=limit, besides=report.pk
    )
    seen = set(
        Report.objects.visible_to(user)
        .filter(pk__in=[row.report.pk for row in found])
        .values_list("pk", flat=True)
    )
    return [Alike(row.report, row.why) for row in found if row.report.pk in seen]


def bounds(report: Report) -> str:
    """What the map shows first; "" without a point."""
    if report.lon is None or report.lat is None:
        return ""
    x, y = AROUND
    return ",".join(
        f"{side:.5f}" for side in (report.lon - x, report.lat - y, report.lon + x, report.lat + y)
    )


def geojson(report: Report, others: list[Alike]) -> dict[str, Any]:
    """The report and those like it, for its map."""
    rows = [(report, "high" if report.is_open and report.is_late else "attention")]
    rows += [(row.report, "normal") for row in others]
    return {
        "type": "FeatureCollection",
        "features": [_feature(row, state) for row, state in rows if row.lon is not None],
    }


def _feature(report: Report, state: str) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": report.pk,
        "geometry": {"type": "Point", "coordinates": [report.lon, report.lat]},
        "properties": {
            "id": report.pk,
            "name": report.number,
            "label": report.number,
            "kind": "report",
            "kindLabel": str(report.category),
            "plural": _("Reports"),
            "state": state,
            "value": str(report.get_state_display()),
            "place": report.place.name,
            "href": reverse("report", args=[report.pk]),
            "simulated": report.simulated,
        },
    }
