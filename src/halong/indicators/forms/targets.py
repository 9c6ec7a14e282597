"""The form of a target."""

from typing import Any, cast

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from halong.indicators.forms.definition import DATE
from halong.places.forms import BranchChoice
from halong.places.models import Agency, Place


class TargetForm(forms.Form):
    """What an indicator shall reach, where, and from when to when."""

    value = forms.FloatField(label=_("Target"), widget=forms.NumberInput(attrs={"step": "any"}))
    place = BranchChoice(
        Place.objects.none(), label=_("Place"), required=False, empty_label=_("Whole province")
    )
    agency = BranchChoice(
        Agency.objects.none(), label=_("Agency"), required=False, empty_label=_("All agencies")
    )
    valid_from = forms.DateField(label=_("Valid from"), widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d"))
    valid_to = forms.DateField(
        label=_("Valid to"), required=False, widget=forms.DateInput(attrs=DATE, format="%Y-%m-%d")
    )
    source = forms.CharField(label=_("Source"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        places = cast("forms.ModelChoiceField[Place]", self.fields["place"])
        places.queryset = Place.objects.on(today).exclude(parent=None).defer("boundary").order_by("sort_key")
        agencies = cast("forms.ModelChoiceField[Agency]", self.fields["agency"])
        agencies.queryset = Agency.objects.on(today).order_by("sort_key")
        self.fields["valid_from"].initial = today.replace(month=1, day=1)

    def clean(self) -> dict[str, Any]:
        """One node, and an end that isn't before the beginning."""
        data = super().clean() or {}
        if data.get("place") and data.get("agency"):
            self.add_error("agency", _("A target is for a place or for an agency, not for both."))
        if data.get("valid_from") and data.get("valid_to") and data["valid_to"] < data["valid_from"]:
            self.add_error("valid_to", _("The end must not be before the beginning."))
        return data
