"""What the pages of tasks take in."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from halong.accounts.choices import PersonField
from halong.accounts.models import User
from halong.accounts.queries import Person, answerable
from halong.core.formats import local
from halong.core.permissions import has_perm
from halong.core.sector import all_sectors
from halong.places.models import Agency, Place
from halong.tasks import deadlines
from halong.tasks.about import About
from halong.tasks.actions import NOTE, TaskDraft
from halong.tasks.evidence import Evidence
from halong.tasks.models import Task

SPANS = (30, 90, 365)  # days that the scorecard looks back
EVERYTHING = ("", pgettext_lazy("filter", "All"))


def _picker() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local", "step": "900"}, format="%Y-%m-%dT%H:%M")


class DeadlineForm(forms.Form):
    """A deadline by a quick choice, or picked."""

    due = forms.ChoiceField(label=_("Deadline"), widget=forms.RadioSelect, initial="three")
    due_at = forms.DateTimeField(label=_("Date and time"), required=False, widget=_picker())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = timezone.now()
        self.offered = {choice.key: choice for choice in deadlines.choices(now)}
        field = self.fields["due"]
        assert isinstance(field, forms.ChoiceField)
        labels = [(key, deadlines.labelled(choice)) for key, choice in self.offered.items()]
        field.choices = [*labels, (deadlines.PICK, _("Another date and time"))]
        self.fields["due_at"].widget.attrs["min"] = f"{local(now):%Y-%m-%dT%H:%M}"

    def clean(self) -> dict[str, Any]:
        """Settle which deadline is meant."""
        cleaned = super().clean() or {}
        if cleaned.get("due") == deadlines.PICK and not cleaned.get("due_at") and "due_at" not in self.errors:
            self.add_error("due_at", _("Pick a date and a time."))
        return cleaned

    @property
    def deadline(self) -> datetime:
        """The deadline that was chosen."""
        chosen = self.offered.get(self.cleaned_data["due"])
        picked: datetime = self.cleaned_data["due_at"]
        return chosen.at if chosen else picked


def agencies_field() -> "forms.ModelMultipleChoiceField[Agency]":
    """Those who take part beside the owner; ``offer_agencies`` fills it."""
    return forms.ModelMultipleChoiceField(
        Agency.objects.none(), label=_("Co-owners"), required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "pick-many"}),
        help_text=_("They see the task, hear of it, and report their part."),
    )  # fmt: skip


def offer_agencies(form: forms.Form, name: str) -> None:
    """Offer the agencies of today in a field, by name."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = Agency.objects.on(timezone.localdate()).order_by("sort_key")


def refuse_owner(form: forms.Form, cleaned: dict[str, Any]) -> None:
    """The owner of a task isn't one of its co-owners as well: say so beside the field."""
    if cleaned.get("agency") in (cleaned.get("co_owners") or ()):
        form.add_error("co_owners", _("This agency owns the task already."))


