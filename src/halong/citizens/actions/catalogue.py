"""What is laid down: categories, routes, deadlines, terms, channels, templates; loaded from a profile, changed by people."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.audit.actions import record
from halong.citizens.actions.steps import said
from halong.citizens.models import (
    AnswerTemplate,
    Category,
    CategoryField,
    Deadline,
    LawfulChannel,
    Proof,
    Publication,
    Report,
    Route,
    ServiceNotice,
    Suggestion,
    Terms,
)
from halong.core import hours
from halong.core.errors import Conflict, Invalid
from halong.core.live import touch
from halong.core.permissions import SYSTEM, Actor, require
from halong.core.text import fold
from halong.core.workdays import add_workdays, end_of_office
from halong.places.models import Agency, Dated, Place

M = TypeVar("M", bound=Model)
D = TypeVar("D", bound=Dated)
OBJECTION_DAYS = 5  # working days in which agencies may object before a comparison becomes public


@dataclass(frozen=True)
class Catalogue:
    """What a profile lays down, as plain rows; places and agencies by their codes, categories by theirs."""

    categories: list[dict[str, Any]] = field(default_factory=list)
    routes: list[dict[str, Any]] = field(default_factory=list)
    deadlines: list[dict[str, Any]] = field(default_factory=list)
    terms: list[dict[str, Any]] = field(default_factory=list)
    channels: list[dict[str, Any]] = field(default_factory=list)
    templates: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True)
class _Known:
    categories: Mapping[str, Category]
    places: Mapping[str, Place]
    agencies: Mapping[str, Agency]

    def category(self, code: str | None) -> Category | None:
        return self.categories[code] if code else None

    def place(self, code: str | None) -> Place | None:
        return self.places[code] if code else None

    def agency(self, code: str | None) -> Agency | None:
        return self.agencies[code] if code else None


@transaction.atomic
def ensure_catalogue(rows: Catalogue, *, by: Actor = SYSTEM) -> dict[str, int]:
    """Add what is missing; what people have changed stays. Returns how many of each are new."""
    require(by, "reports.set_up")
    counts = {"categories": sum(_ensure_category(row) for row in rows.categories)}
    known = _Known(
        {row.code: row for row in Category.objects.order_by("valid_from")},
        {row.code: row for row in Place.objects.defer("boundary").order_by("valid_from")},
        {row.code: row for row in Agency.objects.order_by("valid_from")},
    )
    counts["routes"] = sum(_ensure_route(row, known) for row in rows.routes)
    counts["deadlines"] = sum(_ensure_deadline(row, known) for row in rows.deadlines)
    counts["terms"] = sum(
        _ensure(Terms, {"valid_from": row["valid_from"]}, _checked_terms(row)) for row in rows.terms
    )
    counts["channels"] = sum(_ensure_channel(row, known) for row in rows.channels)
    counts["templates"] = sum(_ensure_template(row, known) for row in rows.templates)
    if any(counts.values()):
        touch("catalogue")
        record(by, "reports.ensure_catalogue", None, address=None, **counts)
    return counts


def _ensure(model: type[M], key: dict[str, Any], rest: dict[str, Any]) -> bool:
    manager: Any = model._default_manager
    return bool(manager.get_or_create(**key, defaults={k: v for k, v in rest.items() if k not in key})[1])


def _ensure_category(row: dict[str, Any]) -> bool:
    fields = row.get("fields", [])
    plain = {key: value for key, value in row.items() if key != "fields"}
    words = [fold(word) for word in plain.get("keywords", [])]
    plain |= {"keywords": "\n".join(words), "folded": fold(plain["name"])[:400]}
    key = {"code": row["code"], "valid_from": row["valid_from"]}
    if not _ensure(Category, key, plain):
        return False
    category = Category.objects.get(**key)
    CategoryField.objects.bulk_create(CategoryField(category=category, **one) for one in fields)
    return True


def _ensure_route(row: dict[str, Any], known: _Known) -> bool:
    key = {
        "category": known.category(row.get("category")),
        "place": known.place(row.get("place")),
        "valid_from": row["valid_from"],
    }
    rest = {
        "agency": known.agency(row.get("agency")),
        "valid_to": row.get("valid_to"),
        "source": row.get("source", ""),
        "verified": row.get("verified", False),
    }
    if not _ensure(Route, key, rest):
        return False
    Route.objects.get(**key).together.set(known.agencies[code] for code in row.get("together", []))
    return True


def _ensure_deadline(row: dict[str, Any], known: _Known) -> bool:
    key = {
        "category": known.category(row.get("category")),
        "place": known.place(row.get("place")),
        "urgent": row.get("urgent", False),
        "valid_from": row["valid_from"],
    }
    return _ensure(Deadline, key, {k: v for k, v in row.items() if k not in key})


def _ensure_channel(row: dict[str, Any], known: _Known) -> bool:
    key = {"matter": row["matter"], "name": row["name"], "valid_from": row["valid_from"]}
    return _ensure(LawfulChannel, key, row | {"place": known.place(row.get("place"))})


def _ensure_template(row: dict[str, Any], known: _Known) -> bool:
    key = {
        "title": row["title"],
        "category": known.category(row.get("category")),
        "agency": known.agency(row.get("agency")),
    }
    return _ensure(AnswerTemplate, key, {"body": row["body"]})


def _checked_terms(row: dict[str, Any]) -> dict[str, Any]:
    try:
        hours.read_spans(row.get("hours", []))
    except ValueError as error:
        raise Invalid(str(error), fields={"hours": str(error)}) from error
    return row


@transaction.atomic
def replace_dated(old: D | None, new: D, *, by: Actor) -> D:
    """Lay something down anew from a day on: the old row ends the day before, and stays for what was under it.

    For categories, routes, deadlines, terms and channels. Raises Invalid when the new one doesn't begin later.
    """
    require(by, "reports.set_up")
    if isinstance(new, Terms):
        _checked_terms({"hours": new.hours})
    if old is not None:
        if new.valid_from <= old.valid_from:
            words = _("It must begin after the one that it replaces.")
            raise Invalid(words, fields={"valid_from": words})
        ended = type(old)._default_manager.filter(
            Q(valid_to=None) | Q(valid_to__gte=new.valid_from), pk=old.pk
        )
        if not ended.update(valid_to=new.valid_from - timedelta(days=1)):
            raise Conflict(_("Somebody has ended it already."))
    if isinstance(new, Category):
        new.folded = fold(new.name)[:400]
        new.keywords = "\n".join(fold(word) for word in new.keywords.splitlines() if word.strip())
    new.full_clean(exclude=["folded"])
    new.save(force_insert=True)
    if isinstance(new, Category) and isinstance(old, Category):
        copies = list(old.fields.all())
        for copy in copies:
            copy.pk, copy.category = None, new
        CategoryField.objects.bulk_create(copies)
    touch("catalogue")
    record(by, "reports.lay_down", new, kind=type(new).__name__, replaces=old.pk if old else 0)
    return new


@transaction.atomic
def save_template(template: AnswerTemplate, *, by: Actor) -> AnswerTemplate:
    """Add or change a template for answers."""
    require(by, "reports.set_up")
    template.title, template.body = (
        said(template.title, "title", most=200),
        said(template.body, "body", least=20),
    )
    template.save()
    record(by, "reports.save_template", template)
    return template


@transaction.atomic
def decide_publication(*, by: Actor, table: str, decision: str, decided_on: date) -> Publication:
    """Record the decision that a comparison of agencies becomes public: it does after five working days for objections."""
    require(by, "reports.set_up")
    if table not in Publication.Table.values:
        raise Invalid(_("There is no such table."))
    decision = said(decision, "decision", least=10, most=300)
    if decided_on > timezone.localdate():
        words = _("This day has not come yet.")
        raise Invalid(words, fields={"decided_on": words})
    row = Publication.objects.create(
        table=table,
        decision=decision,
        decided_on=decided_on,
        effective_at=end_of_office(add_workdays(timezone.localdate(), OBJECTION_DAYS)),
        recorded_by=by.actor_name,
    )
    record(by, "reports.decide_publication", row, table=table, decision=decision)
    return row


@transaction.atomic
def withdraw_publication(row: Publication, *, by: Actor) -> None:
    """The comparison is internal again, at once."""
    require(by, "reports.set_up")
    if not Publication.objects.filter(pk=row.pk, withdrawn_at=None).update(withdrawn_at=timezone.now()):
        raise Conflict(_("It was withdrawn already."))
    record(by, "reports.withdraw_publication", row, table=row.table)


@transaction.atomic
def remove_simulated(*, by: Any) -> dict[str, int]:
    """Going live: reports, suggestions and notices of simulated citizens go, with all that hangs on them."""
    require(by, "profile.manage")
    made_up = Report.objects.filter(simulated=True)
    Report.objects.filter(merged_into__in=made_up, simulated=False).update(
        merged_into=None, state=Report.State.SENT
    )
    Proof.objects.filter(answer__report__in=made_up).delete()  # they hold on to their photos
    made_up.filter(state=Report.State.DUPLICATE).delete()
    counts = {"reports": made_up.count(), "suggestions": 0, "notices": 0}
    made_up.delete()
    for name, rows in (("suggestions", Suggestion.objects), ("notices", ServiceNotice.objects)):
        simulated: Any = rows.filter(simulated=True)
        counts[name] = simulated.count()
        simulated.delete()
    return counts
