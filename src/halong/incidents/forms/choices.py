"""What fields of the forms of incidents let people choose from."""

import json
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.accounts.models import User
from halong.accounts.queries import directory
from halong.core.errors import HalongError
from halong.places.models import Agency, Place
from halong.playbooks.kinds import KINDS

LONGEST = 4000
EVERYTHING = ("", pgettext_lazy("filter", "All"))


def words(label: Any, *, rows: int = 3, required: bool = True, help_text: Any = "") -> forms.CharField:
    """A text of several lines."""
    return forms.CharField(
        label=label,
        required=required,
        max_length=LONGEST,
        help_text=help_text,
        widget=forms.Textarea(attrs={"rows": rows}),
    )


def kinds() -> list[tuple[str, Any]]:
    """The kinds of incident as choices."""
    return [(kind.key, kind.label) for kind in KINDS.values()]


def agencies_today() -> "QuerySet[Agency]":
    """The agencies of today by name."""
    return Agency.objects.on(timezone.localdate()).order_by("sort_key")


def places_today() -> "QuerySet[Place]":
    """The places of today by name."""
    return Place.objects.on(timezone.localdate()).defer("boundary").order_by("sort_key")


def people(by: Any) -> "QuerySet[User]":
    """Everybody who works here, by name, for those who may see the directory."""
    return directory(by).order_by("full_name", "username")


class AreaField(forms.CharField):
    """An area drawn on the map: GeoJSON of a polygon (longitude, latitude), or nothing."""

    widget = forms.HiddenInput

    def __init__(self) -> None:
        super().__init__(label=_("Area"), required=False, max_length=200_000)

    def prepare_value(self, value: Any) -> Any:
        """What the script of the map reads."""
        return json.dumps(value) if isinstance(value, dict) else value

    def to_python(self, value: Any) -> Any:
        """The geometry; rings and ranges are checked by the action."""
        text = super().to_python(value)
        if not text:
            return None
        try:
            found = json.loads(text)
        except ValueError as error:
            raise forms.ValidationError(_("The area can't be read; draw it again.")) from error
        if not isinstance(found, dict) or found.get("type") not in ("Polygon", "MultiPolygon"):
            raise forms.ValidationError(_("The area can't be read; draw it again."))
        return found


def number_of(text: str) -> int | None:
    """A whole number that a browser sent; None when it is something else."""
    return int(text) if text.isdecimal() and len(text) < 16 else None


def refused(error: HalongError) -> str:
    """Everything that an action said was wrong, in one text."""
    titled = bool(error.fields) and error.detail == error.title  # which is no words for people
    own = [] if titled else [error.detail]
    return " ".join(dict.fromkeys([*own, *error.fields.values()]))
