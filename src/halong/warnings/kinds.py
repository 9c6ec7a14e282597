"""Kinds of events that people are warned of: their names, the category of CAP and what people are asked to do.

The keys are those of incidents (``playbooks.kinds``), which come later in the order of imports.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class EventKind:
    """A kind: ``vi`` and ``en`` go into messages, ``label`` is for screens; ``responses`` are CAP response types."""

    key: str
    label: Any  # a lazy translation
    vi: str
    en: str
    category: str
    responses: tuple[str, ...]
    icon: str


PRACTICE = {"Exercise": {"vi": "DIỄN TẬP", "en": "EXERCISE"}, "Test": {"vi": "THỬ NGHIỆM", "en": "TEST"}}


def practice_mark(status: str, language: str, after: str = "") -> str:
    """What stands before everything that an exercise or a test says, with ``after`` behind it; "" for what is real."""
    mark = PRACTICE.get(status, {}).get(language, "")
    return f"{mark}{after}" if mark else ""


KINDS: dict[str, EventKind] = {
    kind.key: kind
    for kind in (
        EventKind("storm", _("Storm, tropical depression"), "Bão, áp thấp nhiệt đới",
                  "Storm, tropical depression", "Met", ("Prepare", "Avoid"), "wind"),
        EventKind("flood", _("Flood, heavy rain"), "Mưa lớn, ngập lụt", "Flood, heavy rain", "Met",
                  ("Prepare", "Avoid"), "droplet"),
        EventKind("landslide", _("Landslide, flash flood"), "Lũ quét, sạt lở đất", "Landslide, flash flood", "Geo",
                  ("Evacuate", "Avoid"), "mountain"),
        EventKind("oil-spill", _("Oil or chemical spill"), "Tràn dầu, hóa chất", "Oil or chemical spill", "Env",
                  ("Avoid",), "droplet"),
        EventKind("emission", _("Exceedance at a station of emissions"), "Xả thải vượt ngưỡng",
                  "Discharge above the limit", "Env", ("Avoid",), "building-factory-2"),
        EventKind("air", _("Polluted air"), "Ô nhiễm không khí", "Air pollution", "Env", ("Avoid",), "leaf"),
        EventKind("mine", _("Accident in a mine"), "Sự cố hầm mỏ", "Accident in a mine", "Safety", ("Avoid",),
                  "alert-triangle"),
        EventKind("forest-fire", _("Forest fire"), "Cháy rừng", "Forest fire", "Fire", ("Evacuate", "Avoid"),
                  "flame"),
        EventKind("fire", _("Fire"), "Cháy, nổ", "Fire, explosion", "Fire", ("Evacuate", "Avoid"), "flame"),
        EventKind("road", _("Road accident"), "Tai nạn giao thông", "Road accident", "Transport", ("Avoid",),
                  "road"),
        EventKind("boat", _("Boat in distress"), "Tàu, thuyền gặp nạn", "Boat in distress", "Rescue", ("Avoid",),
                  "ship"),
        EventKind("epidemic", _("Epidemic"), "Dịch bệnh", "Epidemic", "Health", ("Prepare", "Monitor"), "virus"),
        EventKind("outage", _("Outage of power, water or network"), "Mất điện, nước, mạng",
                  "Outage of power, water or network", "Infra", ("Prepare",), "bolt"),
        EventKind("cyber", _("Attack on information systems"), "Tấn công mạng", "Attack on information systems",
                  "Security", ("Monitor",), "shield"),
        EventKind("order", _("Security and order"), "An ninh, trật tự", "Security and order", "Security",
                  ("Avoid",), "shield"),
        EventKind("other", pgettext_lazy("kind of event", "Other"), "Sự kiện khác", "Other event", "Other",
                  ("Monitor",), "alert-triangle"),
    )
}  # fmt: skip


def label_of(event: str) -> str:
    """The kind of event in the present language; the key itself where it isn't known any longer."""
    kind = KINDS.get(event)
    return str(kind.label) if kind else event
