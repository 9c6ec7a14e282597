"""What is asked at the edge of the editor: the settings of one tile, made from what its kind declares."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from halong.context.models import Entity
from halong.context.scope import Scope
from halong.core.registry import WallField
from halong.core.sector import find_attribute
from halong.core.text import fold
from halong.core.units import unit_symbol
from halong.panorama.wall.document import TURN, Tile
from halong.panorama.wall.sight import scope_choices

Choices = list[tuple[str, Any]]
MOST_THINGS = 40


class TileForm(forms.Form):
    """Place and settings of a tile; fields are those of its kind. Every change is read by the editor's script."""

    def __init__(self, tile: Tile, scope: Scope, user: Any, find: str) -> None:
        super().__init__(initial={**tile.settings, "place": tile.place}, auto_id="tile-%s")
        spec = tile.spec
        assert spec is not None
        if spec.follows:
            self.fields["place"] = forms.ChoiceField(
                label=_("Which place it follows"), required=False, choices=_place_choices()
            )
        for field in spec.fields:
            if field.kind == "thing":
                self.fields["find"] = forms.CharField(
                    label=_("Find a thing"),
                    required=False,
                    initial=find,
                    widget=forms.TextInput(attrs={"type": "search", "data-find": "", "autocomplete": "off"}),
                )
            self.fields[field.key] = _field(field, tile, scope, user, find)


def _place_choices() -> Choices:
    places, _agencies, _sectors = scope_choices()
    own = [("", gettext("That of the layout")), (TURN, gettext("Goes from place to place"))]
    return [*own, *((str(place.pk), place.name) for place in places)]


def _field(field: WallField, tile: Tile, scope: Scope, user: Any, find: str) -> forms.Field:
    given: dict[str, Any] = {"label": field.label, "required": field.required}
    if field.kind == "lines":
        return forms.CharField(widget=forms.Textarea(attrs={"rows": 4}), max_length=400, **given)
    if field.kind == "thing":
        return forms.ChoiceField(choices=_things(tile, scope, user, find), **given)
    if field.kind == "property":
        return forms.ChoiceField(choices=_properties(tile, user), **given)
    if field.kind == "choice" and field.choices is not None:
        empty = [("", gettext("Choose…"))] if field.required else []
        return forms.ChoiceField(choices=[*empty, *field.choices(user)], **given)
    return forms.CharField(max_length=120, **given)


def _things(tile: Tile, scope: Scope, user: Any, find: str) -> Choices:
    """The chosen thing, and those of the scope whose names have these words; only what sends readings."""
    visible = Entity.objects.visible_to(user)
    found = scope.entities(visible).filter(series__isnull=False)
    for word in fold(find).split():
        found = found.filter(folded__contains=word)
    rows: Choices = [(str(e.pk), e.name) for e in found.distinct().order_by("sort_key")[:MOST_THINGS]]
    chosen = str(tile.settings.get("thing", ""))
    if chosen.isdigit() and all(key != chosen for key, _name in rows):
        rows = [(str(e.pk), e.name) for e in visible.filter(pk=int(chosen))] + rows
    return [("", gettext("Choose…")), *rows]


def _properties(tile: Tile, user: Any) -> Choices:
    chosen = str(tile.settings.get("thing", ""))
    entity = Entity.objects.visible_to(user).filter(pk=int(chosen)).first() if chosen.isdigit() else None
    if entity is None:
        return [("", gettext("Choose a thing first"))]
    rows: Choices = [("", gettext("Choose…"))]
    for series in entity.series.order_by("-derived", "pk"):
        spec = find_attribute(entity.types, series.property)
        unit = unit_symbol(series.unit)
        rows.append(
            (series.property, f"{spec.label if spec else series.property}{f' ({unit})' if unit else ''}")
        )
    return rows
