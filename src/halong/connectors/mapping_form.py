"""Settings that say what members of a JSON document mean; shared by MQTT and HTTP pull."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from halong.connectors.mapping import Rule, parse_fields
from halong.connectors.stationfile.forms import type_choices
from halong.connectors.zones import ZONES, zone_of
from halong.ingest.connector import SettingsForm


class MappingForm(SettingsForm):
    """The defaults fit objects as the HTTP door takes them: entity, property, time, value, unit, quality."""

    entity = forms.CharField(
        label=_("Thing"),
        required=False,
        help_text=_(
            "A URN, a template such as urn:ngsi-ld:AirQualityObserved:{station}, or a JSON pointer. "
            "Empty: the part entity or station."
        ),
    )
    property = forms.CharField(
        label=_("Property"),
        required=False,
        help_text=_("A name, a template or a JSON pointer. Empty: the part property."),
    )
    items = forms.CharField(
        label=_("List of items"),
        required=False,
        help_text=_("JSON pointer to the list, such as /data/readings."),
    )
    value = forms.CharField(label=_("Value"), required=False, initial="/value")
    time = forms.CharField(
        label=_("Time"),
        required=False,
        initial="/time",
        help_text=_("Where none is found: the time of arrival."),
    )
    unit = forms.CharField(
        label=_("Unit"),
        required=False,
        initial="/unit",
        help_text=_("A JSON pointer, or a unit such as mg/L."),
    )
    quality = forms.CharField(label=_("Quality"), required=False, initial="/quality")
    fields_map = forms.CharField(
        label=_("Several values in one object"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "placeholder": "/pm25 = pm25 GQ"}),
        help_text=_(
            "A line for each: pointer = property unit. Then value, property and unit above don't count."
        ),
    )
    type = forms.ChoiceField(
        label=_("Open unknown things as"),
        choices=type_choices,
        required=False,
        help_text=_("Otherwise readings of things that nobody registered are set aside."),
    )
    zone = forms.ChoiceField(
        label=_("Times without an offset are"), choices=ZONES, initial="local", required=False
    )
    advanced: ClassVar[frozenset[str]] = frozenset(
        {"items", "time", "quality", "fields_map", "zone", "value", "unit"}
    )

    def clean_fields_map(self) -> str:
        """Lines of pointer, property and unit."""
        text: str = self.cleaned_data["fields_map"]
        try:
            parse_fields(text)
        except ValueError as error:
            raise ValidationError(
                _("This line isn't pointer = property: %(line)s") % {"line": error}
            ) from error
        return text

    def clean(self) -> dict[str, Any]:
        """Pointers begin with a slash."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for name in ("items", "value", "time"):
            if cleaned.get(name) and not cleaned[name].startswith("/"):
                self.add_error(name, _("A JSON pointer begins with a slash."))
        return cleaned


def rule_of(settings: Mapping[str, Any]) -> Rule:
    """The rule that a source's settings describe."""
    return Rule(
        items=settings.get("items", ""),
        entity=settings.get("entity", ""),
        property=settings.get("property", ""),
        value=settings.get("value") or "/value",
        time=settings.get("time") or "/time",
        unit=settings.get("unit", "/unit"),
        quality=settings.get("quality", "/quality"),
        fields=parse_fields(settings.get("fields_map", "")),
        type=settings.get("type", ""),
        zone=zone_of(settings.get("zone", "")),
    )
