"""What the pages of exercises take in."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, pgettext_lazy

from halong.accounts.models import SIMULATED, User
from halong.citizens.models import Category
from halong.context.models import Entity
from halong.core.language import said_in
from halong.exercises.actions.holding import ExerciseDraft, all_scenarios
from halong.exercises.actions.running import READING, Inject
from halong.exercises.pace import hands_needed
from halong.exercises.scenario import SPEEDS, Scenario
from halong.observations.models import Series
from halong.places.models import Place

KINDS = (
    ("message", pgettext_lazy("inject", "Message to the trainees")),
    ("bulletin", pgettext_lazy("inject", "Bulletin to the trainees")),
    ("call", pgettext_lazy("inject", "Telephone call (you ring up)")),
    ("report", pgettext_lazy("inject", "Citizen's report")),
    (READING, pgettext_lazy("inject", "Reading of a thing")),
    ("silence", pgettext_lazy("inject", "A thing falls silent")),
    ("restore", pgettext_lazy("inject", "A thing reports again")),
)
NEEDS_THING = {READING, "silence", "restore"}


class StartForm(forms.Form):
    """How an exercise is to be held."""

    speed = forms.TypedChoiceField(label=_("Speed"), coerce=int)
    trainees = forms.ModelMultipleChoiceField(
        label=_("Who takes part"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Their names and roles are copied, no password: each enters by a link that is good once."
        ),
    )
    begin = forms.BooleanField(
        label=_("Begin by itself once the instance is ready"),
        required=False,
        help_text=_("Otherwise the trainer begins when everybody is there."),
    )

    def __init__(self, *args: Any, scenario: Scenario, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scenario = scenario
        speed, people = self.fields["speed"], self.fields["trainees"]
        assert isinstance(speed, forms.TypedChoiceField)
        assert isinstance(people, forms.ModelMultipleChoiceField)
        speed.choices = [(value, speed_words(scenario, value)) for value in SPEEDS]
        speed.initial = scenario.speed
        users = (
            User.objects.filter(is_active=True, grants__isnull=False)
            .exclude(pk=by.pk)
            .exclude(username__startswith=SIMULATED)
        )
        people.queryset = users.distinct().order_by("full_name", "username")
        people.initial = list(users.exclude(grants__role="auditor").values_list("pk", flat=True))

    def draft(self, by: Any) -> ExerciseDraft:
        """What was chosen; whoever chooses trains."""
        data = self.cleaned_data
        return ExerciseDraft(
            self.scenario.key, data["speed"], by, tuple(data["trainees"]), begin=bool(data["begin"])
        )


def speed_words(scenario: Scenario, speed: int) -> str:
    """A speed with how long the whole story then takes, and how many people can do in time what is expected."""
    return f"{_story_takes(scenario, speed)} · {_people(hands_needed(scenario, speed))}"


def _people(hands: int) -> str:
    return ngettext("%(n)d person at work", "%(n)d people at work", hands) % {"n": hands}


def _story_takes(scenario: Scenario, speed: int) -> str:
    minutes = max(1, round(scenario.minutes / speed))
    if minutes < 120:
        return str(
            _("%(speed)d×: the story takes %(minutes)d minutes") % {"speed": speed, "minutes": minutes}
        )
    hours = round(minutes / 60)
    return str(_("%(speed)d×: the story takes %(hours)d hours") % {"speed": speed, "hours": hours})


class InjectForm(forms.Form):
    """Something that the trainer puts in."""

    kind = forms.ChoiceField(label=pgettext_lazy("inject", "What"), choices=KINDS)
    title = forms.CharField(label=_("In a few words"), max_length=200)
    text = forms.CharField(
        label=_("Text"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    thing = forms.CharField(
        label=_("Thing"), required=False, max_length=200, help_text=_("The end of its URN: qn-hv-1.")
    )
    property = forms.CharField(label=_("Property"), required=False, max_length=100)
    value = forms.FloatField(label=_("Value"), required=False)
    category = forms.ChoiceField(label=_("Kind of report"), required=False)
    place = forms.ChoiceField(label=_("Place"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        kinds = Category.objects.on(today).order_by("order", "code")
        offered = {
            "category": [(row.code, said_in(row.name, row.name_en)) for row in kinds],
            "place": [
                (row.code, str(row)) for row in Place.objects.on(today).defer("boundary").order_by("sort_key")
            ],
        }
        for name, choices in offered.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", ""), *choices]

    def clean(self) -> dict[str, Any]:
        """A reading needs a series that there is; a report its kind."""
        data = super().clean() or {}
        kind = data.get("kind")
        if kind in NEEDS_THING:
            self._clean_thing(data, measured=kind == READING)
        if kind == READING and data.get("value") is None:
            self.add_error("value", _("A reading needs a value."))
        if kind == "report" and not (data.get("category") and data.get("place") and data.get("text")):
            self.add_error("category", _("A report needs its kind, a commune and a text."))
        return data

    def _clean_thing(self, data: dict[str, Any], *, measured: bool) -> None:
        found = Entity.objects.living().filter(urn__endswith=f":{data.get('thing') or '?'}").first()
        if found is None:
            self.add_error("thing", _("There is no such thing."))
            return
        data["urn"] = found.urn
        if measured and not Series.objects.filter(entity=found, property=data.get("property", "")).exists():
            self.add_error("property", _("This thing doesn't measure that."))

    def wanted(self) -> Inject:
        """What was put in."""
        data = self.cleaned_data
        given = {"text": data["text"] or data["title"], "text_en": data["text"] or data["title"]}
        if data["kind"] == READING:
            given = {"urn": data["urn"], "property": data["property"], "value": data["value"]}
        elif data["kind"] in NEEDS_THING:
            given = {"things": [data["thing"]], "types": []}
        elif data["kind"] == "report":
            given |= {"category": data["category"], "place": data["place"]}
        return Inject(data["kind"], data["title"], data=given)


class RuleForm(forms.Form):
    """For how many months a practice counts."""

    scenario = forms.ChoiceField(label=_("Scenario"), required=False)
    months = forms.IntegerField(label=_("Months"), min_value=1, max_value=120, initial=12)
    least_score = forms.IntegerField(
        label=_("Least score (%)"), min_value=0, max_value=100, initial=0, required=False
    )
    valid_from = forms.DateField(
        label=_("Valid from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    basis = forms.CharField(label=_("Basis"), required=False, max_length=300)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["scenario"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", _("All scenarios")),
            *((row.key, row.title.said()) for row in all_scenarios()),
        ]
        self.fields["valid_from"].initial = timezone.localdate()
