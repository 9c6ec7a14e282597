"""The set-up: what is laid down, by kind; each row with the day from which it holds and its source."""

from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Model, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.citizens.actions.catalogue import replace_dated, save_template
from halong.citizens.actions.routes import replace_route
from halong.citizens.forms import setup as forms
from halong.citizens.models import (
    AnswerTemplate,
    Category,
    Deadline,
    LawfulChannel,
    Publication,
    Route,
    Terms,
)
from halong.core.formats import format_number


@dataclass(frozen=True)
class Kind:
    """One tab of the set-up: its rows, their form and the words of its buttons."""

    key: str
    label: Any
    add: Any
    model: type[Model]
    form: type[Any] | None


KINDS = {
    kind.key: kind
    for kind in (
        Kind("categories", _("Categories"), _("Add a category"), Category, forms.CategoryForm),
        Kind("routes", pgettext_lazy("reports", "Routes"), _("Add a route"), Route, forms.RouteForm),
        Kind("deadlines", _("Deadlines"), _("Add a deadline"), Deadline, forms.DeadlineForm),
        Kind("terms", _("Office hours, keeping, consent"), _("Add terms"), Terms, forms.TermsForm),
        Kind("channels", _("Lawful channels"), _("Add a channel"), LawfulChannel, forms.ChannelForm),
        Kind("templates", _("Templates of answers"), _("Add a template"), AnswerTemplate, forms.TemplateForm),
        Kind("publication", _("Publication of tables"), _("Record a decision"), Publication, None),
    )
}


ENDS = frozenset(
    {"categories", "routes", "deadlines", "channels"}
)  # terms are only replaced: some must always hold


_SEEN: dict[str, Callable[[Any], Any]] = {
    "categories": lambda user: Category.objects.visible_to(user).annotate(questions=Count("fields"))
    .order_by("order", "code", "valid_from"),
    "routes": lambda user: Route.objects.visible_to(user).select_related("category", "place", "agency")
    .prefetch_related("together").defer("place__boundary").order_by("category__order", "place__path", "valid_from"),
    "deadlines": lambda user: Deadline.objects.visible_to(user).select_related("category", "place")
    .defer("place__boundary").order_by("category__order", "urgent", "valid_from"),
    "terms": lambda user: Terms.objects.visible_to(user).order_by("-valid_from"),
    "channels": lambda user: LawfulChannel.objects.visible_to(user).order_by("matter", "order"),
    "templates": lambda _user: AnswerTemplate.objects.filter(retired_at=None).select_related("category", "agency")
    .order_by("title"),
    "publication": lambda _user: Publication.objects.order_by("-recorded_at"),
}  # fmt: skip


def rows_of(kind: Kind, user: Any, *, past: bool) -> "QuerySet[Any]":
    """The rows of a tab: those that hold now or later, or all that ever held."""
    today = timezone.localdate()
    found: Any = _SEEN[kind.key](user)
    dated = kind.key not in ("templates", "publication")
    if dated and not past:
        found = found.filter(Q(valid_to=None) | Q(valid_to__gte=today))
    rows: QuerySet[Any] = found
    return rows


def cells(kind: Kind, row: Any, today: date) -> dict[str, Any]:
    """One row as the table shows it: title, words below it, from when, its source, whether it was checked."""
    dated = hasattr(row, "valid_from")
    return {
        "row": row,
        "title": _TITLES[kind.key](row),
        "text": _TEXTS[kind.key](row),
        "valid_from": row.valid_from if dated else None,
        "valid_to": row.valid_to if dated else None,
        "later": dated and row.valid_from > today,
        "may_end": kind.key in ENDS and row.valid_to is None,
        "source": getattr(row, "source", ""),
        "verified": getattr(row, "verified", True),
    }


def _hours(row: Deadline) -> str:
    return " · ".join(
        f"{label} {format_number(value)} h"
        for label, value in (
            (_("to the agency"), row.triage_hours), (_("taken on"), row.accept_hours), (_("answered"), row.answer_hours),
        )
    ) + f" ({row.get_clock_display()})"  # fmt: skip


_TITLES: dict[str, Any] = {
    "categories": str,
    "routes": lambda row: str(row.category or _("all kinds")),
    "deadlines": lambda row: (
        str(row.category or _("all kinds")) + (" · " + str(_("urgent")) if row.urgent else "")
    ),
    "terms": lambda row: ", ".join("–".join(span) for span in row.hours),
    "channels": str,
    "templates": lambda row: row.title,
    "publication": lambda row: row.get_table_display(),
}
_TEXTS: dict[str, Any] = {
    "categories": lambda row: " · ".join(filter(None, [row.code, row.group_said, row.get_exposure_display()])),
    "routes": lambda row: " · ".join(
        [row.place.name if row.place else str(_("everywhere")), str(row.agency or _("the People's Committee of the unit")),
         *(f"+ {other}" for other in row.together.all())]
    ),
    "deadlines": lambda row: " · ".join([row.place.name if row.place else str(_("everywhere")), _hours(row)]),
    "terms": lambda row: row.consent_said,
    "channels": lambda row: " · ".join(filter(None, [row.get_matter_display(), row.phone, row.words_said])),
    "templates": lambda row: " · ".join(
        [str(row.category or _("all kinds")), str(row.agency or _("all agencies")), row.body[:160]]
    ),
    "publication": lambda row: row.decision,
}  # fmt: skip


def form_for(kind: Kind, row: Any | None, data: Any) -> Any:
    """The form of a new row, filled with the one that it is to replace; a template is changed where it stands."""
    assert kind.form is not None
    if kind.key == "templates":
        return kind.form(data, instance=row)
    instance, initial = kind.model(), {}
    if row is not None:
        instance = copy(row)
        instance.pk, instance._state, instance.valid_to = None, copy(row._state), None
        instance._state.adding = True
        if kind.key == "routes":
            initial["together"] = list(row.together.all())
    return kind.form(data, instance=instance, initial=initial)


def save(kind: Kind, form: Any, old: Any | None, *, by: Any) -> None:
    """Lay it down."""
    if kind.key == "templates":
        save_template(form.instance, by=by)
    elif kind.key == "routes":
        replace_route(old, form.instance, by=by, together=form.cleaned_data["together"])
    else:
        replace_dated(old, form.instance, by=by)
