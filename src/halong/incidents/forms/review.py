"""The after-action report as it is written."""

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.formats import ZONE, local
from halong.incidents.forms.choices import agencies_today, words
from halong.incidents.models import Review
from halong.places.models import Agency

EVENING = time(17, 0)
SPARE = 2  # empty lines for more corrective actions


class ReviewForm(forms.Form):
    """What happened in words, what went well and badly, why."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    summary = words(pgettext_lazy("review", "What happened"), rows=4, required=False)
    went_well = words(_("What went well"), rows=4, required=False)
    went_badly = words(_("What went badly"), rows=4, required=False)
    cause = words(_("Causes"), rows=3, required=False)


class CorrectionForm(forms.Form):
    """What will be done differently, by whom, until when. It becomes a task when the report is signed."""

    text = forms.CharField(label=_("What will be done"), required=False, max_length=300)
    agency = forms.ModelChoiceField(Agency.objects.none(), label=_("Agency"), required=False, empty_label="–")
    due = forms.DateField(
        label=pgettext_lazy("corrective action", "Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agency"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = agencies_today()
        self.fields["due"].widget.attrs["min"] = f"{local(timezone.now()):%Y-%m-%d}"

    def clean(self) -> dict[str, Any]:
        """A line has all three, or none."""
        cleaned = super().clean() or {}
        if cleaned.get("text"):
            for name in ("agency", "due"):
                if not cleaned.get(name) and name not in self.errors:
                    self.add_error(name, _("Needed."))
        return cleaned

    @property
    def due_at(self) -> datetime:
        """The end of the working day that was picked."""
        return datetime.combine(self.cleaned_data["due"], EVENING, tzinfo=ZONE)


Corrections = forms.formset_factory(CorrectionForm, extra=SPARE, max_num=40)


def begun(review: Review | None) -> dict[str, Any]:
    """What the form begins with."""
    if review is None:
        return {"version": 0}
    return {
        name: getattr(review, name) for name in ("version", "summary", "went_well", "went_badly", "cause")
    }
