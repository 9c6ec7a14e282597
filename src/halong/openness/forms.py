"""What a citizen's browser may say."""

from django import forms


class HereForm(forms.Form):
    """A position for finding the nearest station; it is used for this answer and never stored."""

    lon = forms.FloatField(min_value=-180, max_value=180, required=False)
    lat = forms.FloatField(min_value=-90, max_value=90, required=False)
    station = forms.IntegerField(min_value=1, required=False)


class RangeForm(forms.Form):
    """The days of a download, both included; 31 days by default, 366 at most."""

    start = forms.DateField(required=False)
    end = forms.DateField(required=False)
