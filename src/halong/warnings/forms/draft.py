"""The form in which a warning is written."""

import json
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from halong.core.formats import local
from halong.places.models import Place
from halong.warnings.actions import BulletinDraft, WarningDraft
from halong.warnings.actions.after import draft_of
from halong.warnings.areas import AreaDraft, drawn, whole
from halong.warnings.kinds import KINDS
from halong.warnings.models import Warning, Wording
from halong.warnings.words import BLANK

TEXTS = ("headline_vi", "headline_en", "description_vi", "description_en", "instruction_vi", "instruction_en")
SAID = ("event", "severity", "urgency", "certainty", *TEXTS)


def picker() -> forms.DateTimeInput:
    """A date and time that is picked, in Vietnam's zone."""
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")


def units() -> "QuerySet[Place]":
    """The units of today: the province first, then by name."""
    return (
        Place.objects.on(timezone.localdate())
        .defer("boundary")
        .order_by(F("parent").asc(nulls_first=True), "sort_key")
    )


def _text(label: Any, rows: int) -> forms.CharField:
    return forms.CharField(
        label=label, required=False, max_length=4000, widget=forms.Textarea(attrs={"rows": rows})
    )


class PlacesField(forms.ModelMultipleChoiceField[Place]):
    """Units by their whole names."""

    def label_from_instance(self, obj: Place) -> str:
        """The name as pages say it."""
        return str(obj.name)


