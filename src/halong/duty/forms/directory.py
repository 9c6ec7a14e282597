"""What is typed about the directory."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.duty.actions.contacts import ContactDraft
from halong.duty.forms.rota import places_field, sector_choices
from halong.duty.kinds import call_kinds
from halong.duty.sheets import MOST_ORDER
from halong.places.models import Agency


def kind_choices() -> list[tuple[str, Any]]:
    """All kinds of incident, after "all"."""
    return [("", pgettext_lazy("kind of incident", "All")), *((kind.key, kind.label) for kind in call_kinds)]


class DirectoryFilter(forms.Form):
    """Whom one looks for."""

    q = forms.CharField(
        label=_("Search"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    place = places_field(_("Place"), empty_label=_("Everywhere"))
    sector = forms.ChoiceField(label=_("Sector"), required=False, choices=sector_choices)
    kind = forms.ChoiceField(label=_("Kind of incident"), required=False, choices=kind_choices)

    def wanted(self) -> dict[str, Any]:
        """What was chosen, as ``queries.directory`` wants it."""
        cleaned = self.cleaned_data if self.is_valid() else {}
        return {
            "q": cleaned.get("q", ""),
            "place": cleaned.get("place"),
            "sector": cleaned.get("sector", ""),
            "kind": cleaned.get("kind", ""),
        }


class ContactForm(forms.Form):
    """One row of the directory."""

    name = forms.CharField(label=_("Name of the person or the post"), max_length=200)
    post = forms.CharField(label=_("Post"), max_length=200, required=False)
    agency = forms.ModelChoiceField(Agency.objects.order_by("name"), label=_("Agency"), required=False)
    telephone = forms.CharField(
        label=_("Telephone"), max_length=40, widget=forms.TextInput(attrs={"type": "tel"})
    )
    other_telephone = forms.CharField(label=_("Other telephone"), max_length=40, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    place = places_field(_("Answers for the place"), empty_label=_("Everywhere"))
    sector = forms.ChoiceField(label=_("Sector"), required=False, choices=sector_choices)
    kind = forms.ChoiceField(label=_("Kind of incident"), required=False, choices=kind_choices)
    order = forms.IntegerField(label=_("Called as number"), min_value=1, max_value=MOST_ORDER, initial=1)
    hours = forms.CharField(label=_("When reachable"), max_length=100, required=False)
    source = forms.CharField(label=_("Where the number is from"), max_length=300, required=False)
    verified_on = forms.DateField(
        label=_("Verified on"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )

    @property
    def draft(self) -> ContactDraft:
        """What was typed."""
        return ContactDraft(**self.cleaned_data)


def age_tone(days: int | None) -> str:
    """The mark of a number's age: good within half a year, attention within a year or if it never was verified, else
    high.
    """
    if days is None:
        return "attention"
    return "good" if days <= 183 else "attention" if days <= 365 else "high"
