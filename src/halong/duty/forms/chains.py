"""What is typed about chains: a form with a row a step."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.duty import channels, steps
from halong.duty.actions.chains import ChainDraft
from halong.duty.forms.directory import kind_choices
from halong.duty.forms.rota import members_of, places_field, sector_choices
from halong.duty.models import Chain, Contact, DutyRole, Page, Team
from halong.duty.titles import PRIORITY

ROWS = 6
Choices = dict[str, list[tuple[Any, Any]]]  # by field
EMPTY = {"channels": list(steps.CHANNELS)}


def whom_choices(team: Team | None) -> list[tuple[Any, Any]]:
    """Whom a step may tell: those on duty by their part, superiors, members, people, and contacts of the directory."""
    on = [(f"{steps.ON_DUTY}:{role}", _("On duty: {role}").format(role=role.label)) for role in DutyRole]
    people = [(f"{steps.PERSON}:{one.pk}", str(one)) for one in members_of(team)] if team is not None else []
    contacts = [
        (f"{steps.CONTACT}:{one.pk}", f"{one.name} · {one.telephone}")
        for one in Contact.objects.current()[:300]
    ]
    return [
        ("", "–"),
        (f"{steps.ON_DUTY}:", _("Everybody on duty")),
        *on,
        (f"{steps.SUPERIOR}:", _("The superior: who leads the agency or is leader on duty")),
        (f"{steps.MEMBERS}:", _("All members of the team")),
        (pgettext_lazy("group of choices", "People of the team"), people),
        (pgettext_lazy("group of choices", "Directory"), contacts),
    ]


def channel_choices() -> list[tuple[str, Any]]:
    """All ways to tell; those that this installation doesn't have say so."""
    return [
        (key, label if channels.is_set_up(key) else _("{channel} (not set up)").format(channel=label))
        for key, label in Page.Channel.choices
    ]


class StepForm(forms.Form):
    """One step; without whom it is none."""

    after = forms.IntegerField(label=_("After minutes"), min_value=0, max_value=steps.LONGEST, required=False)
    whom = forms.ChoiceField(label=_("Whom"), required=False)
    channels = forms.MultipleChoiceField(label=_("How"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, rows in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = rows

    def step(self) -> dict[str, Any] | None:
        """The step as JSON; None for an empty row."""
        whom, _colon, rest = self.cleaned_data.get("whom", "").partition(":")
        if not whom:
            return None
        by_number = whom in (steps.PERSON, steps.CONTACT)
        return {
            "after": self.cleaned_data.get("after") or 0,
            "whom": whom,
            "role": "" if by_number else rest,
            "ref": int(rest) if by_number else None,
            "channels": self.cleaned_data.get("channels") or list(steps.CHANNELS),
        }


def _initial(step: dict[str, Any]) -> dict[str, Any]:
    return {
        "after": step["after"],
        "whom": f"{step['whom']}:{step.get('ref') or step.get('role') or ''}",
        "channels": step["channels"],
    }


class ChainForm(forms.Form):
    """A chain without its steps."""

    team = forms.ModelChoiceField(Team.objects.none(), label=_("Team"), empty_label=None)
    name = forms.CharField(label=_("Name"), max_length=120)
    about = forms.ChoiceField(
        label=pgettext_lazy("chain", "Begins by"), choices=Chain.About.choices, initial="both"
    )
    priority = forms.TypedChoiceField(
        label=_("From priority"), coerce=int, choices=list(PRIORITY.items()), initial=1
    )
    place = places_field(_("Place"), empty_label=_("Everywhere"))
    sector = forms.ChoiceField(label=_("Sector"), required=False, choices=sector_choices)
    kind = forms.ChoiceField(label=_("Kind of incident"), required=False, choices=kind_choices)
    quiet_from = forms.TimeField(
        label=_("Quiet from"), required=False, widget=forms.TimeInput(attrs={"type": "time"})
    )
    quiet_to = forms.TimeField(
        label=_("Quiet until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}),
        help_text=_("What isn't critical waits until then."),
    )  # fmt: skip
    edits = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: Any, chain: Chain | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["team"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Team.objects.visible_to(user).current()
        team = chain.team if chain is not None else field.queryset.first()
        rows = chain.steps if chain is not None else steps.as_json(steps.STANDARD)
        data = self.data if self.is_bound else None
        choices = {"whom": whom_choices(team), "channels": channel_choices()}  # the same in every row
        self.rows = [
            StepForm(
                data,
                choices=choices,
                prefix=f"step{n}",
                initial=_initial(rows[n]) if n < len(rows) else EMPTY,
            )
            for n in range(max(ROWS, len(rows) + 2))
        ]

    def is_valid(self) -> bool:
        """The chain and every row."""
        return all([super().is_valid(), *(row.is_valid() for row in self.rows)])

    @property
    def draft(self) -> ChainDraft:
        """What was typed."""
        values = {name: value for name, value in self.cleaned_data.items() if name != "edits"}
        found = [step for step in (row.step() for row in self.rows) if step is not None]
        return ChainDraft(**values, steps=found)
