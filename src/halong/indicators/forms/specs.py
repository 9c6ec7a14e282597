"""What each kind of indicator asks beside: series, records, a formula, a table."""

from typing import Any

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from halong.core import registry
from halong.core.sector import all_types, find_attribute, find_limit
from halong.core.units import UnknownUnitError, convert
from halong.indicators.forms.definition import DefinitionForm, number_field
from halong.indicators.forms.filters import sector_choices
from halong.indicators.models import Indicator
from halong.indicators.specs import num_property
from halong.rules.choices import limit_choices, property_choices, type_choices

TIMES = [
    ("mean", _("the mean")),
    ("last", _("the last reading")),
    ("max", _("the highest")),
    ("min", _("the lowest")),
    ("sum", _("the sum")),
    ("count", _("how many readings")),
]
ACROSS = [
    ("mean", _("the mean of all things")),
    ("sum", _("the sum of all things")),
    ("max", _("the highest of all things")),
    ("min", _("the lowest of all things")),
    ("share", _("the share of things that fulfil the condition, %")),
    ("count", _("how many things fulfil the condition")),
    ("alive", _("the share of things with a valid reading, %")),
    ("ratio", _("a ratio: sum of this property by another")),
]
CONDITIONAL = {"share", "count"}
OPS = [("<=", "≤"), ("<", "<"), (">=", "≥"), (">", ">"), ("==", "=")]


class SeriesForm(DefinitionForm):
    """From what stations and devices measure."""

    property = forms.ChoiceField(label=_("Property"))
    types = forms.MultipleChoiceField(
        label=_("Kinds of things"), widget=forms.CheckboxSelectMultiple, required=False,
        help_text=_("None chosen: all that have this property."),
    )  # fmt: skip
    time = forms.ChoiceField(label=_("Of one thing, over the period"), choices=TIMES, initial="mean")
    across = forms.ChoiceField(label=_("Of all things"), choices=ACROSS, initial="mean")
    den_property = forms.ChoiceField(label=_("Divided by the property"), required=False)
    where_op = forms.ChoiceField(label=_("Condition: the value is"), choices=OPS, initial="<=")
    where_value = number_field(_("Condition: than"))
    limit_id = forms.ChoiceField(
        label=_("Legal limit"), required=False,
        help_text=_("Choosing one fills in the condition, or else the band “High”, with its source."),
    )  # fmt: skip
    making = ("property", "types", "time", "across", "where_op", "where_value", "den_property", "limit_id")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        wanted, types = self["property"].value() or "", self["types"].value() or []
        self._choices("property", [("", "–"), *property_choices()])
        self._choices("den_property", [("", "–"), *property_choices()])
        self._choices("types", type_choices(wanted, types))
        self._choices("limit_id", [("", gettext("None: bands of our own")), *limit_choices(wanted, types)])
        for name in ("property", "across", "limit_id"):
            self._reload(name)

    def clean(self) -> dict[str, Any]:
        """A condition needs its number, a ratio its denominator."""
        data = self.cleaned_data
        if data.get("across") in CONDITIONAL and data.get("where_value") is None:
            self.add_error("where_value", _("This needs a number."))
        divided = data.get("den_property") or self.stored().get("den_attribute")
        if data.get("across") == "ratio" and not divided:
            self.add_error("den_property", _("Choose what it is divided by."))
        return super().clean()

    def spec(self) -> dict[str, Any]:
        """Types, property, over time, across things."""
        data, kept = self.cleaned_data, self.stored()
        made: dict[str, Any] = {"time": data["time"], "across": data["across"]}
        if kept.get("sector"):
            made["sector"] = kept["sector"]
        types = data["types"] or [name for name, _label in type_choices(data["property"], [])]
        if data["types"] or not kept.get("sector"):
            made["types"] = types
        if data["across"] == "ratio":
            below = {"den_property": data["den_property"]} if data["den_property"] else {
                "den_attribute": kept.get("den_attribute", "")
            }  # fmt: skip
            return made | {"num_property": data["property"]} | below
        if data["across"] in CONDITIONAL:
            unit = (kept.get("where") or {}).get("unit")
            made["where"] = {"op": data["where_op"], "value": data["where_value"]} | (
                {"unit": unit} if unit else {}
            )
        return made | {"property": data["property"]}

    def unused(self) -> set[str]:
        """Fields that the chosen way has no use for."""
        across = self["across"].value()
        return ({"where_op", "where_value"} if across not in CONDITIONAL else set()) | (
            {"den_property"} if across != "ratio" else set()
        )

    def sections(self) -> list[tuple[str, list[forms.BoundField]]]:
        """Without the fields that the chosen way has no use for."""
        unused = self.unused()
        return [
            (heading, [field for field in fields if field.name not in unused])
            for heading, fields in super().sections()
        ]


