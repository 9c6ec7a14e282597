"""How the list of indicators and the league table are narrowed."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.sector import all_sectors
from halong.core.text import sort_key
from halong.indicators.models import Indicator
from halong.places.forms import BranchChoice
from halong.places.models import Agency

ANY = ("", pgettext_lazy("indicators", "All"))
LEVELS = [ANY, ("1", _("1 · panorama")), ("2", _("2 · sector's page")), ("3", _("3 · list only"))]
STATES = [
    ANY,
    ("normal", _("Normal")),
    ("attention", _("Attention")),
    ("high", _("High")),
    ("critical", _("Critical")),
    ("bad", _("Anything but normal")),
]
QUALITIES = [ANY, ("good", _("90 and above")), ("fair", _("70 to 89")), ("poor", _("under 70"))]
FRESHNESS = [
    ANY,
    ("fresh", _("Within its promise")),
    ("old", pgettext_lazy("data", "Late")),
    ("none", _("No value yet")),
]


class IndicatorFilter(forms.Form):
    """Which indicators are shown; sector, place and agency come from the top bar."""

    q = forms.CharField(
        label=_("Search"), required=False, max_length=100, widget=forms.TextInput(attrs={"type": "search"})
    )
    level = forms.ChoiceField(label=pgettext_lazy("indicator", "Level"), required=False, choices=LEVELS)
    owner = BranchChoice(
        Agency.objects.none(), label=_("Owner"), required=False, empty_label=_("All agencies")
    )
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)
    quality = forms.ChoiceField(label=_("Data quality"), required=False, choices=QUALITIES)
    freshness = forms.ChoiceField(label=_("Freshness"), required=False, choices=FRESHNESS)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        owner = cast("forms.ModelChoiceField[Agency]", self.fields["owner"])
        owner.queryset = Agency.objects.filter(
            pk__in=Indicator.objects.filter(active=True).values("agency")
        ).order_by("sort_key")

    @property
    def said(self) -> dict[str, Any]:
        """What is chosen; a field with a value that doesn't exist counts as empty."""
        self.is_valid()
        return {name: self.cleaned_data.get(name) or "" for name in self.fields}


def sector_choices() -> list[tuple[str, Any]]:
    """Every sector."""
    return [(sector.key, sector.name) for sector in all_sectors()]


class LeagueForm(forms.Form):
    """Over how long punctuality is counted, and which indicator is compared."""

    days = forms.ChoiceField(
        label=pgettext_lazy("span", "Over"),
        required=False,
        choices=[("90", _("90 days")), ("365", _("1 year"))],
    )
    indicator = forms.ModelChoiceField(
        Indicator.objects.none(), label=_("Indicator"), required=False, empty_label="–"
    )

    def __init__(self, *args: Any, user: object, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Indicator.objects.visible_to(user).active().prefetch_related("definitions")
        field = cast("forms.ModelChoiceField[Indicator]", self.fields["indicator"])
        field.queryset = rows
        names = [(row.pk, str(row.definition)) for row in rows if row.definition]
        field.choices = [("", "–"), *sorted(names, key=lambda pair: sort_key(pair[1]))]

    @property
    def chosen(self) -> Indicator | None:
        """The chosen indicator."""
        self.is_valid()
        found: Indicator | None = self.cleaned_data.get("indicator")
        return found
