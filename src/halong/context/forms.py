"""What people type about things."""

import json
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.context.documents import is_name
from halong.context.models import Entity
from halong.context.queries import SIGNALS, signal_readers
from halong.core.sector import all_sectors, all_types
from halong.core.text import fold
from halong.places.forms import BranchChoice
from halong.places.models import Agency, Place

SEARCH = forms.TextInput(attrs={"type": "search"})
MARKS = [
    ("", pgettext_lazy("things", "All")),
    ("unplaced", _("Without a place")),
    ("public", _("Shown to the public")),
    ("simulated", _("Simulated")),
    ("illustrative", _("Illustrative")),
]


NOBODY: dict[str, list[int]] = {"place": [], "agency": []}


def type_choices() -> list[tuple[str, list[tuple[str, Any]]]]:
    """Every declared type, by sector."""
    groups = [(sector.name, [(t.name, t.label) for t in sector.types]) for sector in all_sectors()]
    return [(str(name), kinds) for name, kinds in groups if kinds]


class EntityFilter(forms.Form):
    """Which things are shown."""

    q = forms.CharField(label=_("Search"), required=False, widget=SEARCH, max_length=100)
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    type = forms.ChoiceField(label=_("Type"), required=False)
    place = BranchChoice(Place.objects.none(), required=False, label=_("Place"), empty_label=_("All places"))
    agency = BranchChoice(
        Agency.objects.none(), required=False, label=_("Agency"), empty_label=_("All agencies")
    )
    signal = forms.ChoiceField(label=_("Signal"), required=False)
    mark = forms.ChoiceField(label=_("Mark"), required=False, choices=MARKS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        sectors = [(s.key, s.name) for s in all_sectors() if s.types]
        self._choose("sector", [("", _("All sectors")), *sectors])
        self._choose("type", [("", _("All types")), *((t.name, t.plural) for _sector, t in all_types())])
        self._choose("signal", [("", pgettext_lazy("signals", "All")), *SIGNALS.items()])
        if not len(signal_readers):
            del self.fields["signal"]
        places = Place.objects.on(today).defer("boundary").order_by("sort_key")
        self.fields["place"].queryset = places  # type: ignore[attr-defined]
        agencies = Agency.objects.on(today).order_by("sort_key")
        self.fields["agency"].queryset = agencies  # type: ignore[attr-defined]

    def _choose(self, name: str, choices: Iterable[tuple[str, Any]]) -> None:
        self.fields[name].choices = list(choices)  # type: ignore[attr-defined]

    @property
    def said(self) -> dict[str, Any]:
        """What is chosen; a field with a value that doesn't exist counts as empty."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in self.fields}


class DegreesField(forms.FloatField):
    """A coordinate, written with a point or, as here, with a comma."""

    def to_python(self, value: Any) -> Any:
        """A float, or None."""
        return super().to_python(str(value).replace(",", ".") if value is not None else None)


class EntityForm(forms.Form):
    """A thing: its name, type, owners and position."""

    name = forms.CharField(label=_("Name"), max_length=200)
    type = forms.ChoiceField(label=_("Type"))
    identifier = forms.RegexField(
        r"^[A-Za-z0-9._-]+$",
        label=_("Identifier"),
        required=False,
        max_length=100,
        help_text=_(
            "The end of its URN, by which its files and messages name it; made from the name if empty."
        ),
    )
    place = BranchChoice(Place.objects.none(), required=False, label=_("Place"), empty_label="–")
    agency = BranchChoice(Agency.objects.none(), required=False, label=_("Agency"), empty_label="–")
    lon = DegreesField(label=_("Longitude"), required=False, min_value=-180, max_value=180)
    lat = DegreesField(label=_("Latitude"), required=False, min_value=-90, max_value=90)
    public = forms.BooleanField(label=_("Shown to the public"), required=False)

    def __init__(self, *args: Any, entity: Entity | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.entity = entity
        self.fields["type"].choices = [*self._own_types(), *type_choices()]  # type: ignore[attr-defined]
        own = {"place": [entity.place_id or 0], "agency": [entity.agency_id or 0]} if entity else NOBODY
        today = timezone.localdate()
        places = Place.objects.on(today) | Place.objects.filter(pk__in=own["place"])
        self.fields["place"].queryset = places.defer("boundary").order_by("sort_key")  # type: ignore[attr-defined]
        agencies = Agency.objects.on(today) | Agency.objects.filter(pk__in=own["agency"])
        self.fields["agency"].queryset = agencies.order_by("sort_key")  # type: ignore[attr-defined]
        for name in ("lon", "lat"):
            self.fields[name].widget = forms.TextInput(attrs={"inputmode": "decimal"})
        if entity is not None:
            del self.fields["identifier"]
            self.initial = {
                "name": entity.name,
                "type": entity.types[0],
                **self._owners(entity),
                **self.initial,
            }

    def _own_types(self) -> list[tuple[str, str]]:
        """A type that no sector declares stays a choice for the thing that has it."""
        declared = {kind.name for _sector, kind in all_types()}
        own = self.entity.types[0] if self.entity else ""
        return [(own, own)] if own and own not in declared else []

    def _owners(self, entity: Entity) -> dict[str, Any]:
        fields = ("lon", "lat", "public")
        return {"place": entity.place_id, "agency": entity.agency_id} | {
            f: getattr(entity, f) for f in fields
        }

    def clean(self) -> dict[str, Any]:
        """Both coordinates or none; an identifier made from the name where none is given."""
        cleaned = super().clean() or {}
        if (cleaned.get("lon") is None) != (cleaned.get("lat") is None) and not {
            "lon",
            "lat",
        } & self.errors.keys():
            self.add_error(
                "lon" if cleaned.get("lon") is None else "lat", _("Give both coordinates, or none.")
            )
        if not cleaned.get("identifier") and cleaned.get("name"):
            cleaned["identifier"] = "-".join(fold(cleaned["name"]).replace("/", " ").split())[:80]
            cleaned["identifier"] = "".join(c for c in cleaned["identifier"] if c.isalnum() or c in "._-")
        return cleaned

    @property
    def position(self) -> tuple[float, float] | None:
        """(lon, lat), or None."""
        lon, lat = self.cleaned_data.get("lon"), self.cleaned_data.get("lat")
        return None if lon is None or lat is None else (lon, lat)


class AttributeForm(forms.Form):
    """One attribute as an expert writes it: its name and its NGSI-LD document, or the list of its
    instances.
    """

    name = forms.CharField(label=_("Name"), max_length=200)
    document = forms.CharField(
        label=_("NGSI-LD document"),
        widget=forms.Textarea(attrs={"rows": 8, "class": "document", "spellcheck": "false"}),
        help_text=_('For instance {"type": "Property", "value": 12.5, "unitCode": "CEL"}'),
    )

    def clean_name(self) -> str:
        """A name that an attribute may have."""
        name = str(self.cleaned_data["name"])
        if not is_name(name):
            raise forms.ValidationError(_("Not a name that an attribute may have."))
        return name

    def clean_document(self) -> Any:
        """The document as JSON."""
        try:
            return json.loads(self.cleaned_data["document"])
        except ValueError as error:
            raise forms.ValidationError(_("Not JSON: %(error)s"), params={"error": error}) from error


class PlaceThingForm(forms.Form):
    """Where a thing of the queue belongs."""

    place = BranchChoice(Place.objects.none(), label=_("Place"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        places = Place.objects.on(today).defer("boundary").order_by("sort_key")
        self.fields["place"].queryset = places  # type: ignore[attr-defined]
