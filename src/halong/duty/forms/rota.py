"""What is typed about teams and their rotas."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.accounts.choices import PeopleField, PersonField
from halong.accounts.models import User
from halong.accounts.queries import directory as people_of
from halong.core.formats import format_datetime, local
from halong.core.sector import all_sectors
from halong.duty.actions.teams import TeamDraft
from halong.duty.ical.scan import MOST_BYTES
from halong.duty.models import DutyRole, Member, Shift, Team
from halong.duty.permissions import may_lead
from halong.places.models import Agency, Place

WEEKDAYS = [
    ("MO", pgettext_lazy("weekday", "Mon")),
    ("TU", pgettext_lazy("weekday", "Tue")),
    ("WE", pgettext_lazy("weekday", "Wed")),
    ("TH", pgettext_lazy("weekday", "Thu")),
    ("FR", pgettext_lazy("weekday", "Fri")),
    ("SA", pgettext_lazy("weekday", "Sat")),
    ("SU", pgettext_lazy("weekday", "Sun")),
]

AHEAD = timedelta(days=60)  # of turns that can be swapped
EVERY = [
    ("DAILY", _("Every day")),
    ("WEEKLY", _("On chosen weekdays")),
    ("DAILY;INTERVAL=2", _("Every other day")),
    ("WEEKLY;INTERVAL=2", _("On chosen weekdays of every other week")),
]


def words_of_rule(rrule: str) -> str:
    """How often a turn repeats, in words; a rule that isn't one of the form's choices as it stands."""
    plain, _sep, days = rrule.removeprefix("FREQ=").partition(";BYDAY=")
    names = {**dict(EVERY), **dict(WEEKDAYS)}
    keys = [plain, *(days.split(",") if days else [])]
    if not all(key in names for key in keys):
        return rrule
    return ": ".join(
        part for part in (str(names[plain]), ", ".join(str(names[key]) for key in keys[1:])) if part
    )


def picker() -> forms.DateTimeInput:
    """A field for a day and a time."""
    return forms.DateTimeInput(attrs={"type": "datetime-local", "step": "900"}, format="%Y-%m-%dT%H:%M")


def sector_choices() -> list[tuple[str, Any]]:
    """All sectors, after "all"."""
    return [("", pgettext_lazy("sector", "All")), *((sector.key, sector.name) for sector in all_sectors())]


def places_field(label: Any, **more: Any) -> forms.ModelChoiceField[Place]:
    """A choice among the units of today."""
    rows = Place.objects.filter(valid_to=None).defer("boundary").order_by("sort_key")
    return forms.ModelChoiceField(rows, label=label, required=False, **more)


def members_of(team: Team) -> QuerySet[User]:
    """Who takes turns in a team."""
    members = Member.objects.filter(team=team)
    found: QuerySet[User] = User.objects.filter(pk__in=members.values("person"), is_active=True)
    return found.order_by(Subquery(members.filter(person=OuterRef("pk")).values("order")[:1]), "username")


class TeamForm(forms.Form):
    """A team."""

    name = forms.CharField(label=_("Name"), max_length=120)
    agency = forms.ModelChoiceField(Agency.objects.order_by("name"), label=_("Agency"), required=False)
    place = places_field(_("Place"))
    sector = forms.ChoiceField(label=_("Sector"), required=False, choices=sector_choices)
    telephone = forms.CharField(label=_("Telephone of the duty room"), max_length=40, required=False)
    at_once = forms.IntegerField(
        label=_("How many are on at the same time"), min_value=1, max_value=50, initial=1
    )
    around_clock = forms.BooleanField(label=_("Somebody is on at every hour"), required=False, initial=True)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)

    @property
    def draft(self) -> TeamDraft:
        """What was typed."""
        return TeamDraft(**self.cleaned_data)


class TeamAct(forms.Form):
    """Something that is done about a team."""

    def __init__(self, *args: Any, team: Team, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.team, self.user = team, user
        for name in ("person", "people", "replaced"):
            field = self.fields.get(name)
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = members_of(team)


class TimeForm(TeamAct):
    """A part and a time."""

    role = forms.ChoiceField(
        label=pgettext_lazy("duty", "Part"), choices=DutyRole.choices, initial=DutyRole.OFFICER
    )
    start = forms.DateTimeField(label=_("From"), widget=picker())
    end = forms.DateTimeField(label=_("Until"), widget=picker())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        begin = local(timezone.now()).replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        self.initial.setdefault("start", begin)
        self.initial.setdefault("end", begin + timedelta(hours=12))


class ShiftForm(TimeForm):
    """A turn."""

    person = PersonField(label=_("Who"), empty_label=None)
    note = forms.CharField(label=_("Note"), max_length=300, required=False)
    field_order = ("person", "role", "start", "end", "note")


class StandInForm(TimeForm):
    """Somebody stands in for somebody else."""

    replaced = PersonField(label=_("Instead of"), required=False, empty_label=_("nobody: in addition"))
    person = PersonField(label=_("Who comes"), empty_label=None)
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)
    field_order = ("replaced", "person", "role", "start", "end", "reason")


class TurnField(forms.ModelChoiceField[Shift]):
    """One turn of somebody whom we know."""

    def __init__(self, **given: Any) -> None:
        super().__init__(Shift.objects.none(), **given)

    def label_from_instance(self, obj: Shift) -> str:
        """Who, as what, from when to when."""
        times = f"{format_datetime(obj.start)} – {format_datetime(obj.end)}"
        return f"{obj.person} · {obj.get_role_display()} · {times}"


class SwapForm(TeamAct):
    """Two people take each other's turn; whoever doesn't lead the team gives away only his own."""

    first = TurnField(label=_("Turn"), empty_label=None)
    second = TurnField(label=_("Against the turn"), empty_label=None)
    reason = forms.CharField(label=_("Reason"), max_length=300, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = timezone.now()
        turns = Shift.objects.filter(team=self.team, person__isnull=False, end__gt=now, start__lt=now + AHEAD)
        turns = turns.select_related("person").order_by("start", "pk")
        own = turns.filter(person=self.user)
        self.initial.setdefault("first", own.first())
        given = turns if may_lead(self.team, self.user) else own
        for name, rows in (("first", given), ("second", turns)):
            field = self.fields[name]
            assert isinstance(field, TurnField)
            field.queryset = rows


class PatternForm(TeamAct):
    """A turn that repeats."""

    people = PeopleField(label=_("Who takes turns, in the order of the team"),
                          widget=forms.CheckboxSelectMultiple)  # fmt: skip
    role = forms.ChoiceField(
        label=pgettext_lazy("duty", "Part"), choices=DutyRole.choices, initial=DutyRole.OFFICER
    )
    start = forms.DateTimeField(label=_("First turn"), widget=picker())
    hours = forms.FloatField(label=_("Hours of a turn"), min_value=0.25, max_value=168, initial=12)
    every = forms.ChoiceField(
        label=_("How often"),
        choices=EVERY,
    )
    days = forms.MultipleChoiceField(
        label=_("Weekdays"), choices=WEEKDAYS, required=False, widget=forms.CheckboxSelectMultiple
    )
    rrule = forms.CharField(
        label=_("Or a rule of RFC 5545"), required=False, max_length=300, help_text="FREQ=MONTHLY;BYDAY=1MO"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("start", local(timezone.now()).replace(hour=7, minute=0) + timedelta(days=1))

    def rule(self) -> str:
        """The rule of repetition that was chosen."""
        cleaned = self.cleaned_data
        if cleaned["rrule"]:
            return str(cleaned["rrule"])
        days = (
            f";BYDAY={','.join(cleaned['days'])}" if cleaned["days"] and "WEEKLY" in cleaned["every"] else ""
        )
        return f"FREQ={cleaned['every']}{days}"

    @property
    def first(self) -> datetime:
        """When the first turn begins."""
        start: datetime = self.cleaned_data["start"]
        return start


class SubscribeForm(TeamAct):
    """An iCalendar address."""

    url = forms.CharField(label=_("iCalendar address"), max_length=2000, help_text="https://… .ics")
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    role = forms.ChoiceField(
        label=pgettext_lazy("duty", "Part"), choices=DutyRole.choices, initial=DutyRole.OFFICER
    )
    inside = forms.BooleanField(
        label=_("A machine of our own network"), required=False,
        help_text=_("Only then may it lead to an address inside."),
    )  # fmt: skip


class FileForm(TeamAct):
    """An iCalendar file."""

    file = forms.FileField(label=_("iCalendar file"), help_text=_(".ics, at most 8 MB"))
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    role = forms.ChoiceField(
        label=pgettext_lazy("duty", "Part"), choices=DutyRole.choices, initial=DutyRole.OFFICER
    )

    def clean_file(self) -> bytes:
        """Its bytes."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("The file is too large."))
        return bytes(file.read())


class MemberForm(TeamAct):
    """Somebody who takes turns."""

    person = PersonField(label=_("Who"), empty_label=None)
    role = forms.ChoiceField(label=_("Usual part"), choices=DutyRole.choices, initial=DutyRole.OFFICER)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        known = Member.objects.filter(team=self.team).values("person")
        field = self.fields["person"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = people_of(self.user).exclude(pk__in=known).order_by("username")
