"""What our own words may not say: levels and states that only others declare (mission.md, rule 2)."""

import re
from typing import Any

from django.utils.translation import gettext as _

from halong.stages.words import bare, declares

TEXTS = ("headline_vi", "headline_en", "description_vi", "description_en", "instruction_vi", "instruction_en")
BLANK = "…"  # what prepared words leave open, see forms/draft.py
RISK = re.compile(
    r"rui ro thien tai[^.]{0,40}?cap ?(?:do ?)?(\d)|disaster[ -]+risk level[^.\d]{0,20}(\d)"
)  # of a bare text
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def faults_of(said: Any) -> dict[str, str]:
    """What is wrong with the words of a draft or a warning, by field; the text of a bulletin is quoted, not judged.

    ``said`` has the six texts and either ``risk_level`` or ``bulletin``.
    """
    bulletin = getattr(said, "bulletin", None)
    level = getattr(bulletin, "level", None) if bulletin is not None else getattr(said, "risk_level", None)
    faults: dict[str, str] = {}
    for name in TEXTS:
        text = getattr(said, name)
        if UNPRINTABLE.search(text):
            faults[name] = _("There are characters here that can't be sent.")
        elif declares(text):
            faults[name] = _("Only a cited decision declares that; a warning of ours doesn't say it.")
        elif any(int(found[1] or found[2]) != level for found in RISK.finditer(bare(text))):
            faults[name] = _("A disaster-risk level is said only as the official bulletin says it.")
    return faults
