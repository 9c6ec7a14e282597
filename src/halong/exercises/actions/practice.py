"""Who has practised what, until when it counts, and that people hear of it before it expires."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from halong.accounts.models import User
from halong.audit import actions as audit
from halong.core.errors import Invalid
from halong.core.permissions import Actor, require
from halong.exercises.models import Exercise, Practice, PracticeRule
from halong.notify.actions import tell

MONTHS = 12  # where nobody has laid down anything
BEFORE = timedelta(days=30)  # people hear of it so long before it expires


def rule_on(scenario: str, day: date) -> PracticeRule | None:
    """What is laid down for a scenario on a day: its own rule, else that for all."""
    rows = PracticeRule.objects.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)
    return rows.filter(scenario__in=[scenario, ""]).order_by("-scenario", "-valid_from").first()


def expiry(rule: PracticeRule | None, day: date) -> date:
    """Until when a practice of that day counts by a rule: so many months, to the same day or the last one of the month."""
    months = day.month - 1 + (rule.months if rule else MONTHS)
    year, month = day.year + months // 12, months % 12 + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    return min(date(year, month, 1) + timedelta(days=day.day - 1), following - timedelta(days=1))


def record_practice(exercise: Exercise) -> int:
    """Note everybody who entered and did something; the trainer counts as having practised, too. Called in a transaction
    of an action that has checked what may be done; harmless when repeated. Returns how many are new.
    """
    day, new = timezone.localdate(), 0
    rule = rule_on(exercise.scenario, day)
    counts = rule is None or exercise.score is None or exercise.score >= rule.least_score
    people = exercise.result.get("people", ())
    users = {
        user.username: user for user in User.objects.filter(username__in=[p["username"] for p in people])
    }
    for row in people:
        user = users.get(row["username"])
        if user is None or not row.get("entered_at") or not (row.get("actions") or row.get("trainer")):
            continue
        _practice, made = Practice.objects.get_or_create(
            user=user,
            exercise=exercise,
            defaults={
                "scenario": exercise.scenario,
                "role": "trainer" if row.get("trainer") else (row.get("roles") or [""])[0],
                "actions": row.get("actions", 0),
                "score": exercise.score,
                "on": day,
                "expires_on": expiry(rule, day) if counts else None,
            },
        )
        new += made
    return new


@transaction.atomic
def lay_down_rule(*, by: Actor, months: int, valid_from: date, **more: Any) -> PracticeRule:
    """Lay down from a day for how many months a practice counts (``scenario``, ``least_score``, ``basis``); the rule before
    it ends the day before. Raises Invalid.
    """
    require(by, "exercises.run")
    require(by, "profile.manage")
    if not 1 <= months <= 120:
        raise Invalid(_("1 to 120 months."), fields={"months": _("1 to 120 months.")})
    scenario = str(more.get("scenario", ""))
    before = PracticeRule.objects.filter(scenario=scenario, valid_to=None, valid_from__lt=valid_from)
    before.update(valid_to=valid_from - timedelta(days=1))
    rule, _made = PracticeRule.objects.update_or_create(
        scenario=scenario,
        valid_from=valid_from,
        defaults={
            "months": months,
            "least_score": int(more.get("least_score") or 0),
            "basis": str(more.get("basis", ""))[:300],
            "valid_to": None,
        },
    )
    audit.record(by, "exercises.lay_down_rule", rule, months=months, scenario=scenario)
    return rule


@transaction.atomic
def remind_due(*, by: Actor) -> int:
    """Tell people whose practice of a scenario is about to expire, once; not who has practised it again since."""
    require(by, "system.manage")
    today = timezone.localdate()
    due = (
        Practice.objects.select_for_update(of=("self",))
        .select_related("user", "exercise")
        .filter(expires_on__lte=today + BEFORE, expires_on__gte=today, reminded_at=None)
    )
    told = 0
    for practice in due:
        again = Practice.objects.filter(
            user=practice.user_id, scenario=practice.scenario, expires_on__gt=practice.expires_on
        )
        if not again.exists():
            told += _remind(practice)
        Practice.objects.filter(pk=practice.pk).update(reminded_at=timezone.now())
    return told


def _remind(practice: Practice) -> int:
    assert practice.expires_on is not None
    return tell(
        [practice.user],
        kind="practice",
        title=format_lazy(
            gettext_lazy("Your practice of “{title}” expires soon"),
            title=lazy(lambda: practice.exercise.called, str)(),
        ),
        text=format_lazy(
            gettext_lazy("It counts until {day}. Ask for an exercise in time."),
            day=f"{practice.expires_on:%d/%m/%Y}",
        ),
        url="/account",
        key=f"practice:{practice.pk}",
    )
