"""What the page of one indicator shows, at the node that is chosen."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.queries import Person, answerable
from halong.context.scope import Scope, period_name, scope_of, selectors
from halong.core import registry
from halong.core.blocks import render_blocks
from halong.core.formats import format_number
from halong.core.permissions import has_perm
from halong.indicators import compare, quality
from halong.indicators.behind import behind
from halong.indicators.chart import SPANS, STEP, History, beginning, grains_for, words_of_trend
from halong.indicators.describe import definition_rows, formula_words, version_words
from halong.indicators.formulas import formulas_using
from halong.indicators.grains import period_words
from halong.indicators.models import Definition, Grain, Indicator, node_of
from halong.indicators.queries import revisions_of, value_text
from halong.indicators.standings import Standing, standings

PEOPLE = 3


class Page:
    """The page of an indicator: what one request looks at, read once."""

    def __init__(self, request: HttpRequest, indicator: Indicator) -> None:
        self.request = request
        self.user: Any = request.user
        self.indicator = indicator
        self.scope: Scope = scope_of(request)
        self.now: datetime = timezone.now()
        [self.standing] = standings(
            self.user,
            [indicator],
            place=self.scope.place,
            agency=self.scope.agency,
            period=self.scope.period,
            now=self.now,
            only_with_values=False,
        )
        self.definition: Definition = self.standing.definition
        self.names = names_by_key(self.user)

    def context(self) -> dict[str, Any]:
        """Everything."""
        return {
            **self._head(), **self._value(), **self._history(), **self._comparison(), **self._meaning(),
            "behind": behind(self.standing, self.user, self.now),
            "blocks": render_blocks(registry.indicator_blocks, self.request, self.standing),
        }  # fmt: skip

    def _head(self) -> dict[str, Any]:
        sector = registry.sectors.get(self.indicator.sector)
        words = node_words(self.scope)
        return {
            "indicator": self.indicator,
            "standing": self.standing,
            "definition": self.definition,
            "node": self.scope,
            "node_words": words,
            "sector": str(sector.name) if sector else self.indicator.sector,
            "crumbs": [
                {"label": _("Indicators"), "url": reverse("indicators")},
                {"label": self.standing.name},
            ],
            "scope": selectors(self.scope, self.request, timezone.localdate()),
            "simulated": self.standing.simulated,
            "may_edit": has_perm(self.user, "indicators.edit", self.indicator),
            "answering_agency": self.scope.agency or self.indicator.agency,
            "task_title": _("%(name)s: %(where)s") % {"name": self.standing.name, "where": words},
            "task_snapshot": snapshot(self.standing),
            "people": people_of(self.indicator),
        }

    def _value(self) -> dict[str, Any]:
        standing = self.standing
        return {
            "target_words": target_words(standing),
            "trend_words": words_of_trend(standing.trend, self.definition),
            "quality_parts": quality.parts(standing.quality, self.definition),
            "quality_formula": quality.formula(),
            **self._quality_before(),
        }

    def _quality_before(self) -> dict[str, Any]:
        """The score over time, where it has moved."""
        if self.standing.quality is None:
            return {}
        scores = quality.history(self.definition, node_of(self.scope.place, self.scope.agency), self.now)
        known = [score for score in scores if score is not None]
        if len(set(known)) < 2:
            return {}
        words = _("%(before)s → %(now)s") % {
            "before": format_number(known[0], 0),
            "now": format_number(known[-1], 0),
        }
        return {"quality_trend": scores, "quality_trend_words": words}

    def _history(self) -> dict[str, Any]:
        shown = History.asked(self.indicator, self.definition, self.scope, self.request.GET, self.now)
        return {
            "chart_query": urlencode(shown.query),
            "first_label": beginning(self.indicator),
            "has_estimated": shown.has_estimated,
            "span_tabs": [
                self._choice(span_name(key), key == shown.span, span=key, grain=None)
                for key in SPANS
                if self._worth(key)
            ],
            "grain_chips": [
                self._choice(str(Grain(grain).label), grain == shown.grain, grain=grain, span=shown.span)
                for grain in grains_for(self.definition.grain, shown.span)
            ],
        }

    def _worth(self, span: str) -> bool:
        """Whether a span holds at least two periods."""
        return SPANS[span].total_seconds() >= 2 * STEP[self.definition.grain]

    def _choice(self, label: str, current: bool, **changed: str | None) -> dict[str, Any]:
        query = self.request.GET.copy()
        for key, value in changed.items():
            query.pop(key, None)
            if value is not None:
                query[key] = value
        return {"label": label, "url": f"?{query.urlencode()}#history", "current": current}

    def _comparison(self) -> dict[str, Any]:
        former = self.request.GET.get("tree") == "former"
        agencies = compare.agencies_beside(self.indicator)
        places = compare.places_beside(self.indicator, former=former)
        trees = []
        if compare.has_former():
            trees = [
                self._tree(_("Units of today"), not former, None),
                self._tree(_("Until 30/06/2025"), former, "former"),
            ]
        return {
            "place_rows": places if len(places) > 1 or former else [],
            "agency_rows": agencies if len(agencies) > 1 else [],
            "former_tree": former,
            "tree_tabs": trees,
            "compare_query": urlencode({"tree": "former"}) if former else "",
            "shows_den": any(side.row.den is not None for side in [*places, *agencies]),
            "decimals": self.definition.decimals,
            "unit_text": self.standing.unit_text,
        }

    def _tree(self, label: str, current: bool, tree: str | None) -> dict[str, Any]:
        choice = self._choice(label, current, tree=tree)
        return choice | {"url": choice["url"].replace("#history", "#places")}

    def _meaning(self) -> dict[str, Any]:
        defined = sorted(self.indicator.definitions.all(), key=lambda d: d.version, reverse=True)
        earlier: list[Definition | None] = [*defined[1:], None]
        changed = revisions_of(self.indicator, place=self.scope.place, agency=self.scope.agency)
        return {
            "meaning": self.definition.explanation,
            "formula": formula_words(self.definition, self.names),
            "definition_rows": definition_rows(self.definition),
            "used_by": formulas_using(self.indicator),
            "versions": [
                {"definition": after, "words": version_words(before, after, self.names)}
                for after, before in zip(defined, earlier, strict=True)
            ],
            "targets": self.indicator.targets.select_related("place", "agency").order_by("-valid_from")[:20],
            "revisions": [
                {
                    "before": r.old_value,
                    "after": r.new_value,
                    "at": r.at,
                    "period": period_words(r.label, r.grain),
                }
                for r in changed
                if value_text(self.definition, r.old_value) != value_text(self.definition, r.new_value)
            ][:10],
        }


def names_by_key(user: Any) -> dict[str, str]:
    """The name of every indicator by its key: two queries."""
    rows = Indicator.objects.visible_to(user).prefetch_related("definitions")
    return {row.key: found.title for row in rows if (found := row.definition)}


def people_of(indicator: Indicator) -> list[Any]:
    """Who answers: the person of the indicator first, then whoever answers for the agency."""
    named = indicator.person
    people: list[Person] = answerable(indicator.agency) if indicator.agency else []
    rows: list[Any] = []
    if named is not None:
        phone = named.phone or (indicator.agency.phone if indicator.agency else "")
        rows.append({"name": str(named), "title": named.title, "phone": phone})
    return [*rows, *(p for p in people if named is None or p.user.pk != named.pk)][:PEOPLE]


def node_words(scope: Scope) -> str:
    """The node in words; of a place and an agency the place decides."""
    if scope.place is not None and scope.place.parent_id is not None:
        return scope.place.qualified_name
    return scope.agency.name if scope.agency else _("Whole province")


def snapshot(standing: Standing) -> str:
    """What the number says now, for a task: "12% (chỉ tiêu 20), 14:00, 23/11"."""
    if standing.value is None:
        return _("no value yet")
    text = f"{format_number(standing.value, standing.definition.decimals)} {standing.unit_text}".strip()
    aim = (
        " (" + _("target") + f" {format_number(standing.target, standing.definition.decimals)})"
        if standing.target is not None
        else ""
    )
    return f"{text}{aim}, {standing.period}"


def target_words(standing: Standing) -> str:
    """How far the value is from its target."""
    if standing.target is None or standing.value is None:
        return ""
    gap = standing.value - standing.target
    good = {"up": gap >= 0, "down": gap <= 0}.get(standing.definition.direction)
    size = format_number(abs(gap), standing.definition.decimals)
    if good:
        return _("reached")
    if good is None:
        return _("%(gap)s away") % {"gap": size}
    return _("%(gap)s short") % {"gap": size} if gap < 0 else _("%(gap)s too many") % {"gap": size}


def span_name(key: str) -> str:
    """A span in words."""
    return _("Everything") if key == "all" else period_name(key)
