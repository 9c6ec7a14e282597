"""What planning maintenance takes in."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.alerts.quality.quieting import Plan
from halong.context.models import Entity
from halong.core.formats import local
from halong.core.sector import all_sectors
from halong.places.models import Place

ALL = ("", pgettext_lazy("filter", "All"))


def _picker() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


class MaintenanceForm(forms.Form):
    """Work on one thing (``thing``), or on all things of a sector in a place."""

    place = forms.ModelChoiceField(Place.objects.none(), label=_("Place"), required=False, empty_label=ALL[1])
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    starts_at = forms.DateTimeField(label=_("Begins"), widget=_picker())
    ends_at = forms.DateTimeField(label=_("Ends"), widget=_picker())
    reason = forms.CharField(label=pgettext_lazy("maintenance", "What is done"), max_length=300)

    def __init__(self, *args: Any, thing: Entity | None = None, **kwargs: Any) -> None:
        begin = local(timezone.now())
        kwargs.setdefault("initial", {"starts_at": begin, "ends_at": begin + timedelta(hours=2)})
        super().__init__(*args, **kwargs)
        self.thing = thing
        if thing is not None:
            del self.fields["place"], self.fields["sector"]
            return
        place, sector = self.fields["place"], self.fields["sector"]
        assert isinstance(place, forms.ModelChoiceField)
        assert isinstance(sector, forms.ChoiceField)
        place.queryset = Place.objects.on(timezone.localdate()).defer("boundary").order_by("sort_key")
        sector.choices = [ALL, *((one.key, one.name) for one in all_sectors())]

    def plan(self) -> Plan:
        """The work that the form describes."""
        given = self.cleaned_data
        return Plan(
            given["starts_at"], given["ends_at"], given["reason"],
            entity=self.thing, place=given.get("place"), sector=given.get("sector", ""),
        )  # fmt: skip
