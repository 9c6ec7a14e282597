"""The questions of a category as they are edited: one form each, things to choose from one a line."""

from datetime import timedelta
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from halong.citizens.actions.questions import LISTS
from halong.citizens.forms.setup import day_picker
from halong.citizens.models import CategoryField
from halong.core.text import fold

EXTRA = 2  # empty forms for new questions
LONGEST_KEY = 40


def written(values: list[dict[str, str]]) -> str:
    """Things to choose from as one writes them: ``key = words | words in English``, one a line."""
    return "\n".join(
        f"{row['key']} = {row['name']}" + (f" | {row['name_en']}" if row.get("name_en") else "")
        for row in values
    )


def read(text: str) -> list[dict[str, str]]:
    """The same the other way; without a key the words make one."""
    rows = []
    for line in filter(None, map(str.strip, text.splitlines())):
        key, has_key, words = line.partition("=")
        name, _bar, name_en = (words if has_key else line).partition("|")
        made = key.strip() if has_key else slugify(fold(name))
        rows.append({"key": made[:LONGEST_KEY], "name": name.strip(), "name_en": name_en.strip()})
    return rows


class QuestionForm(forms.Form):
    """One question. An empty one is left out, one that is ticked goes."""

    question = forms.CharField(label=_("Question"), max_length=300)
    question_en = forms.CharField(label=_("Question in English"), max_length=300, required=False)
    code = forms.SlugField(
        label=_("Code"), max_length=40, help_text=_("Its name for other systems; keep it while the meaning is the same.")
    )  # fmt: skip
    datatype = forms.ChoiceField(label=_("Kind of answer"), choices=CategoryField.Datatype.choices)
    values = forms.CharField(
        label=_("To choose from"), required=False, widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line: key = words | words in English. Only for lists."),
    )  # fmt: skip
    hint = forms.CharField(label=_("What to write"), max_length=300, required=False)
    hint_en = forms.CharField(label=_("What to write, in English"), max_length=300, required=False)
    order = forms.IntegerField(label=_("Order"), min_value=1, max_value=99)
    required = forms.BooleanField(label=_("Must be answered"), required=False)
    only_words = forms.BooleanField(label=_("Words to read, no answer"), required=False)
    gone = forms.BooleanField(label=pgettext_lazy("question", "Remove"), required=False)

    def has_changed(self) -> bool:
        """An empty form comes back with its list and its number; only words make a question of it."""
        if self.empty_permitted and not (self["question"].value() or self["code"].value()):
            return False
        return super().has_changed()

    def clean(self) -> dict[str, Any]:
        """Lists have things to choose from, others don't."""
        given = super().clean() or {}
        if self.empty_permitted and not self.has_changed():
            return given
        rows = read(given.get("values", ""))
        if given.get("datatype") in LISTS and not given.get("only_words") and len(rows) < 2:
            self.add_error("values", gettext("Write at least two lines."))
        elif len({row["key"] for row in rows}) < len(rows) or any(
            not (row["key"] and row["name"]) for row in rows
        ):
            self.add_error("values", gettext("Each line needs words and a key of its own."))
        return {**given, "values": rows}

    def made(self) -> CategoryField:
        """The question, not yet of a category."""
        given = self.cleaned_data
        plain = {
            name: given[name] for name in ("code", "datatype", "question", "question_en", "hint", "hint_en")
        }
        lists = given["values"] if given["datatype"] in LISTS else []
        asked = not given["only_words"]
        return CategoryField(**plain, values=lists, variable=asked, required=asked and given["required"])


class _Questions(BaseFormSet[QuestionForm]):
    def clean(self) -> None:
        """No code stands twice."""
        codes: set[str] = set()
        for form in self.kept():
            code = form.cleaned_data.get("code", "")
            if code in codes:
                form.add_error("code", gettext("Another question has this code."))
            codes.add(code)

    def kept(self) -> list[QuestionForm]:
        """The filled forms that stay, in the order that they say."""
        filled = [form for form in self.forms if form.has_changed() or form.initial]
        stay = [
            form for form in filled if hasattr(form, "cleaned_data") and not form.cleaned_data.get("gone")
        ]
        return sorted(stay, key=lambda form: form.cleaned_data.get("order") or 99)

    def add_fields(self, form: QuestionForm, index: int | None) -> None:
        """A new one comes last."""
        super().add_fields(form, index)
        if index is not None and index >= self.initial_form_count():
            form.fields["order"].initial = index + 1


Questions = formset_factory(QuestionForm, formset=_Questions, extra=EXTRA, max_num=40)


class FromDayForm(forms.Form):
    """From when on."""

    valid_from = forms.DateField(label=_("Holds from"), widget=day_picker())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("valid_from", timezone.localdate() + timedelta(days=1))


def initial_of(fields: list[CategoryField]) -> list[dict[str, Any]]:
    """The questions of a category as the forms begin."""
    names = ("code", "datatype", "required", "question", "question_en", "hint", "hint_en")
    return [
        {name: getattr(row, name) for name in names}
        | {"values": written(row.values), "order": order, "only_words": not row.variable}
        for order, row in enumerate(fields, start=1)
    ]
