"""The forms of collections: the table that is asked for, and the figures that are typed into it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from halong.core.errors import Invalid
from halong.core.formats import format_number
from halong.core.units import unit_symbol
from halong.indicators.collecting import BACK, CollectionDraft, Figures
from halong.indicators.figures import parse_figure, typed
from halong.indicators.forms.definition import DATE
from halong.indicators.models import Definition, Grain, Indicator
from halong.places.forms import BranchChoice
from halong.places.models import Agency


class NamedIndicators(forms.ModelMultipleChoiceField[Indicator]):
    """A choice among indicators, each by its name."""

    def label_from_instance(self, obj: Any) -> str:
        """The name of today."""
        return str(obj.definition or obj.key)


class CollectionForm(forms.Form):
    """Which indicators are asked of which agencies, how often, until when, and who approves."""

    title = forms.CharField(label=_("Title"), max_length=200)
    title_en = forms.CharField(label=_("Title in English"), max_length=200, required=False)
    grain = forms.ChoiceField(
        label=_("Every"), choices=[c for c in Grain.choices if c[0] in BACK], initial="month"
    )
    due_days = forms.IntegerField(
        label=_("Due, days after the period"), initial=5, min_value=0, max_value=180,
        help_text=_("At 17:00; on a day off, of the next working day."),
    )  # fmt: skip
    approver = BranchChoice(
        Agency.objects.none(), label=_("Approved by"), required=False,
        empty_label=_("The leader of the agency itself"),
    )  # fmt: skip
    starts = forms.DateField(
        label=_("First period from"), widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d")
    )
    indicators = NamedIndicators(
        Indicator.objects.none(), label=_("Indicators"), widget=forms.CheckboxSelectMultiple,
        help_text=_("Those that are made from a table."),
    )  # fmt: skip
    agencies = forms.ModelMultipleChoiceField(
        Agency.objects.none(), label=_("Agencies"), widget=forms.SelectMultiple(attrs={"size": 12}),
        help_text=_("Several: hold Ctrl."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        agencies = Agency.objects.on(today).order_by("sort_key")
        self._rows("approver", agencies)
        self._rows("agencies", agencies)
        tables = Indicator.objects.active().filter(definitions__kind=Definition.Kind.TABLE).distinct()
        self._rows("indicators", tables.prefetch_related("definitions"))
        self.fields["starts"].initial = today.replace(day=1)

    def _rows(self, name: str, rows: Any) -> None:
        cast("forms.ModelChoiceField[Any]", self.fields[name]).queryset = rows

    def clean_indicators(self) -> list[Indicator]:
        """A list, as the draft has it."""
        return list(self.cleaned_data["indicators"])

    def clean_agencies(self) -> list[Agency]:
        """A list, as the draft has it."""
        return list(self.cleaned_data["agencies"])

    def draft(self) -> CollectionDraft:
        """What the form says."""
        return CollectionDraft(**self.cleaned_data)


@dataclass(frozen=True)
class Line:
    """A line of the table of figures: an indicator for all, or for one place; what stands there, what stood there."""

    indicator: Indicator
    definition: Definition
    place: str
    place_name: str
    typed: str
    typed_den: str
    previous: float | None
    error: str
    doubt: str

    @property
    def field(self) -> str:
        """The name of the input."""
        return f"n:{self.indicator.key}:{self.place}"

    @property
    def den_field(self) -> str:
        """The name of the input of the denominator."""
        return f"d:{self.indicator.key}:{self.place}"

    @property
    def unit(self) -> str:
        """The sign of the unit; a figure with a denominator is a count."""
        return "" if self.definition.shows_denominator else unit_symbol(self.definition.unit)

    @property
    def range_words(self) -> str:
        """What is plausible."""
        low, high = self.definition.plausible_min, self.definition.plausible_max
        ends = [format_number(end) if end is not None else "…" for end in (low, high)]
        return " – ".join(ends) if (low, high) != (None, None) else ""


class FiguresForm:
    """The table of figures: reads what was typed, keeps it as it was typed, says what is wrong beside it."""

    def __init__(
        self, indicators: Sequence[Indicator], label_day: Any, *, stored: Figures, data: Any = None
    ) -> None:
        self.indicators = indicators
        self.day = label_day
        self.stored = stored
        self.data = data
        self.errors: dict[str, str] = {}
        self.figures: Figures = self._read() if data is not None else stored

    @property
    def note(self) -> str:
        """What was typed as the explanation."""
        return str(self.data.get("note", "")) if self.data is not None else ""

    def _read(self) -> Figures:
        found: Figures = {}
        keys = {indicator.key for indicator in self.indicators}
        for name in self.data:
            side, _colon, rest = name.partition(":")
            key, _colon, place = rest.rpartition(":")
            if side != "n" or key not in keys:
                continue
            num = self._number(name)
            if num is not None:
                found.setdefault(key, {})[place] = [num, self._number(f"d:{key}:{place}")]
        return found

    def _number(self, name: str) -> float | None:
        try:
            return parse_figure(self.data.get(name, ""))
        except ValueError:
            self.errors[name.partition(":")[2]] = gettext("Not a number.")
            return None

    def refuse(self, error: Invalid) -> None:
        """What the action says is wrong, at the indicator's first line."""
        for key, words in error.fields.items():
            self.errors.setdefault(f"{key}:", words)

    def lines(
        self, places: Sequence[tuple[str, str]], previous: Figures, doubtful: Sequence[str]
    ) -> Iterator[Line]:
        """The lines: each indicator for all, and for each of these places (code, name)."""
        for indicator in self.indicators:
            definition = indicator.definition_on(self.day)
            if definition is None:
                continue
            filled = {**previous.get(indicator.key, {}), **self.figures.get(indicator.key, {})}
            names = dict(places)
            wanted = [
                ("", ""),
                *[(c, n) for c, n in places],
                *[(c, c) for c in filled if c and c not in names],
            ]
            for code, name in wanted:
                yield self._line(indicator, definition, code, name, previous, indicator.key in doubtful)

    def _line(
        self,
        indicator: Indicator,
        definition: Definition,
        code: str,
        name: str,
        previous: Figures,
        doubt: bool,
    ) -> Line:
        num, den = self.figures.get(indicator.key, {}).get(code, [None, None])
        before = previous.get(indicator.key, {}).get(code, [None, None])[0]
        where = f"{indicator.key}:{code}"
        return Line(
            indicator,
            definition,
            code,
            name,
            self._shown(f"n:{where}", num),
            self._shown(f"d:{where}", den),
            before,
            self.errors.get(where, ""),
            gettext("Outside the plausible range") if doubt and num is not None else "",
        )

    def _shown(self, name: str, value: float | None) -> str:
        if self.data is not None and name in self.data:
            return str(self.data[name])
        return "" if value is None else typed(value)


class DecisionForm(forms.Form):
    """Approve, or return with a reason."""

    reason = forms.CharField(
        label=_("Reason"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )
