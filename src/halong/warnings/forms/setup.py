"""Forms of what warnings rest on."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from halong.accounts.choices import PersonField
from halong.accounts.models import Role, User
from halong.places.models import Place
from halong.warnings.actions import AuthorityDraft
from halong.warnings.forms.draft import PlacesField, picker, units
from halong.warnings.kinds import KINDS
from halong.warnings.models import Outlet


class AuthorityForm(forms.Form):
    """A row of authority."""

    event = forms.ChoiceField(label=_("Kind of event"))
    body = forms.CharField(label=_("Issuing body"), max_length=200)
    body_en = forms.CharField(label=_("Issuing body, in English"), max_length=200, required=False)
    basis = forms.CharField(
        label=_("Legal basis"),
        max_length=500,
        help_text=_("Number, date and article of the decision that gives it."),
    )
    delegate = PersonField(label=_("Who approves"), empty_label="–")
    places = PlacesField(Place.objects.none(), label=_("Places"), widget=forms.CheckboxSelectMultiple)
    since = forms.DateTimeField(label=_("From"), widget=picker())
    until = forms.DateTimeField(label=_("Until"), widget=picker(), required=False)
    practice = forms.BooleanField(label=_("For exercises and tests only"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        approvers = User.objects.filter(is_active=True, grants__role=Role.LEADER).distinct()
        self._choose("delegate", approvers.order_by("full_name", "username"))
        self._choose("places", units())
        event = self.fields["event"]
        assert isinstance(event, forms.ChoiceField)
        event.choices = [(kind.key, kind.label) for kind in KINDS.values()]

    def _choose(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows

    def draft(self) -> AuthorityDraft:
        """What was filled in."""
        given = dict(self.cleaned_data)
        return AuthorityDraft(
            **given | {"places": tuple(given["places"]), "since": given["since"] or timezone.now()}
        )


class OutletForm(forms.Form):
    """Somebody or something that gets warnings."""

    channel = forms.ChoiceField(label=_("Channel"), choices=Outlet.Channel.choices)
    name = forms.CharField(label=_("Name"), max_length=120)
    target = forms.CharField(
        label=_("Number, group or address"), max_length=500,
        help_text=_("A webhook gets the signed CAP message by POST."),
    )  # fmt: skip
    place = forms.ModelChoiceField(
        Place.objects.none(), label=_("Place"), required=False, empty_label=_("Whole province")
    )
    inside = forms.BooleanField(
        label=_("It is a machine of our own network"), required=False,
        help_text=_("Only then may a webhook lead to an address inside."),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        place = self.fields["place"]
        assert isinstance(place, forms.ModelChoiceField)
        place.queryset = units()


class ReasonForm(forms.Form):
    """A reason."""

    reason = forms.CharField(label=_("Reason"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
