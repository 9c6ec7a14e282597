"""What the pages of briefings take in."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from halong.accounts.choices import PeopleField
from halong.accounts.models import User
from halong.panorama.briefing.actions import NOTE


class SendForm(forms.Form):
    """To whom, and why."""

    readers = PeopleField(label=_("Recipients"), widget=forms.CheckboxSelectMultiple)
    note = forms.CharField(
        label=_("Note"), required=False, max_length=NOTE, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args: Any, people: "QuerySet[User]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["readers"]
        assert isinstance(field, forms.ModelMultipleChoiceField)
        field.queryset = people
