"""What the pages of log, calls, hand-over and quick report take in."""

import re
import uuid
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.accounts.choices import PeopleField
from halong.accounts.models import User
from halong.citizens.models import Category
from halong.citizens.recognition import recognise
from halong.duty.actions.calls import SAID, CallDraft
from halong.duty.actions.entries import BY_HAND, EntryDraft
from halong.duty.actions.handing import ADDITIONS
from halong.duty.forms.rota import sector_choices
from halong.duty.kinds import call_kinds
from halong.duty.log import TEXT
from halong.duty.models import LogEntry
from halong.duty.near import Spot

EVERYTHING = ("", pgettext_lazy("filter", "All"))
KINDS = LogEntry.Kind


class EntryForm(forms.Form):
    """One line of the log."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    kind = forms.ChoiceField(
        label=pgettext_lazy("duty log", "Kind"),
        choices=[(kind.value, kind.label) for kind in BY_HAND],
        initial=KINDS.EVENT,
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label=_("What happened"), max_length=TEXT, widget=forms.Textarea(attrs={"rows": 2, "autofocus": True})
    )
    counterpart = forms.CharField(label=_("From whom, or to whom"), max_length=200, required=False)
    at = forms.DateTimeField(
        label=_("When it happened, if not now"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    late_reason = forms.CharField(label=_("Why it is written down only now"), max_length=300, required=False)

    def draft(self) -> EntryDraft:
        """The entry that the form asks for."""
        given = self.cleaned_data
        return EntryDraft(
            kind=given["kind"],
            text=given["text"],
            client_id=given["client_id"],
            at=given["at"],
            late_reason=given["late_reason"],
            counterpart=given["counterpart"],
        )


class CorrectionForm(forms.Form):
    """What puts an entry right."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    text = forms.CharField(
        label=_("What is right"), max_length=TEXT, widget=forms.Textarea(attrs={"rows": 3, "autofocus": True})
    )


class LogFilter(forms.Form):
    """Which entries the page shows."""

    q = forms.CharField(
        label=_("Search"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    kind = forms.ChoiceField(
        label=pgettext_lazy("duty log", "Kind"), required=False, choices=[EVERYTHING, *KINDS.choices]
    )
    day = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    sector = forms.ChoiceField(label=_("Sector"), required=False, choices=sector_choices)
    people = forms.BooleanField(label=_("Written by people only"), required=False)

    def wanted(self) -> dict[str, Any]:
        """What was asked for, without what can't be read."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) for name in self.fields}


class CallForm(forms.Form):
    """A call: where first, as emergency desks ask, then what, then who."""

    client_id = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    started_at = forms.DateTimeField(widget=forms.HiddenInput(attrs={"data-first-key": ""}), required=False)
    where = forms.CharField(
        label=pgettext_lazy("call", "Where"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "off"}),
    )
    said = forms.CharField(label=_("What is said"), max_length=SAID, widget=forms.Textarea(attrs={"rows": 3}))
    kind = forms.ChoiceField(
        label=pgettext_lazy("call", "Kind"),
        required=False,
        choices=lambda: [(kind.key, kind.label) for kind in call_kinds],
        widget=forms.RadioSelect(attrs={"class": "call-kind"}),
    )
    number = forms.CharField(
        label=_("Caller's number"),
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off"}),
    )
    name = forms.CharField(
        label=_("Caller's name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    passed_to = forms.CharField(widget=forms.HiddenInput, required=False)
    spot = forms.CharField(widget=forms.HiddenInput, required=False)

    def clean_number(self) -> str:
        """Digits with what people write between them."""
        number = str(self.cleaned_data["number"]).strip()
        if number and not re.fullmatch(r"\+?[\d\s.\-()]{3,30}", number):
            raise forms.ValidationError(_("Not a telephone number."))
        return number

    def draft(self, spot: Spot | None) -> CallDraft:
        """The call that the form asks for, at the spot that was chosen."""
        given = self.cleaned_data
        lon, lat = spot.point if spot and spot.point else (None, None)
        return CallDraft(
            said=given["said"],
            kind=given["kind"],
            client_id=given["client_id"],
            number=given["number"],
            name=given["name"],
            place=spot.place if spot else None,
            where=given["where"],
            lon=lon,
            lat=lat,
            started_at=given["started_at"],
            passed_to=given["passed_to"],
            urgent=bool(recognise(given["said"]).emergency),
        )


class CallReportForm(forms.Form):
    """Which kind of citizens' report is made of a call."""

    category = forms.ModelChoiceField(Category.objects.none(), label=_("Kind of report"), empty_label="")
    insists = forms.BooleanField(
        label=_("It is a report from the field, not a complaint or denunciation"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["category"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Category.objects.on(timezone.localdate()).order_by("name")


class AdditionsForm(forms.Form):
    """What the outgoing person adds to the note."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    additions = forms.CharField(
        label=_("What else the next shift has to know"),
        required=False,
        max_length=ADDITIONS,
        widget=forms.Textarea(attrs={"rows": 6}),
    )


class TakeOverForm(forms.Form):
    """That the incoming person has read it."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    remark = forms.CharField(
        label=_("Remark"), required=False, max_length=ADDITIONS, widget=forms.Textarea(attrs={"rows": 2})
    )
    read = forms.BooleanField(label=_("I have read the note and take the shift over"))


class QuickForm(forms.Form):
    """What the officer adds to a quick report, and who gets it."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Assessment of the officer on duty"),
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    to = PeopleField(label=_("Send to"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        leading = User.objects.filter(is_active=True, grants__role="leader").distinct()
        field.queryset = leading.order_by("full_name", "username")


class HoursForm(forms.Form):
    """The fixed hours of quick reports."""

    hours = forms.CharField(
        label=_("Hours of the day"), max_length=200, help_text=_("For example 07:00, 16:00")
    )
    valid_from = forms.DateField(
        label=_("In force from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    note = forms.CharField(label=_("Decided by"), max_length=300, required=False)

    def clean_hours(self) -> list[int]:
        """Minutes of the day."""
        words = re.split(r"[,;\s]+", str(self.cleaned_data["hours"]).strip())
        found = [re.fullmatch(r"([01]?\d|2[0-3])[:h]([0-5]\d)", word) for word in words if word]
        if not found or not all(found):
            raise forms.ValidationError(_("Write hours like 07:00, 16:00."))
        return sorted({int(match[1]) * 60 + int(match[2]) for match in found if match})
