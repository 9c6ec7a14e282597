"""A task given because of an incident: its deadlines are counted in minutes and hours, not in working days."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.accounts.choices import PersonField
from halong.core.formats import format_time, local
from halong.incidents.forms.choices import people
from halong.incidents.models import Incident
from halong.places.models import Agency
from halong.tasks.actions import NOTE, TaskDraft
from halong.tasks.forms import agencies_field, assignable, offer_agencies, refuse_owner
from halong.tasks.models import Task

PICK = "pick"
MINUTES = (15, 30, 60, 120, 240, 480)
USUAL = "60"


class TaskForm(forms.Form):
    """What, who, until when."""

    title = forms.CharField(
        label=_("What is to be done"),
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2, "autofocus": True}),
    )
    agency = forms.ModelChoiceField(Agency.objects.none(), label=_("Agency"), empty_label="")
    assignee = PersonField(label=pgettext_lazy("task", "Person"), required=False, empty_label="–")
    due = forms.ChoiceField(label=_("Deadline"), widget=forms.RadioSelect, initial=USUAL)
    due_at = forms.DateTimeField(
        label=_("Date and time"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "300"}, format="%Y-%m-%dT%H:%M"),
    )  # fmt: skip
    priority = forms.TypedChoiceField(
        label=_("Priority"), coerce=int, choices=Task.Priority.choices, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("Note"), required=False, max_length=NOTE, widget=forms.Textarea(attrs={"rows": 2})
    )

    co_owners = agencies_field()

    def __init__(self, *args: Any, by: Any, incident: Incident, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.incident, now = incident, timezone.now()
        for name, rows in (("agency", assignable(by)), ("assignee", people(by))):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows
        offer_agencies(self, "co_owners")
        due = self.fields["due"]
        assert isinstance(due, forms.ChoiceField)
        due.choices = [
            *((str(minutes), _until(now, minutes)) for minutes in MINUTES),
            (PICK, _("Another date and time")),
        ]
        self.fields["due_at"].widget.attrs["min"] = f"{local(now):%Y-%m-%dT%H:%M}"
        self.fields["agency"].initial = incident.agency
        self.fields["priority"].initial = max(1, 4 - incident.severity)

    def clean(self) -> dict[str, Any]:
        """Settle which deadline is meant."""
        cleaned = super().clean() or {}
        if cleaned.get("due") == PICK and not cleaned.get("due_at") and "due_at" not in self.errors:
            self.add_error("due_at", _("Pick a date and a time."))
        refuse_owner(self, cleaned)
        return cleaned

    def draft(self) -> TaskDraft:
        """The task that the form asks for."""
        given, incident = self.cleaned_data, self.incident
        return TaskDraft(
            title=given["title"],
            agency=given["agency"],
            assignee=given["assignee"],
            due_at=self._deadline(),
            text=given["text"],
            priority=given["priority"],
            place=incident.place,
            sector=incident.sector,
            co_owners=tuple(given["co_owners"]),
            simulated=incident.simulated,
        )

    def _deadline(self) -> datetime:
        if self.cleaned_data["due"] == PICK:
            picked: datetime = self.cleaned_data["due_at"]
            return picked
        return timezone.now() + timedelta(minutes=int(self.cleaned_data["due"]))


def _until(now: datetime, minutes: int) -> str:
    words = _("%(n)s min") % {"n": minutes} if minutes < 60 else _("%(n)s h") % {"n": minutes // 60}
    return f"{words} · {format_time(now + timedelta(minutes=minutes))}"
