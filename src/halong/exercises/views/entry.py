"""Entering an instance under exercise by a link that is good once."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from halong.accounts import browser
from halong.core.access import actor_of, public, signed_in
from halong.core.errors import NotFound
from halong.exercises.actions.entering import renew_entry, use_entry
from halong.exercises.actions.running import require_trainer
from halong.exercises.models import Participant


@public
@never_cache
@sensitive_variables("code")
@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, code: str) -> HttpResponse:
    """A page with one button, so that a program that looks into links doesn't use it up; the button signs in."""
    if not settings.HALONG_EXERCISE:
        raise Http404
    if request.method == "POST":
        try:
            user = use_entry(code)
        except NotFound as error:
            return render(request, "exercises/enter.html", {"fault": error.detail}, status=404)
        return browser.begin(request, user)
    return render(request, "exercises/enter.html", {"fault": ""})


@signed_in
@require_POST
def renew(request: HttpRequest, pk: int) -> HttpResponse:
    """A new link for somebody who lost the session; shown once."""
    if not settings.HALONG_EXERCISE:
        raise Http404
    participant = get_object_or_404(Participant.objects.select_related("user"), pk=pk)
    require_trainer(actor_of(request))
    code = renew_entry(participant, by=actor_of(request))
    url = request.build_absolute_uri(f"/exercise/enter/{code}")
    messages.success(
        request, _("The link of %(name)s, shown once: %(url)s") % {"name": participant.user, "url": url}
    )
    return redirect("exercise-console")
