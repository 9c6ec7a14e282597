"""What needs a decision now, of every kind, the gravest first: alerts, red indicators, tasks, tables, citizens' reports."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from halong.alerts.grouping import grouped
from halong.alerts.models import Alert
from halong.alerts.queries import Group
from halong.citizens.models import Answer, Extension
from halong.citizens.queries.waiting import waiting_for
from halong.context.scope import Scope
from halong.core.formats import format_datetime, format_number
from halong.core.permissions import has_perm
from halong.indicators.grains import period_words
from halong.indicators.models import Submission
from halong.indicators.standings import Standing
from halong.places.models import Agency, Place
from halong.tasks.models import UNDER_WAY, Task

MOST = 200  # open alerts that are looked at: the gravest; beyond that only their number counts
GRAVITY = {"critical": 0, "high": 1, "attention": 2, "normal": 3}
RED = ("critical", "high")
SHOWN_NAMES = 3  # agencies of what waits for others


@dataclass(frozen=True)
class Decision:
    """One line of "needs a decision": what, why, whose, since when; what can be done from here.

    ``origin`` and ``ref`` name it for a task; ``acknowledge`` is the alert that may be acknowledged, ``action`` another
    thing to do: (words, address).
    """

    key: str
    state: str
    title: str
    text: str
    where: str
    url: str
    origin: str
    ref: str
    at: datetime | None = None
    agency: Agency | None = None
    place: Place | None = None
    simulated: bool = False
    blink: bool = False
    acknowledged: bool = False
    acknowledge: int | None = None
    action: tuple[str, str] | None = None
    assignable: bool = True

    @property
    def order(self) -> tuple[int, bool, float]:
        """The gravest first; of these what nobody has acknowledged, the newest first."""
        return (
            GRAVITY.get(self.state, 3),
            self.acknowledged,
            -(self.at.timestamp() if self.at else 0.0),
        )


def decisions(
    user: Any, alerts: Iterable[Alert], standings: Iterable[Standing], scope: Scope
) -> list[Decision]:
    """Everything that waits for this person's decision in the scope, in order."""
    found = [
        *of_alerts(user, alerts),
        *_of_indicators(standings),
        *_of_tasks(user, scope),
        *_of_tables(user),
        *_of_reports(user, scope),
    ]
    return sorted(found, key=lambda decision: decision.order)


def of_alerts(user: Any, alerts: Iterable[Alert]) -> Iterator[Decision]:
    """Open alerts, those of one cause together, in the order in which they are given."""
    may_handle = has_perm(user, "alerts.handle")
    for group in grouped(list(alerts)[:MOST]):
        yield _of_group(group, may_handle)


def _of_group(group: Group, may_handle: bool) -> Decision:
    lead = group.lead
    many = len(group.members)
    one_place = lead.place if lead.place and not group.scattered else None
    title, url, where = lead.title, reverse("alert", args=[lead.pk]), [one_place.name if one_place else ""]
    if group.many and lead.rule is not None:
        title = f"{lead.rule.name}: {many}"
        url = reverse("alerts")
        where = [one_place.name if one_place else gettext("several places")]
    if lead.agency:
        where.append(lead.agency.called)
    return Decision(
        key=f"alert-{lead.pk}", state=lead.priority_key, title=title, url=url,
        text=_names(group) if group.many else _grounds(lead),
        where=" · ".join(part for part in where if part),
        origin="alert", ref=str(lead.pk), at=lead.raised_at, agency=lead.agency, place=one_place,
        simulated=lead.simulated, blink=lead.priority == 1 and group.waiting > 0,
        acknowledged=group.waiting == 0,
        acknowledge=lead.pk if may_handle and group.waiting and not group.many else None,
    )  # fmt: skip


def _names(group: Group) -> str:
    shown = [str(alert.entity or alert.title) for alert in group.members[:3]]
    more = len(group.members) - len(shown)
    words = ", ".join(shown)
    return words + (ngettext(" and %(n)s more", " and %(n)s more", more) % {"n": more} if more else "")


def _grounds(alert: Alert) -> str:
    found = alert.evidence
    if found.get("finding"):
        return str(found["finding"])
    if found.get("value") is None:
        return gettext("no reading") if found.get("rule", {}).get("kind") == "silence" else ""
    words = f"{format_number(found['value'], found.get('decimals'))} {found.get('unit', '')}".strip()
    if found.get("limit") is not None and found.get("rule", {}).get("kind") not in {"rate", "stuck"}:
        words += " · " + gettext("limit %(limit)s") % {"limit": format_number(found["limit"])}
    return words


def _of_indicators(standings: Iterable[Standing]) -> Iterator[Decision]:
    for one in standings:
        if one.state not in RED or one.is_old:
            continue
        owner = one.indicator.agency
        target = gettext("target %(value)s") % {"value": one.target_text} if one.target is not None else ""
        said = [
            f"{one.value_text} {f'/{one.den_text}' if one.den_text else one.unit_text}".strip(),
            target,
            one.change_words,
        ]
        yield Decision(
            key=f"indicator-{one.indicator.pk}", state=one.state, title=one.name,
            text=" · ".join(part for part in said if part),
            where=" · ".join(p for p in (one.place.name if one.place else "", owner.called if owner else "") if p),
            url=one.url, origin="indicator", ref=str(one.indicator.pk), at=one.label, agency=owner, place=one.place,
            simulated=one.simulated,
        )  # fmt: skip


