"""What the set-up takes in: categories, routes, deadlines, office hours, lawful channels, templates, decisions."""

from datetime import timedelta
from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from halong.citizens.forms.steps import agencies_today, categories_today, places_today
from halong.citizens.models import (
    AnswerTemplate,
    Category,
    Deadline,
    LawfulChannel,
    Publication,
    Route,
    Terms,
)
from halong.core import hours
from halong.core.sector import all_sectors


def day_picker() -> forms.DateInput:
    """A day that is picked."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DatedForm(forms.ModelForm[Any]):
    """A row that holds from a day on; the one that it replaces ends the day before."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["valid_from"].widget = day_picker()
        self.fields["valid_from"].label = _("Holds from")
        self.initial["valid_from"] = timezone.localdate() + timedelta(days=1)
        labels = {"category": _("Category"), "place": _("Place"), "agency": _("Agency")}
        empty = {
            "category": _("all kinds"),
            "place": _("everywhere"),
            "agency": _("the People's Committee of the unit"),
        }
        rows = {"category": categories_today, "place": places_today, "agency": agencies_today}
        for name in labels.keys() & self.fields.keys():
            field = cast("forms.ModelChoiceField[Any]", self.fields[name])
            field.queryset, field.label, field.empty_label = rows[name](), labels[name], str(empty[name])


class EndForm(forms.Form):
    """The last day of something laid down."""

    last_day = forms.DateField(label=_("Holds until the end of"), widget=day_picker())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("last_day", timezone.localdate())


class CategoryForm(DatedForm):
    """A kind of report."""

    sector = forms.ChoiceField(label=_("Sector"), required=False)
    valid_from = forms.DateField()

    class Meta:
        model = Category
        fields = (
            "code", "name", "name_en", "description", "description_en", "group", "group_en", "sector", "keywords",
            "exposure", "urgent", "order", "source", "valid_from",
        )  # fmt: skip
        labels = {"exposure": _("What the public sees of the place"), "order": _("Order")}
        help_texts = {
            "keywords": _("One word or phrase a line."),
            "code": _("Its name for good; other systems use it."),
        }
        widgets = {"description": forms.Textarea(attrs={"rows": 2}), "description_en": forms.Textarea(attrs={"rows": 2}),
                   "keywords": forms.Textarea(attrs={"rows": 4})}  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sectors = [(sector.key, sector.name) for sector in all_sectors()]
        cast("forms.ChoiceField", self.fields["sector"]).choices = [("", "–"), *sectors]


class RouteForm(DatedForm):
    """Which agency."""

    valid_from = forms.DateField()

    class Meta:
        model = Route
        fields = ("category", "place", "agency", "together", "source", "valid_from")
        labels = {"together": _("Work along from the start")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast("forms.ModelMultipleChoiceField[Any]", self.fields["together"]).queryset = agencies_today()


class DeadlineForm(DatedForm):
    """How long."""

    valid_from = forms.DateField()

    class Meta:
        model = Deadline
        fields = (
            "category", "place", "urgent", "clock", "triage_hours", "accept_hours", "answer_hours", "source", "valid_from",
        )  # fmt: skip
        labels = {
            "urgent": _("For urgent ones"), "clock": _("The hours count"),
            "triage_hours": _("Hours until the agency has it"), "accept_hours": _("Hours until the agency takes it on"),
            "answer_hours": _("Hours from sending to the answer"),
        }  # fmt: skip


class TermsForm(DatedForm):
    """Office hours, keeping, consent."""

    hours = forms.CharField(
        label=_("Office hours"), help_text=_("Spans such as 07:30–11:30, 13:00–17:00"), max_length=200
    )
    valid_from = forms.DateField()

    class Meta:
        model = Terms
        fields = (
            "hours", "reopen_days", "contact_days", "text_days", "consent", "consent_en", "source", "valid_from",
        )  # fmt: skip
        labels = {
            "reopen_days": _("Working days in which a report may be re-opened"),
            "contact_days": _("Days after closing for which contact data stay"),
            "text_days": _("Days after closing after which only the public text stays"),
            "consent": _("Purpose and consent"), "consent_en": _("Purpose and consent in English"),
        }  # fmt: skip
        widgets = {
            "consent": forms.Textarea(attrs={"rows": 5}),
            "consent_en": forms.Textarea(attrs={"rows": 5}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = self.initial.get("hours")
        if isinstance(known, list):
            self.initial["hours"] = ", ".join("–".join(span) for span in known)

    def clean_hours(self) -> list[list[str]]:
        """Pairs of clock times in order."""
        text = str(self.cleaned_data["hours"]).replace("-", "–")
        spans = [[side.strip() for side in span.split("–")] for span in text.replace(";", ",").split(",")]
        try:
            hours.read_spans(spans)
        except (ValueError, TypeError):
            raise forms.ValidationError(gettext("Write spans such as 07:30–11:30, 13:00–17:00.")) from None
        return spans


class ChannelForm(DatedForm):
    """Where the law wants a matter."""

    url = forms.URLField(label=_("Web address"), required=False, assume_scheme="https")
    valid_from = forms.DateField()

    class Meta:
        model = LawfulChannel
        fields = (
            "matter", "place", "name", "name_en", "words", "words_en", "phone", "address", "url", "order", "source",
            "valid_from",
        )  # fmt: skip
        labels = {
            "matter": _("Matter"), "name": _("Name"), "name_en": _("Name in English"), "words": _("What to do"),
            "words_en": _("What to do, in English"), "phone": _("Telephone"),
            "address": pgettext_lazy("of a place", "Address"), "order": _("Order"),
        }  # fmt: skip


class TemplateForm(forms.ModelForm[AnswerTemplate]):
    """A beginning of an answer."""

    class Meta:
        model = AnswerTemplate
        fields = ("title", "category", "agency", "body")
        labels = {"category": _("Category"), "agency": _("Agency")}
        widgets = {"body": forms.Textarea(attrs={"rows": 8})}
        help_texts = {"body": _("What an officer must replace stands in [square brackets].")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows, empty in (
            ("category", categories_today(), _("all kinds")), ("agency", agencies_today(), _("all agencies")),
        ):  # fmt: skip
            field = cast("forms.ModelChoiceField[Any]", self.fields[name])
            field.queryset, field.empty_label = cast("Any", rows), str(empty)


class PublicationForm(forms.Form):
    """The decision that a comparison of agencies becomes public."""

    table = forms.ChoiceField(label=_("Table"), choices=Publication.Table.choices)
    decision = forms.CharField(label=_("Decision (number, date, who signed)"), max_length=300)
    decided_on = forms.DateField(label=_("Decided on"), widget=day_picker())