class DraftForm(forms.Form):
    """What a warning says, where, from when to when. Nearly all may stay empty in a draft."""

    version = forms.IntegerField(required=False, widget=forms.HiddenInput)
    event = forms.ChoiceField(label=_("Kind of event"))
    status = forms.ChoiceField(label=pgettext_lazy("warning", "What it is"), widget=forms.RadioSelect)
    incident = forms.CharField(label=_("Incident"), required=False, max_length=20)
    headline_vi = forms.CharField(label=_("Headline"), max_length=160, required=False)
    description_vi = _text(_("What happens"), 3)
    instruction_vi = _text(_("What to do"), 3)
    headline_en = forms.CharField(label=_("Headline, in English"), max_length=160, required=False)
    description_en = _text(_("What happens, in English"), 3)
    instruction_en = _text(_("What to do, in English"), 3)
    severity = forms.ChoiceField(label=_("Severity"), choices=Warning.Severity.choices)
    urgency = forms.ChoiceField(label=_("Urgency"), choices=Warning.Urgency.choices)
    certainty = forms.ChoiceField(label=_("Certainty"), choices=Warning.Certainty.choices)
    onset = forms.DateTimeField(label=_("Begins"), required=False, widget=picker())
    expires = forms.DateTimeField(label=_("In force until"), widget=picker())
    places = PlacesField(Place.objects.none(), label=_("Wards, communes, special zones"), required=False,
                         widget=forms.CheckboxSelectMultiple)  # fmt: skip
    area = forms.CharField(required=False, widget=forms.HiddenInput, max_length=20_000)
    area_name = forms.CharField(
        label=_("Name of the drawn area"), required=False, max_length=200,
        help_text=_("As people call it: “the bay between Cửa Lục and Đầu Gỗ”."),
    )  # fmt: skip
    others = forms.MultipleChoiceField(
        label=_("Other drawn areas"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("What isn't ticked is taken out."),
    )  # fmt: skip
    bulletin_issuer = forms.CharField(label=_("Who issued the bulletin"), required=False, max_length=200)
    bulletin_number = forms.CharField(label=_("Number of the bulletin"), required=False, max_length=60)
    bulletin_at = forms.DateTimeField(label=_("Hour of the bulletin"), required=False, widget=picker())
    risk_level = forms.TypedChoiceField(
        label=_("Disaster-risk level, as the bulletin says it"), required=False, coerce=int,
        choices=[("", pgettext_lazy("disaster-risk level", "None")), *((n, str(n)) for n in range(1, 6))],
    )  # fmt: skip
    bulletin_text = _text(_("Text of the bulletin, word for word"), 4)

    def __init__(self, *args: Any, areas: tuple[AreaDraft, ...] = (), **kwargs: Any) -> None:
        """``areas``: those that the warning has; the first drawn one is the one that the map shows."""
        super().__init__(*args, **kwargs)
        self._rings = dict(enumerate([area for area in areas if area.ring][1:]))
        if not self._rings:
            del self.fields["others"]
        for name, choices in (
            ("event", [(kind.key, kind.label) for kind in KINDS.values()]),
            ("status", statuses()),
            ("others", [(number, ring.name_vi) for number, ring in self._rings.items()]),
        ):
            if name not in self.fields:
                continue
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
        places = self.fields["places"]
        assert isinstance(places, forms.ModelMultipleChoiceField)
        places.queryset = units()

    def clean(self) -> dict[str, Any]:
        """A level needs its bulletin, and a bulletin all of its parts; a drawn area is a ring."""
        cleaned = super().clean() or {}
        parts = ("bulletin_issuer", "bulletin_number", "bulletin_at", "bulletin_text")
        given = [name for name in parts if cleaned.get(name)]
        if given or cleaned.get("risk_level"):
            for name in set(parts) - set(given):
                self.add_error(name, gettext("A bulletin is quoted with issuer, number, hour and text."))
        cleaned["ring"] = self._ring(cleaned.get("area", ""))
        return cleaned

    def _ring(self, text: str) -> tuple[tuple[float, float], ...]:
        if not text:
            return ()
        try:
            found = json.loads(text)
            return tuple((float(x), float(y)) for x, y in found["coordinates"][0])
        except (ValueError, TypeError, KeyError, IndexError):
            self.add_error(None, gettext("The drawn area can't be read; draw it again."))
            return ()

    def draft(self) -> WarningDraft:
        """What was filled in."""
        given = self.cleaned_data
        areas = self._areas(given)
        bulletin = None
        if given["bulletin_number"]:
            bulletin = BulletinDraft(
                given["bulletin_issuer"], given["bulletin_number"], given["bulletin_at"], given["bulletin_text"],
                given["risk_level"] or 0,
            )  # fmt: skip
        return WarningDraft(
            **{name: given[name] for name in (*SAID, "onset", "expires", "incident", "status")},
            places=tuple(given["places"]),
            areas=areas,
            polygon=() if areas else given["ring"],
            polygon_name=given["area_name"],
            bulletin=bulletin,
        )

    def _areas(self, given: dict[str, Any]) -> tuple[AreaDraft, ...]:
        """Units, the ring on the map, and the other drawn areas that stay, in this order; nothing without others, as
        then units and ring say all.
        """
        rings = [self._rings[int(number)] for number in given.get("others") or ()]
        if not rings:
            return ()
        shown = [drawn(given["ring"], given["area_name"])] if given["ring"] else []
        return (*(whole(place) for place in given["places"]), *shown, *rings)


def statuses() -> list[tuple[str, Any]]:
    """What a warning of this installation may be."""
    if settings.HALONG_EXERCISE:
        return [("Exercise", Warning.Status.EXERCISE.label)]
    return [(status.value, status.label) for status in Warning.Status]


def of_warning(warning: Warning) -> dict[str, Any]:
    """What stands in the form for a warning."""
    draft = draft_of(warning)
    said = {name: getattr(draft, name) for name in (*SAID, "incident", "status")}
    names = ("bulletin_issuer", "bulletin_number", "bulletin_text", "risk_level", "version")
    rings = [area for area in draft.areas if area.ring]
    ring = rings[0] if rings else None
    return said | {name: getattr(warning, name) for name in names} | {
        "onset": draft.onset and local(draft.onset),
        "expires": draft.expires and local(draft.expires),
        "bulletin_at": warning.bulletin_at and local(warning.bulletin_at),
        "places": [area.place for area in draft.areas if not area.ring],
        "area": json.dumps({"type": "Polygon", "coordinates": [ring.ring]}) if ring else "",
        "area_name": ring.name_vi if ring else "",
        "others": [str(number) for number in range(len(rings) - 1)],
    }  # fmt: skip


def of_nothing(asked: Any) -> dict[str, Any]:
    """What stands in an empty form: what the address says (from an incident), and the words of the chosen wording."""
    begin = local(timezone.now()).replace(minute=0, second=0, microsecond=0)
    wording = Wording.objects.filter(key=asked.get("wording", "")).first()
    event = asked.get("event", "")
    places = [int(pk) for pk in asked.getlist("place") if pk.isdecimal() and len(pk) < 12]
    first: dict[str, Any] = {
        "event": event if event in KINDS else "storm",
        "incident": asked.get("incident", "")[:20],
        "headline_vi": asked.get("headline", "")[:160],
        "severity": "Unknown", "urgency": "Unknown", "certainty": "Unknown",
        "status": "Exercise" if settings.HALONG_EXERCISE or settings.HALONG_SIMULATE else "Actual",
        "onset": None,
        "expires": begin + timedelta(hours=6),
        "places": places,
    }  # fmt: skip
    return first | (of_wording(wording, places, begin) if wording else {})


def of_wording(wording: Wording, places: list[int], begin: Any) -> dict[str, Any]:
    """The words of a wording with its marks filled in."""
    expires = begin + timedelta(hours=wording.hours)
    names = ", ".join(Place.objects.filter(pk__in=places).values_list("name", flat=True)) or BLANK
    marks = {
        "place": names,
        "expires": expires.strftime("%H:%M %d/%m/%Y"),
        "onset": begin.strftime("%H:%M %d/%m/%Y"),
    }
    texts = {name: _filled(getattr(wording, name), marks) for name in TEXTS}
    said = {name: getattr(wording, name) for name in ("event", "severity", "urgency", "certainty")}
    return said | texts | {"expires": expires}


def _filled(text: str, marks: dict[str, str]) -> str:
    for name, value in marks.items():
        text = text.replace(f"{{{name}}}", value)
    return text
