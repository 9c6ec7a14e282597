"""What who protects personal data must say before anything of a person is opened."""

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from halong.citizens.forms.steps import words
from halong.citizens.models import Report


class OpeningForm(forms.Form):
    """Why something of a person is opened."""

    reason = words(_("Reason"), rows=2, help_text=_("At least 20 characters; it is written into the log."))


def identity() -> forms.CharField:
    """How an officer checked who asks."""
    return words(
        _("How you checked who asks"),
        rows=2,
        required=False,
        help_text=_(
            "Needed for what only an address tells, since anybody can type one: for instance, called back on "
            "the number that is kept. Without it, only what the code proves is touched."
        ),
    )


class ExportForm(OpeningForm):
    """Why everything is put together, and how it is known who asks."""

    identity = identity()


class ContactForm(OpeningForm):
    """Of which report, and why."""

    report = forms.CharField(
        label=_("Number of the report"),
        max_length=20,
        widget=forms.TextInput(attrs={"placeholder": "PA000123"}),
    )
    field_order = ("report", "reason")

    def clean_report(self) -> Report:
        """The report of that number."""
        digits = str(self.cleaned_data["report"]).strip().upper().removeprefix("PA").lstrip("0")
        found = (
            Report.objects.filter(pk=int(digits)).first() if digits.isdecimal() and len(digits) < 16 else None
        )
        if found is None:
            raise forms.ValidationError(gettext("There is no report of this number."))
        return found
