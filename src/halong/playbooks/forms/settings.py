"""The settings of an automatic action, made of what ``doing.ACTIONS`` says of it."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone

from halong.duty.models import Team
from halong.places.models import Agency
from halong.playbooks.doing import ACTIONS, Setting


class SettingsForm(forms.Form):
    """What an action of this kind has to be told."""

    prefix = "with"

    def __init__(self, kind: str, data: Mapping[str, Any] | None = None, **given: Any) -> None:
        super().__init__(data, **given)
        self.kind = kind
        for setting in ACTIONS[kind].settings:
            field = _FIELDS.get(setting.kind, _text)(setting)
            field.label, field.help_text, field.required = setting.label, str(setting.help), setting.needed
            self.fields[setting.key] = field


def _text(setting: Setting) -> forms.Field:
    return forms.CharField(max_length=setting.most)


def _lines(setting: Setting) -> forms.Field:
    return forms.CharField(max_length=setting.most, widget=forms.Textarea({"rows": 3}))


def _minutes(_setting: Setting) -> forms.Field:
    return forms.IntegerField(min_value=1, max_value=43_200)


def _choice(setting: Setting) -> forms.Field:
    return forms.ChoiceField(choices=[("", "—"), *setting.choices])


def _agency(_setting: Setting) -> forms.Field:
    current = Agency.objects.on(timezone.localdate()).order_by("name").values_list("code", "name")
    return forms.ChoiceField(choices=[("", "—"), *current])


def _team(_setting: Setting) -> forms.Field:
    return forms.ChoiceField(choices=[("", "—"), *((name, name) for name in _teams())])


def _teams() -> list[str]:
    return list(Team.objects.current().order_by("name").values_list("name", flat=True))


_FIELDS = {"lines": _lines, "minutes": _minutes, "choice": _choice, "agency": _agency, "team": _team}
