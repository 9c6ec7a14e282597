"""What the screens of the stages show."""

from typing import Any

from django.http import HttpRequest

from halong.stages import queries


def context(request: HttpRequest) -> dict[str, Any]:
    """The page of the stage."""
    return {"now": queries.stage_now(), "criteria": queries.criteria_now()}
