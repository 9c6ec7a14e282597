"""Which exchanges the page shows."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.connectors.open311.actions import KIND
from halong.connectors.open311.models import Exchange
from halong.ingest.models import Source

EVERYTHING = ("", pgettext_lazy("filter", "All"))


class ExchangeFilter(forms.Form):
    """By state, direction and partner."""

    state = forms.ChoiceField(label=_("State"), required=False, choices=[EVERYTHING, *Exchange.State.choices])
    direction = forms.ChoiceField(
        label=_("Direction"), required=False, choices=[EVERYTHING, *Exchange.Direction.choices]
    )
    source = forms.ModelChoiceField(Source.objects.none(), label=_("Partner"), required=False)

    def __init__(self, *args: Any, user: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        sources = self.fields["source"]
        assert isinstance(sources, forms.ModelChoiceField)
        sources.queryset = Source.objects.visible_to(user).filter(kind=KIND).order_by("name")
        sources.empty_label = str(EVERYTHING[1])
