"""A rule as somebody wants it: what forms, profiles and trials hand to the actions, checked in one place."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from halong.context.models import Entity
from halong.core.errors import Invalid
from halong.core.sector import sector_of
from halong.places.models import Agency, Place
from halong.rules.compiler import RuleSpec
from halong.rules.models import Rule
from halong.rules.params import Params, dump_params, parse_params

# Kinds that may speak of every property at once.
ANY_PROPERTY = {Rule.Kind.SILENCE, Rule.Kind.STUCK}


@dataclass
class RuleDraft:
    """Everything about a rule but whether it is switched on. ``params`` are JSON types (``rules.params``)."""

    name: str
    kind: str
    params: dict[str, Any]
    property: str = ""
    types: list[str] = field(default_factory=list)
    place: Place | None = None
    agency: Agency | None = None
    entities: list[Entity] = field(default_factory=list)
    averaging: str = ""
    priority: int = Rule.Priority.ATTENTION
    advice: str = ""
    legal_basis: str = ""
    limit_id: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    def checked(self) -> Params:
        """The typed parameters. Raises ``Invalid`` that says what is wrong, by field."""
        params = parse_params(self.kind, self.params)
        faults = {}
        if not self.name.strip():
            faults["name"] = _("A rule needs a name.")
        if not self.property and self.kind not in ANY_PROPERTY:
            faults["property"] = _("Choose the property that the rule looks at.")
        if self.averaging not in Rule.Averaging.values:
            faults["averaging"] = _("Unknown averaging.")
        elif self.averaging and self.kind != Rule.Kind.THRESHOLD:
            faults["averaging"] = _("Only a threshold can look at means.")
        if self.priority not in Rule.Priority.values:
            faults["priority"] = _("Unknown priority.")
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            faults["valid_to"] = _("The end must not be before the beginning.")
        if faults:
            raise Invalid(" ".join(faults.values()), fields=faults)
        return params

    def columns(self) -> dict[str, Any]:
        """The columns of ``Rule``, without the chosen things."""
        return {
            "name": self.name.strip(),
            "kind": self.kind,
            "property": self.property,
            "types": list(self.types),
            "sector": sector_key(self.types),
            "place": self.place,
            "agency": self.agency,
            "params": dump_params(self.checked()),
            "averaging": self.averaging,
            "priority": self.priority,
            "advice": self.advice,
            "legal_basis": self.legal_basis,
            "limit_id": self.limit_id,
            "valid_from": self.valid_from,
            "valid_to": self.valid_to,
        }

    def spec(self, rule_id: int = 1) -> RuleSpec:
        """What the evaluator needs."""
        return RuleSpec(
            id=rule_id,
            params=self.checked(),
            property=self.property,
            averaging=self.averaging,
            types=frozenset(self.types),
            place_path=self.place.path if self.place else "",
            agency_path=self.agency.path if self.agency else "",
            entities=frozenset(entity.pk for entity in self.entities),
        )


def sector_key(types: list[str]) -> str:
    """The sector of the first type, which decides who may change a rule."""
    found = sector_of(types)
    return found.key if found else ""


def draft_of(rule: Rule) -> RuleDraft:
    """A rule as it stands, for changing and copying it."""
    return RuleDraft(
        name=rule.name,
        kind=rule.kind,
        params=dict(rule.params),
        property=rule.property,
        types=list(rule.types),
        place=rule.place,
        agency=rule.agency,
        entities=list(rule.entities.all()),
        averaging=rule.averaging,
        priority=rule.priority,
        advice=rule.advice,
        legal_basis=rule.legal_basis,
        limit_id=rule.limit_id,
        valid_from=rule.valid_from,
        valid_to=rule.valid_to,
    )
