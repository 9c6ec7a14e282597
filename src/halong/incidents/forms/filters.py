"""Which incidents the list shows."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from halong.incidents.forms.choices import EVERYTHING, kinds, places_today
from halong.incidents.models import Incident
from halong.places.models import Place


class IncidentFilter(forms.Form):
    """Words, kind, severity, place. ``tab`` travels along."""

    tab = forms.CharField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(
        label=_("Search"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    severity = forms.TypedChoiceField(
        label=_("Severity"), required=False, coerce=int, empty_value=None,
        choices=[EVERYTHING, *reversed(Incident.Severity.choices)],
    )  # fmt: skip
    place = forms.ModelChoiceField(
        Place.objects.none(), label=_("Place"), required=False, empty_label=EVERYTHING[1]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kind, place = self.fields["kind"], self.fields["place"]
        assert isinstance(kind, forms.ChoiceField)
        assert isinstance(place, forms.ModelChoiceField)
        kind.choices = [EVERYTHING, *kinds()]
        place.queryset = places_today()

    def wanted(self) -> dict[str, Any]:
        """What is filtered by; what isn't valid is left out."""
        self.is_valid()
        given: dict[str, Any] = getattr(self, "cleaned_data", {})
        return {name: given[name] for name in ("q", "kind", "severity", "place") if given.get(name)}
