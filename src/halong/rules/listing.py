"""The filter of the list of rules, and how a rule stands in it."""

from typing import Any, cast

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.sector import all_sectors, all_types, find_attribute
from halong.rules.describe import describe
from halong.rules.models import Rule

ALL = ("", pgettext_lazy("filter", "All"))


class RuleFilter(forms.Form):
    """Which rules the list shows."""

    q = forms.CharField(
        label=_("Search"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[ALL, *Rule.Kind.choices])
    sector = forms.ChoiceField(label=_("Sector"), required=False)
    enabled = forms.ChoiceField(
        label=_("State"), required=False, choices=[ALL, ("on", _("Switched on")), ("off", _("Switched off"))]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sectors = [(sector.key, sector.name) for sector in all_sectors()]
        cast("forms.ChoiceField", self.fields["sector"]).choices = [ALL, *sectors]


def property_words(rule: Rule) -> str:
    """The name of the property as people say it; "" for every property."""
    types = rule.types or [kind.name for _sector, kind in all_types()]
    spec = find_attribute(types, rule.property) if rule.property else None
    return str(spec.label) if spec else rule.property


def sentence(rule: Rule) -> str:
    """What a rule says in one line: the property and the condition."""
    subject = property_words(rule)
    words = describe(rule.kind, rule.params, rule.averaging)
    return f"{subject}: {words}" if subject else words


def kinds() -> list[dict[str, str]]:
    """The kinds of rules with what each is for."""
    texts = {
        Rule.Kind.THRESHOLD: _("A value, or the mean of an hour or a day, goes above or below a limit."),
        Rule.Kind.RATE: _("A value changes faster than is usual: a leak, a failure, a wave."),
        Rule.Kind.SILENCE: _("A thing stops sending."),
        Rule.Kind.RANGE: _("A value that can't be true: the instrument or the line is at fault."),
        Rule.Kind.STUCK: _("A value stays the same for too long: the instrument is stuck."),
        Rule.Kind.HABIT: _("An hour is unlike the same hour of past weeks, whatever the limit."),
    }
    return [
        {"label": str(kind.label), "text": str(texts[kind]), "url": reverse("rule-new", args=[kind.value])}
        for kind in Rule.Kind
    ]
