"""Signing in and out."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from halong.accounts import actions, browser
from halong.accounts.forms import CodeForm, SignInForm
from halong.accounts.network import client_address
from halong.core.access import public


def _refusal(attempt: actions.Attempt) -> str:
    """One text for every failure of a kind, so that nobody learns which accounts exist."""
    if attempt.blocked:
        return _("Too many attempts from this network. Try again in 15 minutes.")
    return _(
        "The user name or password isn't right, or the account is locked for a while after several failures."
    )


@public
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """User name and password; then the code, if the account has a second step."""
    if request.user.is_authenticated and request.method == "GET":
        return HttpResponseRedirect(browser.next_page(request))
    form, status = SignInForm(request.POST or None), 200
    if form.is_valid():
        attempt = actions.attempt_sign_in(**form.cleaned_data, address=client_address(request))
        if attempt.user is not None:
            return browser.step_in(request, attempt.user)
        form.add_error(None, _refusal(attempt))
        status = 429 if attempt.blocked else 200
    context = {"form": form, "next": browser.next_page(request)}
    return render(request, "accounts/login.html", context, status=status)


@public
@never_cache
@sensitive_post_parameters("code")
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The second step: the code of the device, or a recovery code."""
    user = browser.pending(request)
    if user is None:
        return HttpResponseRedirect(reverse("login"))
    form = CodeForm(request.POST or None)
    if form.is_valid():
        attempt = actions.attempt_code(user, form.cleaned_data["code"], address=client_address(request))
        if attempt.user is not None:
            return browser.begin(request, attempt.user)
        text = _("This code isn't right, was used already, or the account is locked for a while.")
        form.add_error(None, _refusal(attempt) if attempt.blocked else text)
    return render(request, "accounts/code.html", {"form": form, "next": browser.next_page(request)})


@public
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End this session."""
    browser.end(request)
    return HttpResponseRedirect(reverse("login"))
