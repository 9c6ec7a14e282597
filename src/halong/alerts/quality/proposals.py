"""What would make alarms fewer: proposals for a rule, computed from the occurrences of its alerts, applied by one click as
a new version of the rule, and undone by another.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.alerts.models import AlertEvent, Tuning
from halong.audit.actions import record
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.rules.actions import change_rule
from halong.rules.drafts import draft_of
from halong.rules.models import Rule

DAYS = 7
TRIED_S = (300, 600, 900, 1800, 3600)
GOOD, WORTH = (
    50.0,
    20.0,
)  # % fewer: the shortest delay that gives so many is proposed, else the best that is worth it
LEAST = 4  # occurrences, under which nothing can be said
FIELDS = {"off-delay": "clear_for_s", "on-delay": "for_s"}
Kind = AlertEvent.Kind
Span = tuple[datetime, datetime | None]  # from when to when a condition lasted; None: it lasts


@dataclass(frozen=True)
class Proposal:
    """Such as: raise the off-delay to 5 minutes, 62 % fewer."""

    rule: Rule
    kind: str  # off-delay, on-delay
    seconds: int
    before: int  # occurrences in the days
    after: int

    @property
    def fewer(self) -> float:
        """% that there would have been fewer."""
        return 100 * (self.before - self.after) / self.before if self.before else 0.0


def after_off_delay(spans: Sequence[Span], seconds: float) -> int:
    """How many alerts the occurrences of one cause, in order, would have been if each cleared only after a delay."""
    count, ends = 0, None
    for start, end in spans:
        if count == 0 or (ends is not None and start > ends):
            count += 1
        ends = None if end is None else end + timedelta(seconds=seconds)
        if end is None:
            break
    return count


def after_on_delay(spans: Sequence[Span], seconds: float) -> int:
    """The same if each was raised only after it had lasted for a delay."""
    least = timedelta(seconds=seconds)
    return sum(end is None or end - start >= least for start, end in spans)


COUNTS = {"off-delay": after_off_delay, "on-delay": after_on_delay}


def proposals_for(rules: Sequence[Rule], now: datetime, days: int = DAYS) -> list[Proposal]:
    """The best proposal of each kind for each rule, those that help most first."""
    spans = occurrences([rule.pk for rule in rules], now - timedelta(days=days), now)
    found = [
        best
        for rule in rules
        if rule.kind == Rule.Kind.THRESHOLD and not rule.averaging
        for kind in FIELDS
        if (best := _best(rule, kind, spans.get(rule.pk, []))) is not None
    ]
    return sorted(found, key=lambda one: (-one.fewer * one.before, one.rule.name))


def _best(rule: Rule, kind: str, causes: Sequence[Sequence[Span]]) -> Proposal | None:
    if kind == "on-delay" and rule.priority == Rule.Priority.CRITICAL:
        return None  # what is critical is never told later
    before = sum(len(spans) for spans in causes)
    if before < LEAST:
        return None
    present = int(rule.params.get(FIELDS[kind], 0))
    tried = [
        Proposal(rule, kind, seconds, before, sum(COUNTS[kind](spans, seconds) for spans in causes))
        for seconds in TRIED_S
        if seconds > present
    ]
    good = next((one for one in tried if one.fewer >= GOOD), None)
    best = good or max(tried, key=lambda one: (one.fewer, -one.seconds), default=None)
    return best if best is not None and best.fewer >= WORTH else None


def occurrences(rules: Sequence[int], start: datetime, end: datetime) -> dict[int, list[list[Span]]]:
    """How long each cause of these rules lasted each time, from the timelines of their alerts: rule → cause → spans."""
    rows = AlertEvent.objects.filter(
        kind__in=[Kind.RAISED, Kind.REPEATED, Kind.CLEARED], at__gt=start, at__lte=end, alert__rule__in=rules
    ).order_by("at", "pk")
    spans: dict[tuple[int, str], list[Span]] = defaultdict(list)
    for rule_id, cause, kind, at in rows.values_list("alert__rule", "alert__cause", "kind", "at"):
        assert rule_id is not None
        own = spans[rule_id, cause]
        if kind == Kind.CLEARED:
            if own and own[-1][1] is None:
                own[-1] = (own[-1][0], at)
        else:
            if own and own[-1][1] is None:  # a repetition without an end between: it ended when it began anew
                own[-1] = (own[-1][0], at)
            own.append((at, None))
    found: dict[int, list[list[Span]]] = defaultdict(list)
    for (rule_id, _cause), own in spans.items():
        if own:
            found[rule_id].append(own)
    return found


@transaction.atomic
def apply_proposal(rule: Rule, kind: str, seconds: int, *, by: Any, version: int) -> Tuning:
    """Make the next version of a rule with the proposed delay. Raises Conflict if it is another one than ``version``."""
    if kind not in FIELDS or seconds not in TRIED_S:
        raise Invalid(_("Not a proposal."))
    if not isinstance(by, User):
        raise Forbidden(_("Only a person can apply a proposal."))
    if kind == "on-delay" and rule.priority == Rule.Priority.CRITICAL:
        raise Invalid(_("What is critical is never told later."))
    now = timezone.now()
    causes = occurrences([rule.pk], now - timedelta(days=DAYS), now).get(rule.pk, [])
    before = dict(rule.params)
    draft = draft_of(rule)
    draft.params = before | {FIELDS[kind]: seconds}
    changed = change_rule(rule, draft, by=by, version=version)
    tuning = Tuning.objects.create(
        rule=changed,
        kind=kind,
        before=before,
        after=dict(changed.params),
        version=changed.version,
        days=DAYS,
        count_before=sum(len(spans) for spans in causes),
        count_after=sum(COUNTS[kind](spans, seconds) for spans in causes),
        by=by,
        at=now,
    )
    record(by, "alerts.tune", rule, kind=kind, seconds=seconds)
    return tuning


@transaction.atomic
def undo_tuning(tuning: Tuning, *, by: Any) -> Tuning:
    """Give the rule its parameters of before. Raises Conflict when the rule was changed since, or it was undone."""
    rule = Rule.objects.get(pk=tuning.rule_id)
    if rule.version != tuning.version:
        raise Conflict(_("Somebody else has changed this rule meanwhile."))
    if not Tuning.objects.filter(pk=tuning.pk, undone_at=None).update(undone_at=timezone.now(), undone_by=by):
        raise Conflict(_("This was undone already."))
    draft = draft_of(rule)
    draft.params = dict(tuning.before)
    change_rule(rule, draft, by=by, version=tuning.version)
    record(by, "alerts.tune_undo", rule, kind=tuning.kind)
    tuning.refresh_from_db()
    return tuning