def _of_tasks(user: Any, scope: Scope) -> Iterator[Decision]:
    """Tasks that this person gave and that wait for his word: done, or asking for more time."""
    found = Task.objects.visible_to(user).filter(created_by_id=user.pk)
    found = found.filter(Q(state=Task.State.DONE) | Q(asked_due_at__isnull=False, state__in=UNDER_WAY))
    if scope.sector:
        found = found.filter(sector=scope.sector)
    if scope.agency:
        found = found.filter(agency__path__startswith=scope.agency.path)
    for task in found.select_related("agency").order_by("changed_at")[:MOST]:
        url = reverse("task", args=[task.pk])
        asks = task.state != Task.State.DONE
        yield Decision(
            key=f"task-{task.pk}", state="attention", title=task.title,
            text=gettext("asks for more time") if asks else gettext("done, waits for your confirmation"),
            where=task.agency.called, url=url, origin="task", ref=str(task.pk), at=task.changed_at,
            agency=task.agency, simulated=task.simulated, assignable=False,
            action=(gettext("Decide") if asks else gettext("Confirm"), url),
        )  # fmt: skip


def _of_tables(user: Any) -> Iterator[Decision]:
    """Tables that agencies sent and that this person may approve."""
    if not has_perm(user, "indicators.approve"):
        return
    found = Submission.objects.visible_to(user).filter(state=Submission.State.SUBMITTED)
    for one in found.select_related("agency", "collection", "collection__approver").order_by("submitted_at")[
        :MOST
    ]:
        if not has_perm(user, "indicators.approve", one.collection.approver or one.agency):
            continue
        url = reverse("submission", args=[one.pk])
        yield Decision(
            key=f"submission-{one.pk}", state="attention",
            title=f"{one.collection.said}, {period_words(one.label, one.collection.grain)}",
            text=gettext("figures wait for approval"), where=one.agency.called, url=url, origin="submission",
            ref=str(one.pk), at=one.submitted_at, agency=one.agency, assignable=False,
            action=(gettext("Approve"), url),
        )  # fmt: skip


def _of_reports(user: Any, scope: Scope) -> Iterator[Decision]:
    """Answers to citizens and wishes for more time that wait for this person; of others below him only how many."""
    if not has_perm(
        user, "reports.view"
    ):  # also whoever acts for a head has a right of his own to see reports
        return
    found = waiting_for(user, scope)
    for row in found.mine:
        yield _of_report(row)
    answers = [row for row in found.others if isinstance(row, Answer)]
    wishes = [row for row in found.others if isinstance(row, Extension)]
    if answers:
        n = len(answers)
        title = ngettext("%(n)s answer waits for approval", "%(n)s answers wait for approval", n) % {"n": n}
        yield _of_many("answers", title, answers, min(row.written_at for row in answers), "?tab=to-approve")
    if wishes:
        n = len(wishes)
        title = ngettext("%(n)s extension waits for a decision", "%(n)s extensions wait for a decision", n)
        yield _of_many("extensions", title % {"n": n}, wishes, min(row.asked_at for row in wishes), "")


def _of_report(row: Answer | Extension) -> Decision:
    report = row.report
    url = reverse("report", args=[report.pk])
    if isinstance(row, Answer):
        kind, at, act = "answer", row.written_at, gettext("Approve")
        text = gettext("an answer waits for approval")
    else:
        kind, at, act = "extension", row.asked_at, gettext("Decide")
        until = gettext("asks for more time, until %(date)s") % {"date": format_datetime(row.asked_due_at)}
        text = f"{until}: {row.reason}"
    return Decision(
        key=f"{kind}-{row.pk}", state="high" if report.is_late else "attention", title=str(report), text=text,
        where=f"{row.agency.called} · {report.place.name}", url=url, origin="report", ref=str(report.pk), at=at,
        agency=row.agency, place=report.place, simulated=report.simulated, assignable=False, action=(act, url),
    )  # fmt: skip


def _of_many(key: str, title: str, rows: Sequence[Answer | Extension], at: datetime, query: str) -> Decision:
    names = list(dict.fromkeys(row.agency.called for row in rows))
    late = sum(row.report.is_late for row in rows)
    said = ngettext("%(n)s of them late", "%(n)s of them late", late) % {"n": late} if late else ""
    return Decision(
        key=key, state="attention", title=title, text=said, url=reverse("reports") + query, origin="report", ref="", at=at,
        where=", ".join(names[:SHOWN_NAMES]) + (" …" if len(names) > SHOWN_NAMES else ""), assignable=False,
        simulated=all(row.report.simulated for row in rows),
    )  # fmt: skip
