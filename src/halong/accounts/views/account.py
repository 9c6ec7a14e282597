"""One's own account: data, password, second step, sessions, language and theme."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.accounts import actions, browser, totp
from halong.accounts.forms import CodeForm, ContactForm, LookForm, NewPasswordForm, PasswordForm
from halong.accounts.models import User
from halong.accounts.queries import sessions_of
from halong.core.access import signed_in
from halong.core.blocks import render_blocks
from halong.core.errors import Invalid
from halong.core.faults import all_faults, show_faults
from halong.core.registry import person_blocks


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@signed_in
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Everything about oneself on one page."""
    user = _me(request)
    context = {
        "contact_form": ContactForm(instance=user),
        "look_form": LookForm(instance=user),
        "grants": user.grants.select_related("place", "agency"),
        "sessions": sessions_of(user),
        "present": request.session.session_key,
        "blocks": render_blocks(person_blocks, request, user),
        "codes_left": user.recovery_codes.filter(used_at=None).count(),
    }
    return render(request, "accounts/account.html", context)


@signed_in
@require_POST
def contact(request: HttpRequest) -> HttpResponse:
    """Change one's own e-mail and telephone."""
    user = User.objects.get(pk=_me(request).pk)
    form = ContactForm(request.POST)
    if form.is_valid():
        actions.change_user(user, by=user, **form.cleaned_data)
        messages.success(request, _("Saved."))
    else:
        messages.error(request, all_faults(form))
    return redirect("account")


@signed_in
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Choose one's language and theme."""
    user = User.objects.get(pk=_me(request).pk)
    form = LookForm(request.POST)
    if form.is_valid():
        actions.choose_look(user, by=user, **form.cleaned_data)
        messages.success(request, _("Saved."))
    return browser.dress(redirect("account"), user)


@signed_in
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; other sessions end."""
    user = User.objects.get(pk=_me(request).pk)
    form = NewPasswordForm(request.POST or None)
    if form.is_valid():
        data = form.cleaned_data
        present = str(request.session.session_key)
        try:
            actions.change_password(
                user, by=user, old=data["old"], new=data["password"], keep_session=present
            )
        except Invalid as error:
            show_faults(form, error)
        else:
            browser.keep(request, user)
            messages.success(request, _("The password is changed. All other sessions were ended."))
            return redirect("account")
    return render(request, "accounts/password.html", {"form": form, "forced": user.must_change_password})


@signed_in
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """Set up the second step: a picture for the app, a code to prove it, then the recovery codes."""
    user = _me(request)
    if user.has_second_step:
        return redirect("account")
    secret = actions.enroll_second_step(user, by=user)
    form = CodeForm(request.POST or None)
    if form.is_valid():
        try:
            codes = actions.confirm_second_step(user, form.cleaned_data["code"], by=user)
        except Invalid as error:
            show_faults(form, error)
        else:
            return render(request, "accounts/recovery_codes.html", {"codes": codes})
    uri = totp.uri(secret, user.username, f"Halong {settings.PUBLIC_URL}".strip())
    picture = mark_safe(totp.picture(uri))  # noqa: S308 -- drawn by us
    context = {"form": form, "secret": secret, "spaced": totp.spaced(secret), "picture": picture}
    return render(request, "accounts/second_step.html", context)


@signed_in
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def remove_second_step(request: HttpRequest) -> HttpResponse:
    """Take one's own second step away, with the password."""
    user = _me(request)
    form = PasswordForm(request.POST or None)
    if form.is_valid():
        try:
            actions.remove_second_step(user, by=user, password=form.cleaned_data["password"])
        except Invalid as error:
            show_faults(form, error)
        else:
            messages.success(request, _("The second step is removed."))
            return redirect("account")
    return render(request, "accounts/remove_second_step.html", {"form": form})


@signed_in
@never_cache
@require_POST
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """New recovery codes; shown in the answer and never again."""
    user = _me(request)
    return render(
        request, "accounts/recovery_codes.html", {"codes": actions.renew_recovery_codes(user, by=user)}
    )


@signed_in
@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """End one of one's own sessions."""
    user = _me(request)
    actions.end_session(get_object_or_404(user.sign_ins, pk=pk), by=user)
    messages.success(request, _("The session is ended."))
    return redirect("account")


@signed_in
@require_POST
def end_other_sessions(request: HttpRequest) -> HttpResponse:
    """End all of one's own sessions but this one."""
    user = _me(request)
    actions.end_sessions(user, by=user, but=str(request.session.session_key))
    messages.success(request, _("All other sessions are ended."))
    return redirect("account")
