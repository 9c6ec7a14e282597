"""What the pages of alerts take in."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.alerts.actions import SHELVES
from halong.alerts.telling import NOTE
from halong.alerts.watch import SYSTEM_SECTOR
from halong.core.formats import format_duration
from halong.core.sector import all_sectors
from halong.places.models import Agency, Place
from halong.rules.models import Rule


class AlertFilter(forms.Form):
    """Which alerts the list shows. ``tab`` travels along."""

    tab = forms.CharField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(
        label=_("Search"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    priority = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", ""), *Rule.Priority.choices],
        widget=forms.HiddenInput,
    )
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    place = forms.ModelChoiceField(Place.objects.none(), label=_("Place"), required=False)
    agency = forms.ModelChoiceField(Agency.objects.none(), label=_("Agency"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        everything = ("", pgettext_lazy("filter", "All"))
        sectors = [(sector.key, sector.name) for sector in all_sectors()]
        self._choices("sector", [everything, *sectors, (SYSTEM_SECTOR, _("Halong itself"))])
        self._rows("place", Place.objects.on(today).defer("boundary").order_by("sort_key"))
        self._rows("agency", Agency.objects.on(today).order_by("sort_key"))

    def _choices(self, name: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def _rows(self, name: str, rows: "QuerySet[Any]") -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows
        field.empty_label = str(pgettext_lazy("filter", "All"))

    def wanted(self) -> dict[str, Any]:
        """The filter as ``queries.narrowed`` takes it; what isn't valid is left out."""
        return self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})


class NoteForm(forms.Form):
    """A note about an alert."""

    note = forms.CharField(
        label=_("Note"), max_length=NOTE, widget=forms.Textarea(attrs={"rows": 4, "autofocus": True})
    )


class ShelveForm(forms.Form):
    """For how long, and why."""

    minutes = forms.TypedChoiceField(
        label=_("For how long"), coerce=int, initial=60, widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("Reason"), max_length=NOTE, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["minutes"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [(minutes, format_duration(minutes * 60)) for minutes in SHELVES]
