"""One step in the editor. The schema judges what is typed; its faults are put beside the fields."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.errors import Invalid
from halong.playbooks.checking import check_plan
from halong.playbooks.doing import ACTIONS
from halong.playbooks.forms.lines import AskLines, CheckLines, lines_of
from halong.playbooks.forms.settings import SettingsForm
from halong.playbooks.roles import ROLES
from halong.playbooks.schema import CONDITION, INSTRUCTION, TITLE, StepPlan, read_steps
from halong.playbooks.wording import free_key

PLAIN = (
    "title", "title_en", "instruction", "instruction_en", "role", "due_minutes", "wait_minutes", "until", "condition",
    "after", "critical",
)  # fmt: skip


class StepForm(forms.Form):
    """A step without its lines and its automatic action."""

    title = forms.CharField(label=_("What is done"), max_length=TITLE)
    title_en = forms.CharField(label=_("In English"), max_length=TITLE, required=False)
    instruction = forms.CharField(
        label=_("Instruction"), max_length=INSTRUCTION, required=False, widget=forms.Textarea({"rows": 4})
    )
    instruction_en = forms.CharField(
        label=_("Instruction in English"),
        max_length=INSTRUCTION,
        required=False,
        widget=forms.Textarea({"rows": 4}),
    )
    role = forms.ChoiceField(
        label=_("Who does it"), required=False,
        choices=lambda: [("", _("Whoever works on the incident")), *ROLES.items()],
    )  # fmt: skip
    due_minutes = forms.IntegerField(label=_("Deadline"), required=False, min_value=0)
    critical = forms.BooleanField(label=_("The all-clear waits for it"), required=False)
    after = forms.MultipleChoiceField(
        label=_("After the steps"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None: at once when the incident is declared."),
    )  # fmt: skip
    wait_minutes = forms.IntegerField(
        label=pgettext_lazy("step of a playbook", "Then wait"), required=False, min_value=0
    )
    until = forms.CharField(
        label=_("Or wait until"), max_length=CONDITION, required=False,
        help_text=_("A condition: wind > 17 or waves > 3. With minutes: at the longest so long."),
    )  # fmt: skip
    condition = forms.CharField(
        label=_("Only if"), max_length=CONDITION, required=False,
        help_text=_("Else the step isn't needed. What isn't known lets it begin, marked as unsure."),
    )  # fmt: skip
    action = forms.ChoiceField(
        label=_("Halong does it by itself"), required=False,
        choices=lambda: [("", _("No, a person does it")), *((d.key, d.label) for d in ACTIONS.values())],
    )  # fmt: skip

    def __init__(self, *args: Any, others: Sequence[StepPlan] = (), **given: Any) -> None:
        super().__init__(*args, **given)
        after = self.fields["after"]
        assert isinstance(after, forms.MultipleChoiceField)
        after.choices = [(step.key, step.words()) for step in others]


class StepEditor:
    """The whole page of a step: its form, its check list, its figures, its automatic action."""

    def __init__(
        self,
        steps: Sequence[StepPlan],
        step: StepPlan | None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        self.steps, self.step = tuple(steps), step
        others = [one for one in steps if step is None or one.key != step.key]
        self.form = StepForm(data, others=others, initial=_initial(step))
        self.checks: Any = CheckLines(data, prefix="checks", initial=lines_of(step.checks if step else ()))
        self.asks: Any = AskLines(data, prefix="asks", initial=lines_of(step.asks if step else ()))
        kind = (
            str(data.get("action", ""))
            if data is not None
            else (step.action.kind if step and step.action else "")
        )
        kept = step.action.settings if step and step.action and step.action.kind == kind else {}
        self.settings = SettingsForm(kind, data, initial=kept) if kind in ACTIONS else None

    def read(self) -> tuple[StepPlan, ...] | None:
        """All steps of the draft with this one as it was typed; None with faults beside the fields."""
        parts: list[Any] = [self.form, self.checks, self.asks, *([self.settings] if self.settings else [])]
        valid = [part.is_valid() for part in parts]  # a list: each says all that is wrong with it
        if not all(valid):
            return None
        taken = {one.key for one in self.steps}
        key = self.step.key if self.step else free_key(self.form.cleaned_data["title"], taken)
        row = self._row(key)
        try:
            typed = read_steps([row])[0]
            steps = self._with(typed)
            self._judge(steps, typed)
        except Invalid as error:
            self._show(error)
            return None
        return steps

    def _row(self, key: str) -> dict[str, Any]:
        row = {name: self.form.cleaned_data[name] for name in PLAIN} | {"key": key}
        checks = self.checks.rows()
        row |= {"checks": checks, "asks": self.asks.rows(taken={check["key"] for check in checks})}
        if self.settings is not None:
            row["action"] = {"kind": self.settings.kind, "settings": self.settings.cleaned_data}
        return row

    def _with(self, typed: StepPlan) -> tuple[StepPlan, ...]:
        if self.step is None:
            return (*self.steps, typed)
        return tuple(typed if one.key == typed.key else one for one in self.steps)

    def _judge(self, steps: Sequence[StepPlan], typed: StepPlan) -> None:
        """Raise Invalid for what is wrong with this step in the plan; other steps may still be unfinished."""
        try:
            check_plan(steps)
        except Invalid as error:
            at = f"steps.{list(steps).index(typed)}."
            mine = {
                f"steps.0.{path[len(at) :]}": words
                for path, words in error.fields.items()
                if path.startswith(at)
            }
            if mine:
                raise Invalid(fields=mine) from error

    def _show(self, error: Invalid) -> None:
        for path, words in error.fields.items():
            _steps, _number, name, *rest = path.split(".")
            if name in ("checks", "asks") and len(rest) == 2:
                lines = self.checks if name == "checks" else self.asks
                lines.show(int(rest[0]), rest[1], words)
            elif name == "action" and rest[:1] == ["settings"] and self.settings is not None:
                self.settings.add_error(rest[1] if rest[1] in self.settings.fields else None, words)
            else:
                self.form.add_error(name if name in self.form.fields else None, words)


def _initial(step: StepPlan | None) -> dict[str, Any]:
    if step is None:
        return {}
    found: dict[str, Any] = {name: getattr(step, name) for name in PLAIN}
    found["wait_minutes"] = step.wait_minutes or None
    return found | {"action": step.action.kind if step.action else ""}
