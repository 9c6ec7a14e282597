"""What the pages of stages take in."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from halong.core.text import fold
from halong.stages.actions import BulletinDraft, RuleDraft
from halong.stages.models import LEVELS, StageRule
from halong.stages.models.risk import Hazard

NO_LEVEL = ("", pgettext_lazy("bulletin", "It states none"))


class ProposeForm(forms.Form):
    """Which stage and why."""

    level = forms.TypedChoiceField(label=_("Stage"), coerce=int, widget=forms.RadioSelect)
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    basis = forms.CharField(
        label=_("Basis"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_(
            "A decision, word for word, with its number and date. Only here may a level of civil defence or a state of "
            "emergency be named."
        ),
    )

    def __init__(self, *args: Any, present: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["level"]
        assert isinstance(field, forms.TypedChoiceField)
        field.choices = [(level, f"{level} · {name}") for level, name in LEVELS.items() if level != present]


class RefuseForm(forms.Form):
    """Why not."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class BulletinForm(forms.Form):
    """An official bulletin as it was read."""

    issuer = forms.CharField(
        label=_("Issuing body"), max_length=200, widget=forms.TextInput(attrs={"list": "bulletin-issuers"})
    )
    number = forms.CharField(label=_("Number"), max_length=80)
    issued_at = forms.DateTimeField(
        label=_("Hour of issue"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    hazard = forms.ChoiceField(label=_("Hazard"), choices=Hazard.choices)
    level = forms.TypedChoiceField(
        label=_("Level of disaster risk that it states"),
        required=False,
        coerce=int,
        empty_value=None,
        choices=[NO_LEVEL, *((str(n), str(n)) for n in range(1, 6))],
    )
    text = forms.CharField(
        label=_("Text, word for word"), strip=False, widget=forms.Textarea(attrs={"rows": 14})
    )

    def draft(self) -> BulletinDraft:
        """As the action wants it."""
        return BulletinDraft(**self.cleaned_data)


class EndForm(forms.Form):
    """Why it no longer holds."""

    reason = forms.CharField(label=_("Reason"), max_length=300)


class RuleForm(forms.Form):
    """What is to hold for a stage from a day on."""

    valid_from = forms.DateField(
        label=_("Holds from"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    criteria = forms.CharField(
        label=_("Criteria"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_(
            "A line for each, any of which is enough: condition | name | name in English. Conditions compare facts, such as "
            "alerts.critical >= 10 or risk.official >= 3."
        ),
    )
    call = forms.CharField(
        label=_("Who is called"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Names of duty teams, a line for each."),
    )
    report_hours = forms.IntegerField(
        label=_("Hours between quick reports"), min_value=0, max_value=168, initial=0, help_text=_("0: none")
    )
    advice = forms.CharField(
        label=_("Advice to the public"),
        required=False,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    advice_en = forms.CharField(
        label=_("Advice in English"), required=False, max_length=600, widget=forms.Textarea(attrs={"rows": 3})
    )
    source = forms.CharField(label=_("Source"), required=False, max_length=300)

    def clean_criteria(self) -> tuple[dict[str, str], ...]:
        """Lines as rows; keys are made of the names."""
        rows = []
        for line in self.cleaned_data["criteria"].splitlines():
            parts = [part.strip() for part in line.split("|")]
            if not any(parts):
                continue
            if len(parts) < 2 or not parts[0] or not parts[1]:
                raise ValidationError(
                    gettext("Not condition | name | name in English: %(line)s") % {"line": line}
                )
            key = re.sub(r"[^a-z0-9]+", "-", fold(parts[1])).strip("-")[:60]
            rows.append(
                {
                    "key": key,
                    "name": parts[1],
                    "name_en": parts[2] if len(parts) > 2 else "",
                    "when": parts[0],
                }
            )
        return tuple(rows)

    def clean_call(self) -> tuple[str, ...]:
        """Lines as names."""
        return tuple(line.strip() for line in self.cleaned_data["call"].splitlines() if line.strip())

    def draft(self, level: int) -> RuleDraft:
        """As the action wants it."""
        return RuleDraft(level=level, **self.cleaned_data)

    @staticmethod
    def begin(rule: StageRule | None) -> dict[str, Any]:
        """What stands now, to be changed."""
        begin: dict[str, Any] = {"valid_from": timezone.localdate(), "report_hours": 0}
        if rule is None:
            return begin
        lines = [
            " | ".join(filter(None, (row["when"], row["name"], row.get("name_en", ""))))
            for row in rule.criteria
        ]
        return begin | {"criteria": "\n".join(lines), "call": "\n".join(rule.call), "report_hours": rule.report_hours,
                        "advice": rule.advice, "advice_en": rule.advice_en, "source": rule.source}  # fmt: skip
