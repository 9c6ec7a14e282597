"""Which part of the log is shown."""

from operator import itemgetter
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from halong.audit.queries import kinds, object_types
from halong.audit.words import action_words, object_words


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label, required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )


class LogFilter(forms.Form):
    """Who, what, to what, when."""

    actor = forms.CharField(label=_("Who"), max_length=150, required=False)
    action = forms.ChoiceField(label=_("What"), required=False)
    object_type = forms.ChoiceField(label=_("To what"), required=False)
    object_id = forms.CharField(label=_("Its number or URN"), max_length=300, required=False)
    since = _day(_("From day"))
    until = _day(_("To day"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, values, said in (
            ("action", kinds(), action_words),
            ("object_type", object_types(), object_words),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [
                ("", _("Everything")),
                *sorted(((value, said(value)) for value in values), key=itemgetter(1)),
            ]
