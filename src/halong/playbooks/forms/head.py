"""What a playbook is for; publishing."""

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.playbooks.actions import Head
from halong.playbooks.kinds import KINDS
from halong.playbooks.models import Playbook

SEVERITIES = (
    (1, pgettext_lazy("incident severity", "Minor")),
    (2, pgettext_lazy("incident severity", "Medium")),
    (3, pgettext_lazy("incident severity", "Major")),
    (4, pgettext_lazy("incident severity", "Extraordinary")),
)


class HeadForm(forms.Form):
    """Name, kind and severity."""

    name = forms.CharField(label=_("Name"), max_length=200)
    name_en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    kind = forms.ChoiceField(
        label=_("Kind of incident"), choices=lambda: [(k.key, k.label) for k in KINDS.values()]
    )
    severity = forms.TypedChoiceField(
        label=_("From which severity on"), choices=SEVERITIES, coerce=int, initial=1,
        help_text=_("Of several of a kind the one with the highest severity that isn't above the incident's is chosen."),
    )  # fmt: skip

    def head(self) -> Head:
        """The form as the action takes it."""
        return Head(**{name: self.cleaned_data[name] for name in ("name", "kind", "severity", "name_en")})

    @classmethod
    def of(cls, playbook: Playbook) -> "HeadForm":
        """The form of a playbook that exists."""
        names = ("name", "name_en", "kind", "severity")
        return cls(initial={name: getattr(playbook, name) for name in names})


class PublishForm(forms.Form):
    """The last words before a version is in force."""

    note = forms.CharField(label=pgettext_lazy("playbook", "What changed"), max_length=300, required=False)
    edits = forms.IntegerField(widget=forms.HiddenInput)


class BasisForm(forms.Form):
    """The decision or plan that a playbook stands on."""

    basis = forms.CharField(
        label=_("Legal basis or approved plan"), max_length=300, required=False,
        help_text=_("Number and date; without one say that nobody has approved it yet."),
    )  # fmt: skip
    edits = forms.IntegerField(widget=forms.HiddenInput)
