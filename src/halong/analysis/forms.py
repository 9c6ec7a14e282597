"""What the pages of analysis take in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.analysis.actions import NOTE
from halong.analysis.models import Unusual


class UnusualFilter(forms.Form):
    """Which flags the list shows, within the scope of the top bar."""

    kind = forms.ChoiceField(label=_("Kind"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = ("", pgettext_lazy("filter", "All"))
        for name, choices in (("kind", Unusual.Kind.choices), ("state", Unusual.State.choices)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [everything, *choices]

    def wanted(self) -> dict[str, Any]:
        """Lookups of what was chosen; what isn't valid is left out."""
        self.is_valid()
        return {key: value for key, value in getattr(self, "cleaned_data", {}).items() if value}


class SettleForm(forms.Form):
    """What a person says to a flag."""

    state = forms.ChoiceField(
        choices=[(state, state) for state in (Unusual.State.CONFIRMED, Unusual.State.DISMISSED)],
        widget=forms.HiddenInput,
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=NOTE,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "autofocus": True}),
    )

    def clean(self) -> dict[str, Any]:
        """A flag is expected for a reason."""
        given = super().clean() or {}
        if given.get("state") == Unusual.State.DISMISSED and not given.get("note", "").strip():
            self.add_error("note", _("Say why it was to be expected."))
        return given
