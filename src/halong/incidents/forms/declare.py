"""The one form that declares an incident."""

import uuid
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.accounts.choices import PersonField
from halong.incidents.forms.choices import (
    AreaField,
    agencies_today,
    kinds,
    people,
    places_today,
    words,
)
from halong.incidents.models import Incident, Part
from halong.places.models import Agency, Place
from halong.playbooks.models import PlaybookVersion
from halong.playbooks.queries import offered

BEST, NONE = "best", "none"
MOST_PARTS = 1000


def parts_of(text: str) -> list[tuple[str, str]]:
    """``"alert:17 call:3 press:https://…"`` as (kind, ref); what isn't a part is left out, what comes twice is once."""
    found: dict[tuple[str, str], None] = {}
    for word in text.split():
        kind, _colon, ref = word.partition(":")
        if kind in Part.Kind.values and ref and len(ref) <= 200 and (kind == "press" or ref.isdecimal()):
            found[(kind, ref)] = None
    return list(found)[:MOST_PARTS]


class DeclareForm(forms.Form):
    """What happened, how grave, where, who. Everything but title and kind may stay as proposed."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    parts = forms.CharField(required=False, widget=forms.HiddenInput, max_length=40_000)
    title = forms.CharField(
        label=pgettext_lazy("incident", "What happened"),
        max_length=200,
        widget=forms.TextInput(attrs={"autofocus": True}),
    )
    kind = forms.ChoiceField(label=_("Kind"))
    severity = forms.TypedChoiceField(
        label=_("Severity"),
        coerce=int,
        choices=Incident.Severity.choices,
        initial=2,
        widget=forms.RadioSelect,
    )
    playbook = forms.ChoiceField(label=_("Playbook"), initial=BEST)
    place = forms.ModelChoiceField(Place.objects.none(), label=_("Place"), required=False, empty_label="–")
    where = forms.CharField(label=_("Where exactly"), required=False, max_length=300)
    agency = forms.ModelChoiceField(
        Agency.objects.none(), label=_("Agency in charge"), required=False, empty_label="–"
    )
    commander = PersonField(label=_("Response commander"), required=False, empty_label=_("Named later"))
    decision = forms.CharField(
        label=_("By decision"),
        required=False,
        max_length=200,
        help_text=_("Number and date, or who said so and when."),
    )
    summary = words(_("What is known"), rows=3, required=False)
    lon = forms.FloatField(label=_("Longitude"), required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(label=_("Latitude"), required=False, min_value=-90, max_value=90)
    area = AreaField()
    sector = forms.CharField(required=False, widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.versions = {str(version.pk): version for version in offered()}
        told = [(pk, version.playbook.words()) for pk, version in self.versions.items()]
        choices: dict[str, list[tuple[str, Any]]] = {
            "kind": kinds(),
            "playbook": [
                (BEST, _("The one for this kind and severity")),
                (NONE, pgettext_lazy("playbook", "None")),
                *told,
            ],
        }
        for name, given in choices.items():
            chosen = self.fields[name]
            assert isinstance(chosen, forms.ChoiceField)
            chosen.choices = given
        for name, rows in (
            ("place", places_today()),
            ("agency", agencies_today()),
            ("commander", people(by)),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows

    def clean(self) -> dict[str, Any]:
        """A point has two numbers."""
        cleaned = super().clean() or {}
        if (cleaned.get("lon") is None) != (cleaned.get("lat") is None):
            raise ValidationError(_("Give both longitude and latitude, or neither."))
        return cleaned

    @property
    def version(self) -> PlaybookVersion | None:
        """The playbook that was chosen by name; None: the best one or none at all."""
        return self.versions.get(self.cleaned_data["playbook"])

    @property
    def with_playbook(self) -> bool:
        """Whether one is wanted."""
        return bool(self.cleaned_data["playbook"] != NONE)


def fresh_id() -> str:
    """What makes a form one sending, however often it is pressed."""
    return str(uuid.uuid4())


class JoinForm(forms.Form):
    """The open incident that things are added to."""

    parts = forms.CharField(widget=forms.HiddenInput, max_length=40_000)
    incident = forms.ModelChoiceField(
        Incident.objects.none(), label=_("Incident"), widget=forms.RadioSelect, empty_label=None
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["incident"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Incident.objects.visible_to(user).under_way().order_by("-severity", "-declared_at")
