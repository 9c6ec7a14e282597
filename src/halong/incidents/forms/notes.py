"""A note in the timeline, from a desk or from a phone in the field."""

import re
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from halong.accounts.models import User
from halong.incidents.actions.noting import MOST_MENTIONS, MOST_PHOTOS
from halong.incidents.forms.choices import LONGEST, number_of, people

LARGEST = 25 * 1024 * 1024  # bytes a photograph


class Files(forms.FileInput):
    """Several files of one field."""

    allow_multiple_selected = True


class PhotosField(forms.FileField):
    """Up to six photographs; whether they are photographs is said by the action, which draws them anew."""

    widget = Files

    def clean(self, data: Any, initial: Any = None) -> Any:
        """All of them, or what is wrong with one."""
        given = [file for file in (data if isinstance(data, list | tuple) else [data]) if file]
        if len(given) > MOST_PHOTOS:
            words = ngettext("At most {n} photograph.", "At most {n} photographs.", MOST_PHOTOS)
            raise forms.ValidationError(words.format(n=MOST_PHOTOS))
        if any(file.size > LARGEST for file in given):
            raise forms.ValidationError(_("A photograph may have 25 MB at most."))
        return [super(PhotosField, self).clean(file, initial) for file in given]


class NoteForm(forms.Form):
    """What somebody saw, did or heard. ``mentions`` are the people whose names were chosen while typing "@"."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    text = forms.CharField(
        label=_("Note"), required=False, max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2, "enterkeyhint": "enter", "data-mentions": ""}),
    )  # fmt: skip
    photos = PhotosField(label=_("Photographs"), required=False)

    def __init__(self, *args: Any, by: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by

    def clean(self) -> dict[str, Any]:
        """Words or a photograph."""
        cleaned = super().clean() or {}
        if not cleaned.get("text") and not cleaned.get("photos") and not self.errors:
            self.add_error("text", _("Write something or add a photograph."))
        return cleaned

    def _chosen(self) -> list[str]:
        """What the script put beside the text, once for each name that was chosen."""
        sent = self.data
        return sent.getlist("mentions") if isinstance(sent, QueryDict) else []

    def mentioned(self) -> tuple[User, ...]:
        """The people chosen whose name still stands in the text, and those named by user name."""
        text = self.cleaned_data["text"]
        chosen = [number_of(pk) for pk in self._chosen()][:MOST_MENTIONS]
        found = [
            user for user in people(self.by).filter(pk__in=[pk for pk in chosen if pk]) if f"@{user}" in text
        ]
        named = set(re.findall(r"(?<!\w)@([\w.+-]+)", text)[:MOST_MENTIONS])
        known = people(self.by).filter(username__in=named) if named else []
        return tuple({user.pk: user for user in (*found, *known)}.values())
