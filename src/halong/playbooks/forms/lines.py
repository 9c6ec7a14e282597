"""Lines of a step: what is ticked, which figures are asked. Three empty lines stand at the end; an emptied one is gone."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import asdict
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.playbooks.schema import KEY_LENGTH, LINES, WORDS, Ask, Check
from halong.playbooks.wording import free_key

EMPTY = 3


class CheckForm(forms.Form):
    """A line of the check list."""

    text = forms.CharField(
        label=pgettext_lazy("check list", "To be checked"), max_length=WORDS, required=False
    )
    text_en = forms.CharField(label=_("In English"), max_length=WORDS, required=False)
    key = forms.CharField(label=pgettext_lazy("key", "Short name"), max_length=KEY_LENGTH, required=False)


class AskForm(forms.Form):
    """A figure that is asked."""

    label = forms.CharField(label=_("Figure asked"), max_length=WORDS, required=False)
    label_en = forms.CharField(label=_("In English"), max_length=WORDS, required=False)
    unit = forms.CharField(label=_("Unit"), max_length=20, required=False)
    key = forms.CharField(label=pgettext_lazy("key", "Short name"), max_length=KEY_LENGTH, required=False)


class _Lines(forms.BaseFormSet[Any]):
    """Lines in their order; those without words are left out."""

    said = ""

    def rows(self, taken: Set[str] = frozenset()) -> list[dict[str, Any]]:
        """The lines as JSON; one without a short name gets one of its words."""
        found: list[dict[str, Any]] = []
        keys = set(taken) | {form.cleaned_data.get("key", "") for form in self._full()}
        for form in self._full():
            row = dict(form.cleaned_data)
            if not row["key"]:
                row["key"] = free_key(row[self.said], keys)
                keys.add(row["key"])
            found.append(row)
        return found

    def _full(self) -> list[forms.Form]:
        return [form for form in self.forms if form.cleaned_data.get(self.said)]

    def show(self, number: int, name: str, words: str) -> None:
        """Put a fault beside a field of the line that is the ``number``th with words."""
        form = self._full()[number]
        form.add_error(name if name in form.fields else None, words)


class BaseCheckLines(_Lines):
    """The check list."""

    said = "text"


class BaseAskLines(_Lines):
    """The figures."""

    said = "label"


CheckLines = forms.formset_factory(CheckForm, BaseCheckLines, extra=EMPTY, max_num=LINES)
AskLines = forms.formset_factory(AskForm, BaseAskLines, extra=EMPTY, max_num=LINES)


def lines_of(lines: Iterable[Check | Ask]) -> list[Mapping[str, Any]]:
    """Lines that exist, as the forms begin with them."""
    return [asdict(line) for line in lines]
