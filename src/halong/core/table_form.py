"""The form by which a table is sent: first looked at, then taken in as it was looked at."""

from django import forms
from django.utils.translation import gettext_lazy as _

MAX_BYTES = 10 * 1024 * 1024


class TableForm(forms.Form):
    """A CSV file, or the text of one that was looked at before."""

    file = forms.FileField(label=_("Table"), required=False, help_text=_("CSV, UTF-8, at most 10 MB"))
    table = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, object]:
        """Either a file or the text must be there; ``content`` is its bytes."""
        cleaned = super().clean() or {}
        file = cleaned.get("file")
        if file is not None and file.size > MAX_BYTES:
            raise forms.ValidationError(_("The file is larger than 10 MB."))
        content = file.read() if file is not None else str(cleaned.get("table", "")).encode()
        if not content.strip():
            self.add_error("file", _("Choose a file."))
        return {**cleaned, "content": content}

    @property
    def is_confirmed(self) -> bool:
        """Whether the table was looked at before, so that it shall be written."""
        return self.cleaned_data.get("file") is None