class TaskForm(DeadlineForm):
    """A new task: what, who, until when."""

    about = forms.CharField(required=False, widget=forms.HiddenInput)
    next = forms.CharField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(
        label=_("What is to be done"), max_length=300, widget=forms.Textarea(attrs={"rows": 2})
    )
    agency = forms.ModelChoiceField(Agency.objects.none(), label=_("Agency"), empty_label="")
    assignee = PersonField(
        label=pgettext_lazy("task", "Person"), required=False, empty_label=_("Whoever answers for the agency")
    )
    priority = forms.TypedChoiceField(
        label=_("Priority"), coerce=int, choices=Task.Priority.choices, initial=Task.Priority.NORMAL,
        widget=forms.RadioSelect,
    )  # fmt: skip
    text = forms.CharField(
        label=_("Note"), required=False, max_length=NOTE, widget=forms.Textarea(attrs={"rows": 2})
    )

    co_owners = agencies_field()

    field_order = ("title", "agency", "assignee", "due", "due_at", "priority", "text", "co_owners")

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_agencies(self, "co_owners")
        self.chosen = _agency(self["agency"].value())
        self.people: list[Person] = answerable(self.chosen) if self.chosen else []  # the head first
        offer_people(self, "assignee", self.people)
        field = self.fields["agency"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = assignable(by)
        field.widget.attrs.update(
            {
                "hx-get": reverse("task-people"),
                "hx-trigger": "change",
                "hx-target": "#task-people",
                "hx-swap": "outerHTML",
            }
        )

    def clean(self) -> dict[str, Any]:
        """The owner isn't a co-owner as well."""
        cleaned = super().clean()
        refuse_owner(self, cleaned)
        return cleaned

    def draft(self, about: About) -> TaskDraft:
        """The task that the form asks for."""
        given = self.cleaned_data
        return TaskDraft(
            title=given["title"],
            agency=given["agency"],
            assignee=given["assignee"],
            due_at=self.deadline,
            text=given["text"],
            priority=given["priority"],
            origin=about.origin,
            ref=about.ref,
            origin_url=about.url,
            snapshot=about.snapshot,
            place=about.found_place(),
            sector=about.sector,
            simulated=about.simulated,
            co_owners=tuple(given["co_owners"]),
        )


def _agency(pk: Any) -> Agency | None:
    return Agency.objects.filter(pk=pk).first() if pk and str(pk).isdecimal() else None


def offer_people(form: forms.Form, name: str, people: list[Person]) -> None:
    """Offer some people in a field, by name."""
    field = form.fields[name]
    assert isinstance(field, forms.ModelChoiceField)
    found = User.objects.filter(pk__in=[person.user.pk for person in people])
    field.queryset = found.order_by("full_name", "username")


def assignable(by: Any) -> "QuerySet[Agency]":
    """The agencies of today that somebody may give tasks to, by name."""
    today = Agency.objects.on(timezone.localdate())
    allowed = [agency.pk for agency in today if has_perm(by, "tasks.assign", agency)]
    return Agency.objects.filter(pk__in=allowed).order_by("sort_key")


class NoteForm(forms.Form):
    """Words that may be left out."""

    note = forms.CharField(
        label=_("Note"), required=False, max_length=NOTE, widget=forms.Textarea(attrs={"rows": 3})
    )


class ReasonForm(forms.Form):
    """Words that must be given."""

    reason = forms.CharField(label=_("Reason"), max_length=NOTE, widget=forms.Textarea(attrs={"rows": 3}))


class ProgressForm(NoteForm):
    """How far it is."""

    progress = forms.TypedChoiceField(
        label=_("Progress"), coerce=int, choices=[(n, f"{n}%") for n in (0, 10, 25, 50, 75, 90, 100)]
    )
    field_order = ("progress", "note")


class CoOwnerForm(forms.Form):
    """Who is to take part, and in what."""

    agency = forms.ModelChoiceField(Agency.objects.none(), label=_("Co-owner"), empty_label="")
    request = forms.CharField(
        label=_("Its part"), required=False, max_length=NOTE, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_agencies(self, "agency")


class PartForm(forms.Form):
    """What a co-owner has done."""

    note = forms.CharField(
        label=_("What was done"), max_length=NOTE, widget=forms.Textarea(attrs={"rows": 4})
    )


class ManyFiles(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """A list of files."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        """Each file by itself."""
        clean: Callable[[Any, Any], Any] = super().clean
        return [clean(one, initial) for one in (data if isinstance(data, list | tuple) else [data]) if one]


class DoneForm(forms.Form):
    """What shows that it is done."""

    evidence = forms.CharField(
        label=_("Evidence: what was done, where it can be seen"),
        max_length=NOTE,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    attached = FilesField(
        label=_("Files"), required=False, widget=ManyFiles(attrs={"multiple": True}),
        help_text=_("PDF, JPEG, PNG, DOCX, XLSX; at most 5 of 10 MB each"),
    )  # fmt: skip
    no_secret = forms.BooleanField(label=_("The files hold no state secret"), required=False)

    def clean(self) -> dict[str, Any]:
        """Files only with the declaration that they hold no state secret."""
        cleaned = super().clean() or {}
        if cleaned.get("attached") and not cleaned.get("no_secret"):
            self.add_error("no_secret", _("Declare that the files hold no state secret."))
        cleaned.pop("no_secret", None)
        cleaned["files"] = tuple(Evidence(file.name, file.read()) for file in cleaned.pop("attached", ()))
        return cleaned


class ExtensionForm(DeadlineForm, ReasonForm):
    """A later deadline and why."""

    field_order = ("due", "due_at", "reason")

    def clean(self) -> dict[str, Any]:
        """The deadline that was chosen stands in ``due_at``."""
        cleaned = super().clean()
        if not self.errors:
            cleaned["due_at"] = self.deadline
            del cleaned["due"]
        return cleaned


class ScopeFilter(forms.Form):
    """A sector, a place and an agency, each with everything below it."""

    sector = forms.ChoiceField(label=_("Sector"), required=False)
    place = forms.ModelChoiceField(
        Place.objects.none(), label=_("Place"), required=False, empty_label=EVERYTHING[1]
    )
    agency = forms.ModelChoiceField(
        Agency.objects.none(), label=_("Agency"), required=False, empty_label=EVERYTHING[1]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        sectors = [(sector.key, sector.name) for sector in all_sectors()]
        offer_choices(self, "sector", [EVERYTHING, *sectors])
        offer_agencies(self, "agency")
        place = self.fields["place"]
        assert isinstance(place, forms.ModelChoiceField)
        place.queryset = Place.objects.on(today).defer("boundary").order_by("sort_key")

    def wanted(self) -> dict[str, Any]:
        """The filter as ``queries.wanted`` takes it; what isn't valid is left out."""
        return self.cleaned_data if self.is_valid() else getattr(self, "cleaned_data", {})


def offer_choices(form: forms.Form, name: str, choices: list[Any]) -> None:
    """Fill a field with what it offers."""
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices


class TaskFilter(ScopeFilter):
    """Which tasks the list shows. ``tab`` travels along."""

    tab = forms.CharField(required=False, widget=forms.HiddenInput)
    q = forms.CharField(
        label=_("Search"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    state = forms.ChoiceField(label=_("State"), required=False)
    priority = forms.TypedChoiceField(
        label=_("Priority"), required=False, coerce=int, empty_value=None,
        choices=[EVERYTHING, *Task.Priority.choices],
    )  # fmt: skip
    field_order = ("tab", "q", "state", "priority", "sector", "place", "agency")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [
            ("late", pgettext_lazy("tasks", "Late")),
            ("under-way", pgettext_lazy("tasks", "Under way")),
            ("waiting", pgettext_lazy("tasks", "Waiting for a decision")),
        ]
        states = [state for state in Task.State.choices if state[0] not in ("open", "done")]
        offer_choices(self, "state", [EVERYTHING, *kinds, *states])


class ScoreFilter(ScopeFilter):
    """Which tasks the scorecard counts: since how many days, and of whom."""

    days = forms.TypedChoiceField(label=_("Given in the last"), required=False, coerce=int)
    field_order = ("days", "sector", "place", "agency")

    def __init__(self, given: QueryDict) -> None:
        shown = given.copy()
        shown.setdefault("days", str(SPANS[1]))
        super().__init__(shown)
        offer_choices(self, "days", [(n, gettext("%(n)d days") % {"n": n}) for n in SPANS])