class RecordsForm(DefinitionForm):
    """From the records of a module: alerts, tasks, sources, projects."""

    measure = forms.ChoiceField(label=_("What is counted"))
    measured_sector = forms.ChoiceField(
        label=_("Only the sector"), required=False, help_text=_("Where the count is by sector.")
    )
    making = ("measure", "measured_sector")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        measures = [(measure.key, measure.label) for measure in registry.record_measures]
        self._choices("measure", [("", "–"), *measures])
        self._choices("measured_sector", [("", pgettext_lazy("sectors", "All")), *sector_choices()])

    def spec(self) -> dict[str, Any]:
        """The measure and its parameters."""
        data = self.cleaned_data
        kept = {key: value for key, value in self.stored().items() if key not in ("measure", "sector")}
        sector = {"sector": data["measured_sector"]} if data["measured_sector"] else {}
        return {**kept, "measure": data["measure"], **sector}


class FormulaForm(DefinitionForm):
    """From other indicators."""

    expression = forms.CharField(
        label=_("Formula"), max_length=500, widget=forms.Textarea(attrs={"rows": 2, "class": "mono", "spellcheck": "false"}),
        help_text=_("Keys of indicators, numbers, + - * / ( ), min, max."),
    )  # fmt: skip
    making = ("expression",)

    def spec(self) -> dict[str, Any]:
        """The expression."""
        return {"expression": self.cleaned_data["expression"].strip()}

    @property
    def known(self) -> list[tuple[str, str]]:
        """The keys that a formula may name, with the indicators' names."""
        rows = Indicator.objects.active().prefetch_related("definitions")
        return [(row.key, str(row.definition)) for row in rows]


class TableForm(DefinitionForm):
    """From a table that an agency types or imports: the values come from a collection or an import."""


FORMS: dict[str, type[DefinitionForm]] = {
    "series": SeriesForm,
    "records": RecordsForm,
    "formula": FormulaForm,
    "table": TableForm,
}


def spec_initial(kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    """A stored spec as the kind's form shows it."""
    if kind == "series":
        where = spec.get("where") or {}
        return {
            **spec,
            "property": num_property(spec),
            "where_op": where.get("op", "<="),
            "where_value": where.get("value"),
        }
    if kind == "records":
        return {"measure": spec.get("measure", ""), "measured_sector": spec.get("sector", "")}
    return dict(spec)


def with_limit(shown: dict[str, Any]) -> dict[str, Any]:
    """The form's values with those of the legal limit that was chosen, in the unit of the property."""
    limit = find_limit(shown.get("limit_id") or "")
    if limit is None:
        return shown
    value = limit.maximum if limit.maximum is not None else limit.minimum
    spec = find_attribute([kind.name for _sector, kind in all_types()], shown.get("property") or "")
    try:
        value = convert(value or 0.0, limit.unit, spec.unit) if spec else value
    except UnknownUnitError:
        return shown
    over = limit.maximum is not None
    if shown.get("across") in CONDITIONAL:
        return shown | {"where_op": "<=" if over else ">=", "where_value": value, "source": limit.source}
    return shown | {f"high_{'above' if over else 'below'}": value, "band_source": limit.source}
