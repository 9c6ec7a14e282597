"""What the pages of sources and of the quarantine take in."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.ingest.actions import Ownership
from halong.ingest.batch import Reason
from halong.ingest.models import Quarantined, Source
from halong.ingest.reasons import title
from halong.places.models import Agency, Place


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """One file or several; cleaned to a list."""

    widget = _Files

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Every file, each checked for itself."""
        return [super(FilesField, self).clean(one, initial) for one in (data or [None])]


class OwnershipForm(forms.Form):
    """What every source has, whatever its kind."""

    name = forms.CharField(label=_("Name"), max_length=200)
    place = forms.ModelChoiceField(Place.objects.none(), label=_("Place"), required=False)
    agency = forms.ModelChoiceField(Agency.objects.none(), label=_("Agency"), required=False)
    max_age_s = forms.IntegerField(
        label=_("Oldest reading taken, seconds"),
        required=False,
        min_value=60,
        help_text=_("Older readings are set aside. Empty: any age is taken."),
    )
    silent_after_s = forms.IntegerField(
        label=_("Silent after, seconds"), initial=900, min_value=30, max_value=31_536_000
    )
    simulated = forms.BooleanField(label=_("Simulated readings"), required=False)

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        today = timezone.localdate()
        for name, found in (("place", Place.objects.on(today)), ("agency", Agency.objects.on(today))):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = found.order_by("sort_key")
            field.empty_label = "–"

    def ownership(self, *, enabled: bool = True) -> Ownership:
        """What was chosen."""
        data = self.cleaned_data
        return Ownership(
            place=data["place"],
            agency=data["agency"],
            simulated=data["simulated"],
            enabled=enabled,
            max_age_s=data["max_age_s"],
            silent_after_s=data["silent_after_s"],
        )


class QuarantineFilter(forms.Form):
    """Which items the list shows."""

    q = forms.CharField(
        label=_("Search"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", _("Held")),
            *Quarantined.State.choices[1:],
            ("all", pgettext_lazy("filter", "All")),
        ],
    )
    reason = forms.ChoiceField(label=_("Reason"), required=False)
    source = forms.ModelChoiceField(Source.objects.none(), label=_("Source"), required=False)

    def __init__(self, *args: Any, user: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        everything = ("", pgettext_lazy("filter", "All"))
        reasons = self.fields["reason"]
        sources = self.fields["source"]
        assert isinstance(reasons, forms.ChoiceField)
        assert isinstance(sources, forms.ModelChoiceField)
        reasons.choices = [everything, *((reason.value, title(reason)) for reason in Reason)]
        sources.queryset = Source.objects.visible_to(user).order_by("name")
        sources.empty_label = str(everything[1])


class CorrectionForm(forms.Form):
    """An item as it should have been."""

    payload = forms.CharField(
        label=_("Content"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false", "class": "mono"}),
    )


class DiscardForm(forms.Form):
    """Why an item isn't wanted."""

    note = forms.CharField(label=_("Note"), max_length=500, widget=forms.Textarea(attrs={"rows": 2}))


class TableFilesForm(forms.Form):
    """Tables of one make."""

    tables = FilesField(
        label=_("CSV or XLSX files"),
        help_text=_("Several files with the same columns may be chosen at once."),
    )
