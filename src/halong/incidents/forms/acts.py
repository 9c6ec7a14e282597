"""What is written down with one act about an incident. Field names are those of the actions' arguments."""

from typing import Any

from django import forms
from django.db.models import QuerySet
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
from halong.incidents.models import Incident, Link, Part, Role
from halong.places.models import Agency, Place
from halong.playbooks.models import PlaybookVersion
from halong.playbooks.queries import offered


class ActForm(forms.Form):
    """A form about one incident. ``version`` is what the person saw; who comes second is shown what happened since."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, incident: Incident, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.incident, self.user = incident, user
        self.fields["version"].initial = incident.version

    def given(self) -> dict[str, Any]:
        """The arguments of the action."""
        return {name: value for name, value in self.cleaned_data.items() if name != "version"}


class DirectForm(ActForm):
    """An act that needs no words."""


class ContainForm(ActForm):
    """It no longer grows."""

    note = words(_("How it was contained"), required=False)


class CloseForm(ActForm):
    """The all-clear."""

    note = words(
        _("How it ended"), help_text=_("Stands in the timeline, the duty log and the after-action report.")
    )
    despite_open = forms.BooleanField(label=_("End it all the same"), required=False)


class ReasonForm(ActForm):
    """Something that needs a reason."""

    reason = words(_("Reason"))


class OtherForm(ActForm):
    """Another incident under way."""

    other = forms.ModelChoiceField(Incident.objects.none(), label=_("Incident"), empty_label=_("Choose one"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["other"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = self.others()

    def others(self) -> "QuerySet[Incident]":
        """Those that may be chosen."""
        seen = Incident.objects.visible_to(self.user).exclude(pk=self.incident.pk)
        return seen.under_way().order_by("-severity", "-declared_at")


class MergeForm(OtherForm):
    """This one goes on in another one."""

    reason = words(_("Reason"), rows=2, required=False)


class LinkForm(OtherForm):
    """Two that have to do with each other; also those that are over."""

    kind = forms.ChoiceField(
        label=pgettext_lazy("link of incidents", "How"), widget=forms.RadioSelect, initial=Link.Kind.RELATED
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["kind"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(key, word) for key, word in Link.Kind.choices if key != Link.Kind.SPLIT_FROM]

    def others(self) -> "QuerySet[Incident]":
        """The latest two hundred."""
        seen = Incident.objects.visible_to(self.user).exclude(pk=self.incident.pk)
        latest = seen.exclude(state__in=["merged", "dismissed"]).order_by("-declared_at").values("pk")[:200]
        return Incident.objects.filter(pk__in=latest).order_by("-declared_at")


class PartsField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """Parts of an incident, named by kind and title."""

    def label_from_instance(self, obj: Part) -> str:
        """Kind and title."""
        return f"{obj.get_kind_display()}: {obj.title}"


class SplitForm(ActForm):
    """Some of its parts become an incident of their own."""

    title = forms.CharField(label=_("Title of the new incident"), max_length=200)
    parts = PartsField(
        Part.objects.none(), label=_("What goes over"), widget=forms.CheckboxSelectMultiple, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["parts"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = self.incident.parts.filter(live=True).order_by("at")
        if not field.queryset.exists():
            field.help_text = _("It is made of no alerts, reports or calls: the new one begins without any.")

    def given(self) -> dict[str, Any]:
        """The parts as a list."""
        return {"title": self.cleaned_data["title"], "parts": list(self.cleaned_data["parts"])}


class RoleForm(ActForm):
    """Who does what."""

    kind = forms.ChoiceField(
        label=pgettext_lazy("incident", "Role"), choices=Role.Kind.choices, widget=forms.RadioSelect
    )
    person = PersonField(label=pgettext_lazy("task", "Person"), empty_label="")
    decision = forms.CharField(
        label=_("By decision"),
        required=False,
        max_length=200,
        help_text=_("A commander is named by a decision, with number or date."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = people(self.user)


class HandOverForm(ActForm):
    """The coordinator hands over to another person."""

    to = PersonField(label=_("To whom"), empty_label="")
    note = words(_("What the next one must know"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = people(self.user).exclude(pk=self.user.pk)


class ChangeForm(ActForm):
    """What is known of it, set right."""

    title = forms.CharField(label=pgettext_lazy("incident", "Title"), max_length=200)
    kind = forms.ChoiceField(label=_("Kind"))
    severity = forms.TypedChoiceField(
        label=_("Severity"), coerce=int, choices=Incident.Severity.choices, widget=forms.RadioSelect
    )
    summary = words(_("What is known"), required=False)
    place = forms.ModelChoiceField(Place.objects.none(), label=_("Place"), required=False, empty_label="–")
    where = forms.CharField(label=_("Where exactly"), required=False, max_length=300)
    agency = forms.ModelChoiceField(
        Agency.objects.none(), label=_("Agency in charge"), required=False, empty_label="–"
    )
    on_wall = forms.BooleanField(label=_("Show on the walls"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in (("place", places_today()), ("agency", agencies_today())):
            field = self.fields[name]
            assert isinstance(field, forms.ModelChoiceField)
            field.queryset = rows
        kind = self.fields["kind"]
        assert isinstance(kind, forms.ChoiceField)
        kind.choices = kinds()
        for name in self.fields:
            if name != "version":
                self.fields[name].initial = getattr(self.incident, name)

    def given(self) -> dict[str, Any]:
        """Only what this person changed: what another one changed meanwhile isn't undone by a form left open."""
        return {"changes": {name: self.cleaned_data[name] for name in self.changed_data if name != "version"}}


class AreaForm(ActForm):
    """Where it is: a point, an area, or both, drawn on the map."""

    lon = forms.FloatField(label=_("Longitude"), required=False, min_value=-180, max_value=180)
    lat = forms.FloatField(label=_("Latitude"), required=False, min_value=-90, max_value=90)
    area = AreaField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("lon", "lat", "area"):
            self.fields[name].initial = getattr(self.incident, name)

    def given(self) -> dict[str, Any]:
        """Point and area together."""
        return {"changes": {name: self.cleaned_data[name] for name in ("lon", "lat", "area")}}


class PlaybookForm(ActForm):
    """Which playbook to begin."""

    playbook = forms.ChoiceField(label=_("Playbook"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fitting = sorted(offered(), key=lambda version: version.playbook.kind != self.incident.kind)
        self.versions: dict[str, PlaybookVersion] = {str(version.pk): version for version in fitting}
        field = self.fields["playbook"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(pk, version.playbook.words()) for pk, version in self.versions.items()]
        field.initial = next(iter(self.versions), None)

    def given(self) -> dict[str, Any]:
        """The version."""
        return {"version": self.versions[self.cleaned_data["playbook"]]}


class DecisionForm(ActForm):
    """A decision that somebody took, and who."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    text = words(_("What was decided, by whom"))


class PressForm(ActForm):
    """An item of the press, by its address; or a thing by its number."""

    kind = forms.ChoiceField(
        label=pgettext_lazy("part of an incident", "What"),
        choices=Part.Kind.choices,
        widget=forms.RadioSelect,
        initial="press",
    )
    ref = forms.CharField(
        label=_("Address or number"), max_length=200,
        help_text=_("The address of an item of the press; the number of an alert, a report or a call."),
    )  # fmt: skip
    title = forms.CharField(
        label=pgettext_lazy("part of an incident", "Title"), required=False, max_length=300
    )
