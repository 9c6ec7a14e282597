"""The form of an indicator: what it means, its number, its bands, who answers for it. What a kind asks beside is in
``forms.specs``.
"""

from typing import Any, cast

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from halong.accounts.choices import PersonField
from halong.accounts.models import User
from halong.core.errors import Invalid
from halong.core.units import UnknownUnitError, unit_code, unit_symbol
from halong.indicators.drafts import ABNORMAL, SIDES, DefinitionDraft
from halong.indicators.forms.filters import LEVELS, sector_choices
from halong.indicators.models import Definition, Grain, Indicator
from halong.places.forms import BranchChoice
from halong.places.models import Agency

HOUR = 3600
TEXT = {"rows": 3}
DATE = {"type": "date"}


def number_field(label: Any, **kwargs: Any) -> forms.FloatField:
    """A number that may be left out."""
    widget = forms.NumberInput(attrs={"step": "any"})
    return forms.FloatField(label=label, required=False, widget=widget, **kwargs)


class DefinitionForm(forms.Form):
    """What every kind of indicator asks."""

    kind = forms.CharField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name"), max_length=120)
    name_en = forms.CharField(label=_("Name in English"), max_length=120, required=False)
    scope_words = forms.CharField(
        label=_("Second line"), max_length=120, required=False,
        help_text=_("Stands under the name: what is counted, over which time."),
    )  # fmt: skip
    scope_words_en = forms.CharField(label=_("Second line in English"), max_length=120, required=False)
    meaning = forms.CharField(
        label=_("Meaning"), max_length=1000, widget=forms.Textarea(attrs=TEXT),
        help_text=_("One or two sentences: what it says and how it is made."),
    )  # fmt: skip
    meaning_en = forms.CharField(
        label=_("Meaning in English"), max_length=1000, required=False, widget=forms.Textarea(attrs=TEXT)
    )
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    level = forms.TypedChoiceField(
        label=pgettext_lazy("indicator", "Level"), coerce=int, choices=LEVELS[1:], initial=3
    )
    order = forms.IntegerField(label=_("Order"), initial=100, min_value=0, max_value=9999)

    unit = forms.CharField(
        label=_("Unit"), max_length=20, required=False,
        help_text=_("A sign (%, µg/m³, km/h) or a word; empty: a bare number."),
    )  # fmt: skip
    decimals = forms.IntegerField(label=_("Decimals"), initial=0, min_value=0, max_value=6)
    direction = forms.ChoiceField(label=_("Better is"), choices=Definition.Direction.choices, initial="up")
    grain = forms.ChoiceField(label=_("Period"), choices=Grain.choices, initial="day")
    over_time = forms.ChoiceField(
        label=_("Longer periods are"), choices=Definition.OverTime.choices, initial="mean",
        help_text=_("How hours become days, and days become months."),
    )  # fmt: skip
    shows_denominator = forms.BooleanField(
        label=_("Show as a part of the whole"), required=False, help_text=_("19 /24 instead of 79%.")
    )
    plausible_min = number_field(_("Lowest plausible value"))
    plausible_max = number_field(_("Highest plausible value"))

    band_source = forms.CharField(label=_("Source of the bands"), max_length=300, required=False)

    agency = BranchChoice(Agency.objects.none(), label=_("Agency that answers"), empty_label="–")
    person = PersonField(
        label=_("Person who answers"),
        required=False,
        empty_label=_("Whoever answers for the agency"),
    )
    freshness_hours = forms.FloatField(
        label=_("Freshness promise, hours"), initial=48, min_value=0.01, widget=forms.NumberInput(attrs={"step": "any"}),
        help_text=_("A value is late when its period ended longer ago than this."),
    )  # fmt: skip
    source = forms.CharField(label=_("Source"), max_length=300, required=False)
    verified = forms.BooleanField(label=_("Checked against the source"), required=False)
    valid_from = forms.DateField(
        label=_("Valid from"), widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"),
        help_text=_("What was before keeps the earlier definition."),
    )  # fmt: skip

    general = (
        "name", "name_en", "scope_words", "scope_words_en", "meaning", "meaning_en", "sector", "level", "order",
    )  # fmt: skip
    figure = (
        "unit", "decimals", "direction", "grain", "over_time", "shows_denominator", "plausible_min", "plausible_max",
    )  # fmt: skip
    people = ("agency", "person", "freshness_hours", "source", "verified", "valid_from")
    making: tuple[str, ...] = ()

    def __init__(self, *args: Any, indicator: Indicator | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.indicator = indicator
        for state in ABNORMAL:
            for side in SIDES:
                self.fields[f"{state}_{side}"] = number_field(side)
        today = timezone.localdate()
        self._choices("sector", [("", "–"), *sector_choices()])
        self._rows("agency", Agency.objects.on(today).order_by("sort_key"))
        self._rows("person", User.objects.filter(is_active=True).order_by("full_name", "username"))
        self.fields["valid_from"].initial = today

    def _choices(self, name: str, choices: list[Any]) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = choices

    def _rows(self, name: str, rows: Any) -> None:
        cast("forms.ModelChoiceField[Any]", self.fields[name]).queryset = rows

    def _reload(self, name: str) -> None:
        """Ask for the form again when this field changes: other choices follow from it."""
        url = reverse("indicator-fields", args=[self["kind"].value() or "series"])
        self.fields[name].widget.attrs |= {
            "hx-get": f"{url}?chosen={name}", "hx-include": "#indicator-form", "hx-target": "#indicator-fields",
            "hx-trigger": "change", "hx-swap": "innerMorph",
        }  # fmt: skip

    def stored(self) -> dict[str, Any]:
        """The newest spec of the indicator that is changed: what the form doesn't ask for stays."""
        if self.indicator is None:
            return {}
        newest = max(self.indicator.definitions.all(), key=lambda definition: definition.version)
        return dict(newest.spec)

    def spec(self) -> dict[str, Any]:
        """How the values are made, as the kind's computation reads it; what it does not ask for stays as stored."""
        return self.stored()

    def clean_unit(self) -> str:
        """The code of a known sign; anything else as it was typed."""
        typed = str(self.cleaned_data["unit"]).strip()
        try:
            return unit_code(typed)
        except UnknownUnitError:
            return typed

    def clean(self) -> dict[str, Any]:
        """What the draft says is wrong stands beside its field."""
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                self.draft().check(self.indicator)
            except Invalid as error:
                for name, words in error.fields.items():
                    self.add_error(name if name in self.fields else None, words)
                if not error.fields:
                    self.add_error(None, error.detail)
        return cleaned

    def bands(self) -> list[dict[str, Any]]:
        """The bands that are filled in, gravest last."""
        data = self.cleaned_data
        given = [
            {"state": state, side: data[f"{state}_{side}"]}
            for state in ABNORMAL
            for side in SIDES
            if data[f"{state}_{side}"] is not None
        ]
        return [band | ({"source": data["band_source"]} if data["band_source"] else {}) for band in given]

    def draft(self) -> DefinitionDraft:
        """The definition that the form describes."""
        data = self.cleaned_data
        same = {name: data[name] for name in DefinitionDraft.__dataclass_fields__ if name in data}
        return DefinitionDraft(
            **same,
            freshness_s=round(data["freshness_hours"] * HOUR),
            bands=self.bands(),
            spec=self.spec(),
        )

    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The form in the order in which it is filled in; the bands stand as a table of their own."""
        return [
            ("", [self[name] for name in self.general]),
            (gettext("How it is made"), [self[name] for name in self.making]),
            (gettext("The number"), [self[name] for name in self.figure]),
        ]

    @property
    def answers(self) -> list[forms.BoundField]:
        """Who answers, and since when this holds."""
        return [self[name] for name in self.people]

    @property
    def band_rows(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The table of bands: a state, and the fields of its two sides."""
        return [(state, [self[f"{state}_{side}"] for side in SIDES]) for state in ABNORMAL]


def initial_of(draft: DefinitionDraft) -> dict[str, Any]:
    """A definition as the form shows it."""
    shown = {name: getattr(draft, name) for name in DefinitionDraft.__dataclass_fields__}
    shown |= {"freshness_hours": _bare(draft.freshness_s / HOUR), "unit": unit_symbol(draft.unit) or ""}
    shown |= {name: _bare(shown[name]) for name in ("plausible_min", "plausible_max")}
    for band in draft.bands:
        for side in SIDES:
            if side in band:
                shown[f"{band['state']}_{side}"] = _bare(band[side])
        shown["band_source"] = band.get("source", "")
    return shown


def _bare(value: float | None) -> float | int | None:
    """A whole number without its ".0"."""
    return int(value) if value is not None and float(value).is_integer() else value
