"""What every shell shows of the stage: a chip, and from stage 2 on a line with since when and the advice."""

from typing import Any, cast

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.functional import SimpleLazyObject

from halong.core.permissions import has_perm
from halong.stages.queries import StageNow, stage_now

MARKS = {1: "normal", 2: "attention", 3: "high", 4: "critical", 5: "critical"}


def stage(request: HttpRequest) -> dict[str, Any]:
    """Context of the shells; the stage is asked for once, and only where a template shows it."""
    now = cast("StageNow", SimpleLazyObject(stage_now))
    return {
        "stage_html": lambda: chip(request, now),
        "stage_line": lambda: line(now),
    }


def chip(request: HttpRequest, now: StageNow) -> str:
    """The stage in two words; it leads to its page for those who may see that."""
    linked = has_perm(getattr(request, "user", None), "stages.view")
    return render_to_string("stages/chip.html", {"stage": now, "mark": MARKS[now.level], "linked": linked})


def line(now: StageNow) -> str:
    """From stage 2 on: which, since when, what people are advised. The place for it is always there, for what comes."""
    return render_to_string("stages/line.html", {"stage": now, "mark": MARKS[now.level]})
