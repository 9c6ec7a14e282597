"""The stage now, what criteria say, proposals, history; the line that every shell shows."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from halong.core.access import access
from halong.stages import screen


@access("stages.view")
@require_GET
def stages(request: HttpRequest) -> HttpResponse:
    """Now, the criteria with their values, what waits for approval, and the latest changes."""
    return render(request, "stages/stages.html", screen.context(request))
