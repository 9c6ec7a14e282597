"""The directory of who answers for what."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from halong.core.access import access, actor_of
from halong.core.errors import Conflict, HalongError, Invalid
from halong.core.faults import show_faults
from halong.core.permissions import has_perm
from halong.core.table_form import TableForm
from halong.core.tables import write_csv
from halong.duty import queries
from halong.duty.actions import contacts
from halong.duty.forms.directory import ContactForm, DirectoryFilter, age_tone
from halong.duty.kinds import kind_label
from halong.duty.models import Contact
from halong.duty.sheets import COLUMNS, MORE, NEEDED, contact_rows, read_contacts
from halong.duty.tabs import tabs

A_PAGE = 60


def _contact(request: HttpRequest, pk: int) -> Contact:
    return get_object_or_404(Contact.objects.visible_to(request.user).current(), pk=pk)


@access("directory.view")
@require_GET
def directory(request: HttpRequest) -> HttpResponse:
    """Whom to call, by words, place, sector and kind."""
    form = DirectoryFilter(request.GET)
    wanted = form.wanted()
    page = Paginator(queries.directory(request.user, **wanted), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "tabs": tabs(request.user, "directory"),
        "filter": form,
        "narrowed": any(wanted.values()),
        "page": page,
        "rows": [_row(one) for one in page],
        "may_set_up": has_perm(request.user, "duty.set_up"),
        "may_verify": has_perm(request.user, "duty.handle") or has_perm(request.user, "duty.set_up"),
    }
    return render(request, "duty/directory.html", context)


def _row(contact: Contact) -> dict[str, Any]:
    tone = age_tone(contact.age_days(timezone.localdate()))
    return {"contact": contact, "tone": tone, "kind": kind_label(contact.kind)}


@access("directory.view")
@require_GET
def directory_csv(request: HttpRequest) -> HttpResponse:
    """The same as a table that can be imported again."""
    found = queries.directory(request.user, **DirectoryFilter(request.GET).wanted())
    response = HttpResponse(write_csv(COLUMNS, contact_rows(found)), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="directory.csv"'
    return response


@access("duty.set_up")
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Add somebody, or change what the directory says of him."""
    found = _contact(request, pk) if pk is not None else None
    names = ContactForm.base_fields
    initial = {name: getattr(found, name) for name in names} if found else {}
    form = ContactForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            contacts.save_contact(form.draft, by=actor_of(request), contact=found)
        except Invalid as error:
            show_faults(form, error)
        else:
            messages.success(request, _("Recorded."))
            return redirect("directory")
    title = _("Change an entry of the directory") if found else _("New entry of the directory")
    context = {"form": form, "title": title, "cancel": reverse("directory"), "contact": found}
    return render(request, "duty/contact.html", context, status=422 if form.is_bound else 200)


@access("directory.view")
@require_POST
def verify(request: HttpRequest, pk: int) -> HttpResponse:
    """The number was called today and is right."""
    contacts.verify_contact(_contact(request, pk), by=actor_of(request))
    messages.success(request, _("Verified today."))
    return redirect(f"{reverse('directory')}?{request.GET.urlencode()}#contact-{pk}")


@access("duty.set_up")
@require_POST
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Out of the directory."""
    try:
        contacts.end_contact(_contact(request, pk), by=actor_of(request))
    except Conflict as error:
        messages.warning(request, error.detail)
    return redirect("directory")


@access("duty.set_up")
@require_http_methods(["GET", "POST"])
def import_csv(request: HttpRequest) -> HttpResponse:
    """A table: first looked at, then taken in."""
    form = TableForm(request.POST or None, request.FILES or None)
    context: dict[str, Any] = {"form": form, "needed": NEEDED, "more": MORE}
    if request.method == "POST" and form.is_valid():
        try:
            content = bytes(form.cleaned_data["content"])
            drafts, preview = read_contacts(content)
            if form.is_confirmed and not preview.faults:
                new, changed = contacts.import_contacts(drafts, by=actor_of(request))
                messages.success(request, _("{new} new, {changed} changed.").format(new=new, changed=changed))
                return redirect("directory")
            context |= {"preview": preview, "table": content.decode("utf-8-sig", "replace")}
        except HalongError as error:
            form.add_error(None, error.detail)
    return render(request, "duty/directory_import.html", context, status=422 if form.errors else 200)
