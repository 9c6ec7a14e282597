"""What people type about places and agencies."""

from datetime import date
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.places.models import Agency, Place

SEARCH = forms.TextInput(attrs={"type": "search"})


def _date() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class BranchFilter(forms.Form):
    """Which places or agencies are shown: by name, and as of which day."""

    q = forms.CharField(label=_("Search"), required=False, widget=SEARCH, max_length=100)
    on = forms.DateField(label=pgettext_lazy("a tree of units", "As of"), required=False, widget=_date())

    @property
    def day(self) -> date:
        """The chosen day, or today."""
        chosen: date | None = self.cleaned_data.get("on") if self.is_valid() else None
        return chosen or timezone.localdate()

    @property
    def words(self) -> str:
        """What is searched for."""
        return str(self.cleaned_data.get("q", "")) if self.is_valid() else ""


class BranchChoice(forms.ModelChoiceField[Any]):
    """A choice among places or agencies, each by its qualified name."""

    def label_from_instance(self, obj: Any) -> str:
        """Which one is meant, by name and time."""
        return str(obj.qualified_name)


def _offer(form: forms.BaseForm, name: str, rows: QuerySet[Any]) -> None:
    """Let a field choose among these, by name."""
    cast("BranchChoice", form.fields[name]).queryset = rows.order_by("sort_key")


class PlaceForm(forms.ModelForm[Place]):
    """One administrative unit."""

    parent = BranchChoice(Place.objects.none(), required=False, label=_("Belongs to"))

    class Meta:
        model = Place
        fields = (
            "name",
            "code",
            "kind",
            "parent",
            "valid_from",
            "valid_to",
            "lon",
            "lat",
            "area_km2",
            "population",
            "reference",
        )
        widgets = {"valid_from": _date(), "valid_to": _date()}
        help_texts = {
            "name": _("With the word of its kind: Phường Cẩm Phả."),
            "valid_to": _("The last day; empty while it stands."),
            "reference": _("The decision or the list that the data come from."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tops = Place.objects.exclude(pk=self.instance.pk).filter(parent=None)
        _offer(self, "parent", tops.defer("boundary"))


class AgencyForm(forms.ModelForm[Agency]):
    """One agency."""

    parent = BranchChoice(Agency.objects.none(), required=False, label=_("Belongs to"))
    place = BranchChoice(Place.objects.none(), required=False, label=_("Place"))

    class Meta:
        model = Agency
        fields = (
            "name",
            "short_name",
            "code",
            "kind",
            "parent",
            "place",
            "valid_from",
            "valid_to",
            "phone",
            "reference",
        )
        widgets = {"valid_from": _date(), "valid_to": _date()}
        help_texts = {
            "valid_to": _("The last day; empty while it stands."),
            "reference": _("The decision or the list that the data come from."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _offer(self, "parent", Agency.objects.exclude(pk=self.instance.pk))
        _offer(self, "place", Place.objects.defer("boundary"))
