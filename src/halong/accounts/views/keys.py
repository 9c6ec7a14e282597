"""Keys of machines and tokens of walls, for administrators."""

from datetime import datetime, time, timedelta

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.accounts import actions
from halong.accounts.forms import KEY_WORDS, DisplayForm, KeyForm
from halong.accounts.models import ApiKey, DisplayToken
from halong.core.access import access, actor_of
from halong.core.errors import HalongError
from halong.core.faults import show_faults

A_PAGE = 50


@access("keys.manage")
@require_GET
def keys(request: HttpRequest) -> HttpResponse:
    """Every key: what it may do, when it was used, whether it is good."""
    found = ApiKey.objects.visible_to(request.user).select_related("place", "agency", "created_by")
    page = Paginator(found.order_by("revoked_at", "-pk"), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/keys.html", {"page": page, "now": timezone.now(), "words": KEY_WORDS})


@access("keys.manage")
@never_cache
@require_http_methods(["GET", "POST"])
def new_key(request: HttpRequest) -> HttpResponse:
    """Make a key; it is shown in the answer and never again."""
    form = KeyForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        day = data.pop("expires_on")
        end = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min)) if day else None
        try:
            key, secret = actions.create_api_key(by=actor_of(request), expires_at=end, **data)
        except HalongError as error:
            show_faults(form, error)
        else:
            return render(request, "accounts/key_shown.html", {"key": key, "secret": secret})
    return render(request, "accounts/key_new.html", {"form": form})


@access("keys.manage")
@never_cache
@require_POST
def rotate_key(request: HttpRequest, pk: int) -> HttpResponse:
    """Replace a key's secret; the new one is shown in the answer and never again."""
    key = get_object_or_404(ApiKey.objects.visible_to(request.user), pk=pk)
    secret = actions.rotate_api_key(key, by=actor_of(request))
    return render(request, "accounts/key_shown.html", {"key": key, "secret": secret})


@access("keys.manage")
@require_POST
def revoke_key(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a key useless."""
    actions.revoke_api_key(
        get_object_or_404(ApiKey.objects.visible_to(request.user), pk=pk), by=actor_of(request)
    )
    messages.success(request, _("The key is revoked."))
    return redirect("keys")


@access("displays.manage")
@require_GET
def displays(request: HttpRequest) -> HttpResponse:
    """Every wall that may be opened without an account."""
    found = DisplayToken.objects.visible_to(request.user).select_related("place", "created_by")
    page = Paginator(found.order_by("revoked_at", "-pk"), A_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/displays.html", {"page": page})


@access("displays.manage")
@never_cache
@require_http_methods(["GET", "POST"])
def new_display(request: HttpRequest) -> HttpResponse:
    """Make a wall's token; its address is shown in the answer and never again."""
    form = DisplayForm(request.POST or None)
    if form.is_valid():
        token, secret = actions.create_display_token(by=actor_of(request), **form.cleaned_data)
        address = request.build_absolute_uri(f"/wall?token={secret}")
        return render(request, "accounts/display_shown.html", {"token": token, "address": address})
    return render(request, "accounts/display_new.html", {"form": form})


@access("displays.manage")
@require_POST
def revoke_display(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a wall."""
    token = get_object_or_404(DisplayToken.objects.visible_to(request.user), pk=pk)
    actions.revoke_display_token(token, by=actor_of(request))
    messages.success(request, _("The display is closed."))
    return redirect("displays")
