"""What people type about accounts, sessions, keys and walls."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.accounts.models import LANGUAGES, THEMES, Role, User
from halong.accounts.roles import KEY_PERMISSIONS
from halong.core.registry import sectors
from halong.places.models import Agency, Place

LOOKS: dict[str, list[tuple[str, Any]]] = {"language": LANGUAGES, "theme": THEMES}
KEY_WORDS = {
    "api.read": _("read data through the API"),
    "ingest.write": _("send readings"),
    "reports.send": _("send reports of citizens (Open311)"),
}


def _password(label: Any, complete: str, **more: Any) -> forms.CharField:
    """A password as typed: nothing is stripped from it."""
    widget = forms.PasswordInput(attrs={"autocomplete": complete})
    return forms.CharField(label=label, widget=widget, strip=False, max_length=200, **more)


class SignInForm(forms.Form):
    """User name and password."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )
    password = _password(_("Password"), "current-password")


class CodeForm(forms.Form):
    """The second step's code, or a recovery code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "inputmode": "text",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )


class NewPasswordForm(forms.Form):
    """A change of one's own password."""

    old = _password(_("Present password"), "current-password")
    password = _password(
        _("New password"),
        "new-password",
        help_text=_("At least 12 characters. A few words together are good."),
    )
    again = _password(_("New password again"), "new-password")

    def clean(self) -> dict[str, Any]:
        """Both new ones are the same."""
        said = super().clean() or {}
        if said.get("password") and said.get("again") and said["password"] != said["again"]:
            self.add_error("again", _("This is not the same as above."))
        return said


class PasswordForm(forms.Form):
    """The present password, to confirm something."""

    password = _password(_("Present password"), "current-password")


class ContactForm(forms.ModelForm[User]):
    """What people change of their own data."""

    class Meta:
        model = User
        fields = ("email", "phone")


class LookForm(forms.ModelForm[User]):
    """Language and theme, on every device."""

    class Meta:
        model = User
        fields = ("language", "theme")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        as_browser = ("", _("As chosen in the browser"))
        for name in ("language", "theme"):
            field = self.fields[name]
            assert isinstance(field, forms.TypedChoiceField)
            field.choices = [as_browser, *LOOKS[name]]


class UserForm(forms.ModelForm[User]):
    """A person's data, as who manages people edits them."""

    class Meta:
        model = User
        fields = ("full_name", "title", "email", "phone")


class ScopeFields(forms.Form):
    """Where something holds: place, agency and sector of today; empty is everywhere."""

    agency = forms.ModelChoiceField(
        Agency.objects.none(), required=False, label=_("Agency"), empty_label=_("All agencies")
    )
    place = forms.ModelChoiceField(
        Place.objects.none(), required=False, label=_("Place"), empty_label=_("The whole province")
    )
    sector = forms.ChoiceField(required=False, label=_("Sector"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = timezone.localdate()
        for name, model in (("agency", Agency), ("place", Place)):
            if name in self.fields:
                field = self.fields[name]
                assert isinstance(field, forms.ModelChoiceField)
                field.queryset = model.objects.on(today).order_by("sort_key")
        if "sector" in self.fields:
            field = self.fields["sector"]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [("", _("All sectors")), *((sector.key, sector.name) for sector in sectors)]


class GrantForm(ScopeFields):
    """One role and where it holds."""

    role = forms.ChoiceField(choices=Role.choices, label=_("Role"), initial=Role.OFFICER)
    field_order: Sequence[str] = ("role", "agency", "place", "sector")


class NewUserForm(GrantForm):
    """A new account with its first grant."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        help_text=_("Small letters without marks and digits, such as nguyenvana."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    full_name = forms.CharField(label=_("Full name"), max_length=200)
    title = forms.CharField(label=_("Post"), max_length=200, required=False)
    email = forms.EmailField(label=_("E-mail"), required=False)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    field_order = ("username", "full_name", "title", "email", "phone", "role", "agency", "place", "sector")


class PeopleFilter(forms.Form):
    """Which accounts are shown."""

    q = forms.CharField(
        label=_("Search"), required=False, widget=forms.TextInput(attrs={"type": "search"}), max_length=100
    )
    role = forms.ChoiceField(label=_("Role"), required=False, choices=[("", _("All roles")), *Role.choices])
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", pgettext_lazy("accounts", "All")),
            ("active", pgettext_lazy("account", "Open")),
            ("closed", pgettext_lazy("account", "Closed")),
        ],
    )


class ImportForm(forms.Form):
    """A table of users."""

    file = forms.FileField(label=_("Table of accounts"), help_text=_("CSV, UTF-8, at most 2 MB"))

    def clean_file(self) -> bytes:
        """The bytes of the file."""
        file = self.cleaned_data["file"]
        if file.size > 2 * 1024 * 1024:
            raise forms.ValidationError(_("The file is larger than 2 MB."))
        content: bytes = file.read()
        return content


class ConfirmImportForm(forms.Form):
    """The previewed table, sent again to be carried out."""

    table = forms.CharField(widget=forms.HiddenInput, strip=False)


class KeyForm(ScopeFields):
    """A new API key."""

    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("Who uses it and what for."))
    permissions = forms.MultipleChoiceField(
        label=_("What it may do"),
        choices=[(name, KEY_WORDS[name]) for name in KEY_PERMISSIONS],
        widget=forms.CheckboxSelectMultiple,
    )
    expires_on = forms.DateField(
        label=_("Good until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    field_order = ("name", "permissions", "expires_on", "agency", "place", "sector")

    def clean_expires_on(self) -> Any:
        """A day to come."""
        day = self.cleaned_data["expires_on"]
        if day and day < timezone.localdate():
            raise forms.ValidationError(_("This day is past."))
        return day


class DisplayForm(ScopeFields):
    """A new wall."""

    name = forms.CharField(label=_("Name"), max_length=200, help_text=_("Where the screen stands."))
    field_order = ("name", "place")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["agency"], self.fields["sector"]
