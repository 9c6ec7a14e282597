"""The form of a rule: one for each kind, with defaults that make sense, and the legal limits to choose
from.
"""

from typing import Any, cast

from django import forms
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from halong.context.models import Entity
from halong.core.errors import Invalid
from halong.places.models import Agency, Place
from halong.rules.choices import limit_choices, property_choices, type_choices, unit_choices
from halong.rules.drafts import ANY_PROPERTY, RuleDraft
from halong.rules.models import Rule

MINUTE = 60
DATE = {"type": "date"}


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, required=False, widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"))


def _number(label: Any, *, required: bool = True, **kwargs: Any) -> forms.FloatField:
    return forms.FloatField(
        label=label, required=required, widget=forms.NumberInput(attrs={"step": "any"}), **kwargs
    )


class RuleForm(forms.Form):
    """What every kind of rule asks: what it looks at, where, how grave it is, on which legal basis."""

    kind = forms.CharField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=_("Name"), max_length=200)
    priority = forms.TypedChoiceField(
        label=_("Priority"), coerce=int, choices=Rule.Priority.choices, initial=3
    )
    property = forms.ChoiceField(label=_("Property"), required=False)
    types = forms.MultipleChoiceField(
        label=_("Kinds of things"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen: all that have this property."),
    )  # fmt: skip
    place = forms.ModelChoiceField(Place.objects.none(), label=_("Place"), required=False)
    agency = forms.ModelChoiceField(Agency.objects.none(), label=_("Agency"), required=False)
    entities = forms.ModelMultipleChoiceField(
        Entity.objects.none(), label=_("Only these things"), required=False,
        widget=forms.SelectMultiple(attrs={"size": 6}), help_text=_("None chosen: all of the above."),
    )  # fmt: skip
    advice = forms.CharField(
        label=_("What to do"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    legal_basis = forms.CharField(label=_("Legal basis"), max_length=300, required=False)
    valid_from = _day(_("Valid from"))
    valid_to = _day(_("Valid to"))

    general = ("name", "priority")
    selector = ("property", "types", "place", "agency", "entities")
    law = ("advice", "legal_basis", "valid_from", "valid_to")
    condition: tuple[str, ...] = ()

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        kind = self["kind"].value()
        anything = [("", gettext("Every property"))] if kind in ANY_PROPERTY else [("", "–")]
        self._choices("property", [*anything, *property_choices()])
        self.fields["property"].required = kind not in ANY_PROPERTY
        self._reload("property", reverse("rule-fields", args=[kind]))
        if "unit" in self.fields:
            self._choices("unit", unit_choices(self["property"].value() or "", self["unit"].value() or ""))
        self._choices("types", type_choices(self["property"].value() or "", self["types"].value() or []))
        self._rows("place", Place.objects.on(today).defer("boundary").order_by("sort_key"))
        self._rows("agency", Agency.objects.on(today).order_by("sort_key"))
        self._rows(
            "entities",
            Entity.objects.visible_to(user).filter(series__isnull=False).distinct().order_by("sort_key"),
        )

    def _reload(self, name: str, url: str) -> None:
        """Ask for the form again when this field changes."""
        self.fields[name].widget.attrs |= {
            "hx-get": url, "hx-include": "#rule-form", "hx-target": "#rule-fields", "hx-trigger": "change",
            "hx-swap": "innerMorph",
        }  # fmt: skip

    def _choices(self, name: str, choices: list[Any]) -> None:
        cast("forms.ChoiceField", self.fields[name]).choices = choices

    def _rows(self, name: str, rows: Any) -> None:
        field = cast("forms.ModelChoiceField[Any]", self.fields[name])
        field.queryset = rows
        if name == "place":
            field.empty_label = str(pgettext_lazy("place", "Everywhere"))
        elif name == "agency":
            field.empty_label = gettext("All agencies")

    def params(self) -> dict[str, Any]:
        """The parameters of the kind, as ``rules.params`` reads them."""
        raise NotImplementedError  # each kind's form has fields of its own

    def clean(self) -> dict[str, Any]:
        """What the kind's parameters say is wrong stands beside their fields."""
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                self.draft().checked()
            except Invalid as error:
                for name, words in error.fields.items():
                    known = {
                        "for_s": "for_minutes",
                        "clear_for_s": "clear_minutes",
                        "after_s": "after_minutes",
                        "seconds": "hours",
                    }.get(name, name)
                    self.add_error(known if known in self.fields else None, words)
                if not error.fields:
                    self.add_error(None, error.detail)
        return cleaned

    def draft(self) -> RuleDraft:
        """The rule that the form describes."""
        data = self.cleaned_data
        return RuleDraft(
            name=data["name"],
            kind=data["kind"],
            params=self.params(),
            property=data["property"],
            types=data["types"],
            place=data["place"],
            agency=data["agency"],
            entities=list(data["entities"]),
            averaging=data.get("averaging") or "",
            priority=data["priority"],
            advice=data["advice"],
            legal_basis=data["legal_basis"],
            limit_id=data.get("limit_id") or "",
            valid_from=data["valid_from"],
            valid_to=data["valid_to"],
        )

    def fields_of(self, names: tuple[str, ...]) -> list[forms.BoundField]:
        """Some of the fields, for the template's sections."""
        return [self[name] for name in names]

    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The form in the order in which it is filled in."""
        return [
            ("", self.fields_of(self.general)),
            (gettext("What it looks at"), self.fields_of(self.selector)),
            (gettext("Condition"), self.fields_of(self.condition)),
            (gettext("Response and legal basis"), self.fields_of(self.law)),
        ]


class ThresholdForm(RuleForm):
    """A limit, of readings or of means."""

    limit_id = forms.ChoiceField(
        label=_("Legal limit"), required=False, help_text=_("Choosing one fills in the fields below.")
    )
    averaging = forms.ChoiceField(
        label=_("Judged by"), choices=Rule.Averaging.choices, required=False,
        help_text=_("Most legal limits are limits of means: an hour or a day must be over before it is judged."),
    )  # fmt: skip
    direction = forms.ChoiceField(
        label=_("Alert when"),
        initial="above",
        choices=[("above", pgettext_lazy("limit", "above")), ("below", pgettext_lazy("limit", "below"))],
    )
    limit = _number(_("Limit"))
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    clear = _number(
        _("Over at"), required=False,
        help_text=_("A value somewhat inside the limit avoids alerts that come and go. Empty: the limit."),
    )  # fmt: skip
    for_minutes = _number(_("For at least, minutes"), required=False, min_value=0, initial=0)
    clear_minutes = _number(
        _("Cleared after, minutes"), required=False, min_value=0, initial=0,
        help_text=_("What comes back sooner is the same alert, not another one."),
    )  # fmt: skip
    condition = (
        "limit_id",
        "averaging",
        "direction",
        "limit",
        "unit",
        "clear",
        "for_minutes",
        "clear_minutes",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        types, wanted = self["types"].value() or [], self["property"].value()
        self._reload("limit_id", reverse("rule-fields", args=["threshold"]) + "?chosen=limit_id")
        self._choices("limit_id", [("", gettext("None: a limit of our own")), *limit_choices(wanted, types)])

    def params(self) -> dict[str, Any]:
        """See ``params.Threshold``."""
        data = self.cleaned_data
        return {
            "direction": data["direction"],
            "limit": data["limit"],
            "clear": data["clear"],
            "unit": data["unit"],
            "for_s": round((data["for_minutes"] or 0) * MINUTE),
            "clear_for_s": round((data["clear_minutes"] or 0) * MINUTE),
        }


class RateForm(RuleForm):
    """A change within some minutes."""

    direction = forms.ChoiceField(
        label=_("Alert when the value"),
        initial="any",
        choices=[("any", _("rises or falls")), ("up", _("rises")), ("down", _("falls"))],
    )
    change = _number(_("By at least"))
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    minutes = _number(_("Within, minutes"), initial=30, min_value=0)
    condition = ("direction", "change", "unit", "minutes")

    def params(self) -> dict[str, Any]:
        """See ``params.Rate``."""
        return {name: self.cleaned_data[name] for name in self.condition}


class SilenceForm(RuleForm):
    """No reading for a while."""

    intervals = _number(
        _("After so many intervals"), initial=3, min_value=1,
        help_text=_("Of the series' declared interval: 3 intervals of 5 minutes are 15 minutes."),
    )  # fmt: skip
    after_minutes = _number(_("Or after so many minutes"), required=False, min_value=1)
    condition = ("intervals", "after_minutes")

    def params(self) -> dict[str, Any]:
        """See ``params.Silence``."""
        minutes = self.cleaned_data["after_minutes"]
        return {
            "intervals": self.cleaned_data["intervals"],
            "after_s": round(minutes * MINUTE) if minutes else None,
        }


class RangeForm(RuleForm):
    """Values that can't be true."""

    minimum = _number(_("Lowest possible value"), required=False)
    maximum = _number(
        _("Highest possible value"),
        required=False,
        help_text=_("Both empty: the range that the series declares."),
    )
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    for_minutes = _number(_("For at least, minutes"), required=False, min_value=0, initial=0)
    condition = ("minimum", "maximum", "unit", "for_minutes")

    def params(self) -> dict[str, Any]:
        """See ``params.Range``."""
        data = self.cleaned_data
        return {
            "minimum": data["minimum"], "maximum": data["maximum"], "unit": data["unit"],
            "for_s": round((data["for_minutes"] or 0) * MINUTE),
        }  # fmt: skip


class StuckForm(RuleForm):
    """A value that doesn't move."""

    hours = _number(_("The same value for, hours"), initial=6, min_value=0)
    min_readings = forms.IntegerField(label=_("And at least so many readings"), initial=6, min_value=2)
    tolerance = _number(_("Tolerance"), initial=0, min_value=0)
    except_zero = forms.BooleanField(
        label=_("Zero may stay"), required=False, help_text=_("Rain, or a pump that stands.")
    )
    condition = ("hours", "min_readings", "tolerance", "except_zero")

    def params(self) -> dict[str, Any]:
        """See ``params.Stuck``."""
        data = self.cleaned_data
        return {
            "seconds": round(data["hours"] * 3600), "min_readings": data["min_readings"],
            "tolerance": data["tolerance"], "except_zero": data["except_zero"],
        }  # fmt: skip


class HabitForm(RuleForm):
    """An hour unlike the same hour of past weeks."""

    side = forms.ChoiceField(
        label=_("Alert when the hour is"),
        initial="both",
        choices=[
            ("both", _("higher or lower than usual")),
            ("above", _("higher than usual")),
            ("below", _("lower than usual")),
        ],
    )
    weeks = forms.IntegerField(label=_("Compared with the past weeks"), initial=6, min_value=2, max_value=52)
    min_weeks = forms.IntegerField(label=_("Of which there must be data for"), initial=4, min_value=2)
    method = forms.ChoiceField(
        label=_("Measure of spread"),
        initial="mad",
        choices=[
            ("mad", _("median and its deviation (robust)")),
            ("sigma", _("mean and standard deviation")),
        ],
    )
    k = _number(_("More than so many deviations"), initial=4, min_value=0)
    least = _number(_("But at least"), initial=0, min_value=0)
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    condition = ("side", "weeks", "min_weeks", "method", "k", "least", "unit")

    def params(self) -> dict[str, Any]:
        """See ``params.Habit``."""
        return {name: self.cleaned_data[name] for name in self.condition}


FORMS: dict[str, type[RuleForm]] = {
    "threshold": ThresholdForm,
    "rate": RateForm,
    "silence": SilenceForm,
    "range": RangeForm,
    "stuck": StuckForm,
    "habit": HabitForm,
}


def initial_of(draft: RuleDraft) -> dict[str, Any]:
    """A rule as the form shows it."""
    params = dict(draft.params)
    shown = {name: value for name, value in vars(draft).items() if name != "params"} | params
    shown["entities"] = [entity.pk for entity in draft.entities]
    if "for_s" in params:
        shown["for_minutes"] = params["for_s"] / MINUTE
    if "clear_for_s" in params:
        shown["clear_minutes"] = params["clear_for_s"] / MINUTE
    if params.get("after_s"):
        shown["after_minutes"] = params["after_s"] / MINUTE
    if "seconds" in params:
        shown["hours"] = params["seconds"] / 3600
    return shown
