"""Forms of citizens: a report, what a follower says about it, suggestions, data requests, the public list."""

import uuid
from math import isfinite
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.citizens.actions.sending import TEXT, ContactDraft, Draft
from halong.citizens.actions.voices import SuggestionDraft
from halong.citizens.models import Category, DataRequest, Report, Suggestion
from halong.citizens.plain import plain
from halong.citizens.queries.rows import Box, PublicFilter
from halong.citizens.queries.units import agencies_today, units_today
from halong.core.language import reader_language

STATES = [
    ("", _("All")),
    ("open", pgettext_lazy("reports", "Being handled")),
    ("late", pgettext_lazy("reports", "Late")),
    ("resolved", pgettext_lazy("reports", "Answered")),
]
ATTRIBUTE = "attribute["


class PlainField(forms.CharField):
    """Text without the characters that only play tricks on who reads it."""

    def to_python(self, value: Any) -> str:
        """Cleaned before its length is judged."""
        return plain(super().to_python(value) or "")


class ContactForm(forms.Form):
    """How somebody wants to be told; all of it optional."""

    name = PlainField(label=pgettext_lazy("of a person", "Name"), max_length=200, required=False)
    email = PlainField(label=_("E-mail"), max_length=254, required=False)
    phone = PlainField(label=_("Telephone"), max_length=30, required=False)
    wants_email = forms.BooleanField(label=_("Tell me by e-mail"), required=False)
    wants_sms = forms.BooleanField(label=_("Tell me by SMS"), required=False)
    consents = forms.BooleanField(label=_("I agree to this use of my contact details"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, kind, hint in (
            ("name", "text", "name"),
            ("email", "email", "email"),
            ("phone", "tel", "tel"),
        ):
            self.fields[name].widget.attrs |= {"type": kind, "autocomplete": hint, "inputmode": kind}

    def contact(self) -> ContactDraft:
        """What was said; empty without any address or name."""
        names = ("name", "email", "phone", "wants_email", "wants_sms", "consents")
        return ContactDraft(**{name: self.cleaned_data[name] for name in names})


class ReportForm(ContactForm):
    """A report, from the page or from the queue of a phone that had no network."""

    client_id = forms.UUIDField()
    category = forms.ModelChoiceField(
        Category.objects.none(), to_field_name="code", label=_("Kind"),
        error_messages={"required": _("Choose what it is about.")},
    )  # fmt: skip
    text = PlainField(label=_("What is it?"), max_length=TEXT, required=False)
    place = forms.ModelChoiceField(units_today(), label=_("Ward, commune or special zone"), required=False)
    lon = forms.FloatField(min_value=-180, max_value=180, required=False)
    lat = forms.FloatField(min_value=-90, max_value=90, required=False)
    accuracy_m = forms.FloatField(min_value=0, required=False)
    located = forms.ChoiceField(choices=Report.Located.choices, required=False)
    address = PlainField(label=_("Street, house number or landmark"), max_length=300, required=False)
    written_at = forms.DateTimeField(required=False)
    withheld = forms.BooleanField(label=_("Don't show it on the public list"), required=False)
    insists = forms.BooleanField(required=False)
    with_photo = forms.BooleanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = Category.objects.on(timezone.localdate())  # type: ignore[attr-defined]

    def draft(self, answers: dict[str, Any], *, with_photo: bool) -> Draft:
        """The report as the action wants it."""
        given = self.cleaned_data
        at = given["lon"] is not None and given["lat"] is not None
        located = (
            given["located"] if at and given["located"] else Report.Located.PIN if at else Report.Located.UNIT
        )
        return Draft(
            client_id=given["client_id"],
            category=given["category"],
            text=given["text"],
            place=given["place"],
            lon=given["lon"] if at else None,
            lat=given["lat"] if at else None,
            accuracy_m=given["accuracy_m"],
            located=located,
            address=given["address"],
            language=reader_language(),
            written_at=given["written_at"],
            answers={code: _plain_answer(value) for code, value in answers.items()},
            with_photo=with_photo or given["with_photo"],
            insists=given["insists"],
            withheld=given["withheld"],
            contact=self.contact(),
        )


def _plain_answer(value: Any) -> Any:
    if isinstance(value, list):
        return [_plain_answer(one) for one in value]
    return plain(value) if isinstance(value, str) else value


def answers_of(data: Any) -> dict[str, Any]:
    """Answers to a category's questions in a posted form: ``attribute[code]``, several values for a list."""
    found: dict[str, Any] = {}
    for name in data:
        if name.startswith(ATTRIBUTE) and "]" in name:
            values = [value for value in data.getlist(name) if value.strip()]
            if values:
                found[name[len(ATTRIBUTE) : name.index("]")]] = values if len(values) > 1 else values[0]
    return found


class AskForm(forms.Form):
    """What the reporting page asks while somebody fills it in; nothing of it is kept."""

    text = PlainField(max_length=TEXT, required=False)
    lon = forms.FloatField(min_value=-180, max_value=180, required=False)
    lat = forms.FloatField(min_value=-90, max_value=90, required=False)
    place = forms.ModelChoiceField(units_today(), required=False)
    category = forms.ModelChoiceField(Category.objects.none(), to_field_name="code", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = Category.objects.on(timezone.localdate())  # type: ignore[attr-defined]


class CodeForm(forms.Form):
    """A code, as somebody typed it."""

    code = PlainField(label=_("Code"), max_length=40)


class ReplyForm(forms.Form):
    """The answer to a question of the agency."""

    question = forms.IntegerField(widget=forms.HiddenInput)
    text = PlainField(label=_("Your reply"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))


class RatingForm(forms.Form):
    """How content the sender is with the answer."""

    rating = forms.ChoiceField(label=_("How content are you?"), choices=Report.Rating.choices)
    note = PlainField(required=False, max_length=1000)


class ReopenForm(forms.Form):
    """Why it must be done again."""

    reason = PlainField(
        label=_("What is still wrong?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
    )


class PushForm(forms.Form):
    """A browser's address for messages, as ``PushSubscription.toJSON()`` gives it."""

    endpoint = PlainField(max_length=1000)
    p256dh = PlainField(max_length=200, required=False)
    auth = PlainField(max_length=100, required=False)


class SuggestionForm(ContactForm):
    """An idea or an opinion."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("What do you send?"), choices=Suggestion.Kind.choices, widget=forms.RadioSelect
    )
    title = PlainField(label=_("In one sentence"), max_length=200)
    text = PlainField(label=_("The suggestion"), max_length=8000, widget=forms.Textarea(attrs={"rows": 7}))
    place = forms.ModelChoiceField(
        units_today(),
        label=_("Ward, commune or special zone"),
        required=False,
        empty_label=_("The whole province"),
    )

    def draft(self, *, insists: bool) -> SuggestionDraft:
        """The suggestion as the action wants it."""
        given = self.cleaned_data
        names = ("client_id", "kind", "title", "text", "place")
        return SuggestionDraft(
            **{name: given[name] for name in names}, contact=self.contact(), insists=insists
        )


class DataRequestForm(ContactForm):
    """What somebody asks about his own data."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    kind = forms.ChoiceField(
        label=_("What do you ask for?"), choices=DataRequest.Kind.choices, widget=forms.RadioSelect
    )
    code = PlainField(label=_("Code of the report"), max_length=40, required=False)
    text = PlainField(
        label=_("Details"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 4})
    )


class BoxField(forms.Field):
    """What a map shows: ``west,south,east,north``."""

    def to_python(self, value: Any) -> Box | None:
        """Four finite numbers, or None."""
        try:
            west, south, east, north = (float(part) for part in (value or "").split(","))
        except ValueError:
            return None
        return (west, south, east, north) if isfinite(west + south + east + north) else None


class ListForm(forms.Form):
    """What the public list, map and files show."""

    q = PlainField(label=_("Search"), max_length=100, required=False)
    category = forms.ModelChoiceField(
        Category.objects.none(),
        to_field_name="code",
        label=_("Kind"),
        required=False,
        empty_label=_("All kinds"),
    )
    state = forms.ChoiceField(label=_("State"), choices=STATES, required=False)
    place = forms.ModelChoiceField(
        units_today(), label=_("Place"), required=False, empty_label=_("The whole province")
    )
    agency = forms.ModelChoiceField(
        agencies_today(), label=_("Agency"), required=False, empty_label=_("All agencies")
    )
    start = forms.DateField(
        label=pgettext_lazy("day", "From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    end = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    box = BoxField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].queryset = Category.objects.on(timezone.localdate()).order_by("order")  # type: ignore[attr-defined]

    def wanted(self) -> PublicFilter:
        """The filter; what can't be read doesn't filter."""
        self.is_valid()
        given = self.cleaned_data
        return PublicFilter(
            q=given.get("q", ""),
            category=given["category"].code if given.get("category") else "",
            state=given.get("state", ""),
            place=given.get("place"),
            agency=given.get("agency"),
            start=given.get("start"),
            end=given.get("end"),
            box=given.get("box"),
        )


def new_client_id() -> uuid.UUID:
    """The random number of a form that was drawn by the server; sending it twice makes one."""
    return uuid.uuid4()
