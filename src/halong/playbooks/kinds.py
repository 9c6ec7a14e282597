"""Kinds of incident: what playbooks are chosen by, and what lists, maps and walls show by an icon."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import pgettext_lazy

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


@dataclass(frozen=True)
class Kind:
    """A kind of incident: its key for good, its name, its icon (Tabler) and the sector that it usually belongs to."""

    key: str
    label: "StrPromise"
    icon: str
    sector: str


KINDS: dict[str, Kind] = {
    kind.key: kind
    for kind in (
        Kind("storm", pgettext_lazy("kind of incident", "Storm or tropical depression"), "cloud-storm", ""),
        Kind("flood", pgettext_lazy("kind of incident", "Heavy rain or flood"), "ripple", "infrastructure"),
        Kind("landslide", pgettext_lazy("kind of incident", "Landslide or flash flood"), "mountain", "infrastructure"),
        Kind("oil-spill", pgettext_lazy("kind of incident", "Oil or chemical spill"), "droplets", "environment"),
        Kind("emission", pgettext_lazy("kind of incident", "Emission or wastewater above the limit"),
             "building-factory-2", "environment"),
        Kind("air", pgettext_lazy("kind of incident", "Air-quality episode"), "haze-moon", "environment"),
        Kind("mine", pgettext_lazy("kind of incident", "Mine accident"), "pick", "security"),
        Kind("forest-fire", pgettext_lazy("kind of incident", "Forest fire"), "trees", "environment"),
        Kind("fire", pgettext_lazy("kind of incident", "Fire or explosion"), "flame", "security"),
        Kind("road", pgettext_lazy("kind of incident", "Major road accident"), "car", "traffic"),
        Kind("boat", pgettext_lazy("kind of incident", "Boat in distress"), "lifebuoy", "tourism"),
        Kind("epidemic", pgettext_lazy("kind of incident", "Epidemic signal"), "virus", "health"),
        Kind("outage", pgettext_lazy("kind of incident", "Outage of power, water or network"), "plug-x",
             "infrastructure"),
        Kind("cyber", pgettext_lazy("kind of incident", "Attack on information systems"), "shield-exclamation",
             "government"),
        Kind("order", pgettext_lazy("kind of incident", "Public order"), "user-shield", "security"),
        Kind("other", pgettext_lazy("kind of incident", "Other"), "alert-hexagon", ""),
    )
}  # fmt: skip


def kind_of(key: str) -> Kind:
    """The kind of this key; "other" for one that nobody knows any more."""
    return KINDS.get(key, KINDS["other"])
