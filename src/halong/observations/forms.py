"""What may be said about a series."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from halong.observations.models import Series


class SeriesForm(forms.ModelForm[Series]):
    """Unit, interval, physical range and decimals of a measured series."""

    class Meta:
        model = Series
        fields = ["unit", "interval_s", "minimum", "maximum", "decimals"]
        help_texts = {
            "unit": _(
                "A UN/CEFACT code, such as GQ for µg/m³. It says what stored numbers mean; it converts nothing."
            ),
            "interval_s": _(
                "What the 75 % rule of hourly means and the silence of the series count against."
            ),
            "minimum": _("A reading below it can't be true and is set aside. It is no legal limit."),
            "maximum": _("A reading above it can't be true and is set aside. It is no legal limit."),
        }

    @property
    def changes(self) -> dict[str, Any]:
        """What was changed, by field."""
        return {name: self.cleaned_data[name] for name in self.changed_data}


class NewSeriesForm(SeriesForm):
    """A series that isn't there yet; what is left empty is as the sector declares the property."""

    class Meta(SeriesForm.Meta):
        fields = ["property", "unit", "interval_s", "minimum", "maximum", "decimals"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("unit", "interval_s", "minimum", "maximum", "decimals"):
            self.fields[name].required = False
            self.fields[name].initial = None
        self.initial = {}

    @property
    def given(self) -> dict[str, Any]:
        """What was filled in, without the property."""
        values = {name: self.cleaned_data[name] for name in self.fields if name != "property"}
        return {name: value for name, value in values.items() if value not in (None, "")}
