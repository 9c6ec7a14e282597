"""Filters of the lists of the desk. What isn't valid is left out."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.citizens.forms.steps import agencies_today, categories_today, places_today
from halong.core.sector import all_sectors
from halong.places.models import Agency, Place

ALL = pgettext_lazy("filter", "All")


class ReportFilter(forms.Form):
    """Which reports a list shows. ``tab`` travels along."""

    tab = forms.CharField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(
        label=_("Search"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    category = forms.ChoiceField(label=_("Category"), required=False)
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    place = forms.ModelChoiceField(
        Place.objects.none(), label=_("Place"), required=False, empty_label=str(ALL)
    )
    agency = forms.ModelChoiceField(
        Agency.objects.none(), label=_("Agency"), required=False, empty_label=str(ALL)
    )
    urgent = forms.ChoiceField(label=_("Urgency"), required=False, choices=[("", ALL), ("1", _("Urgent"))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = {row.code: str(row) for row in categories_today()}
        sectors = [(sector.key, sector.name) for sector in all_sectors()]
        for name, choices in (("category", list(kinds.items())), ("sector", sectors)):
            cast("forms.ChoiceField", self.fields[name]).choices = [("", ALL), *choices]
        for name, rows in (("place", places_today()), ("agency", agencies_today())):
            field = cast("forms.ModelChoiceField[Any]", self.fields[name])
            field.queryset, field.empty_label = cast("Any", rows), str(ALL)

    def wanted(self) -> dict[str, Any]:
        """The filter as ``queues.narrowed`` takes it."""
        self.is_valid()
        return dict(self.cleaned_data)

    @property
    def narrows(self) -> bool:
        """Whether anything is left out."""
        return any(value for name, value in self.wanted().items() if name != "tab")
