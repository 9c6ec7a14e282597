"""What the screens of the stages show."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.core.language import said_in
from halong.core.permissions import has_perm
from halong.core.text import fold
from halong.stages import facts, queries
from halong.stages.models import LEVELS, Bulletin, RiskSuggestion, StageChange
from halong.stages.risk.levels import combined
from halong.stages.risk.tables import GAPS, SOURCE

A_PAGE = 20


def context(request: HttpRequest) -> dict[str, Any]:
    """The page of the stage: now, criteria, proposals, risk, history."""
    user = request.user
    may_approve = has_perm(user, "stages.approve")
    page = Paginator(queries.history(user), A_PAGE).get_page(request.GET.get("page"))
    return {
        "now": queries.stage_now(),
        "criteria": _criteria(),
        "proposals": [_proposal(change, user, may_approve) for change in queries.proposals(user)],
        "page": _named(page),
        "may_approve": may_approve,
        "may_propose": has_perm(user, "stages.propose"),
        "may_set_up": has_perm(user, "stages.set_up"),
        "may_enter": has_perm(user, "stages.bulletin"),
        **risk(user),
    }


def risk(user: object) -> dict[str, Any]:
    """Official bulletins and suggestions, each for itself."""
    suggestions = list(RiskSuggestion.objects.visible_to(user).standing().order_by("-level", "hazard"))
    for one in suggestions:
        shown: Any = one  # for the template
        shown.said = said_in(one.row, one.row_en)
        shown.grounds = [
            (said_in(row["name"], row.get("name_en", "")), row["value"], row["unit"]) for row in one.readings
        ]
    return {
        "bulletins": Bulletin.objects.visible_to(user).standing().order_by("-issued_at")[:20],
        "suggestions": suggestions,
        "combined": combined(one.level for one in suggestions) if len(suggestions) > 1 else None,
        "risk_source": SOURCE,
        "risk_gaps": GAPS,
    }


def _criteria() -> list[dict[str, Any]]:
    labels = facts.labels()
    return [
        {
            "level": one.level,
            "level_name": LEVELS[one.level],
            "name": said_in(one.name, one.name_en),
            "met": one.met,
            "values": [(labels.get(key, key), value) for key, value in one.values],
        }
        for one in queries.criteria_now()
    ]


def _proposal(change: StageChange, user: Any, may_approve: bool) -> StageChange:
    own = change.proposed_by_id is not None and change.proposed_by_id == user.pk
    same_name = fold(user.full_name or user.username) == fold(change.proposed_name)
    extra: Any = change
    extra.own, extra.may_approve = own, may_approve and not own and not same_name
    extra.proposer = proposer(change)
    return change


def _named(page: Any) -> Any:
    for change in page.object_list:
        change.proposer = proposer(change)
        change.decider = change.approved_name or str(change.refused_by or "")
    return page


def proposer(change: StageChange) -> str:
    """Who proposed it: a person, or the criteria."""
    return _("the criteria") if change.proposed_by_id is None else change.proposed_name


def crumbs(last: str) -> list[dict[str, str]]:
    """The way back from a page under the stage's."""
    return [{"label": _("Operating stage"), "url": reverse("stages")}, {"label": last}]


def rule_rows() -> list[tuple[int, str, Any]]:
    """The five stages with what is laid down today."""
    rules = {rule.level: rule for rule in queries.rules_on(timezone.localdate())}
    return [(level, name, rules.get(level)) for level, name in queries.levels()]


def fact_rows() -> list[tuple[str, Any, float | None]]:
    """Every fact with its value now."""
    values = facts.values()
    return [(key, label, values.get(key)) for key, label in facts.labels().items()]
