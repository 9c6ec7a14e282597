"""Settings of an Open311 source: where it is, what comes from there as what, what goes there as what."""

from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from halong.citizens.models import Category
from halong.ingest.connector import SettingsForm
from halong.places.models import Agency

REST = "*"  # stands for every code of theirs that isn't named
TABLE = {"rows": 6, "spellcheck": "false", "class": "mono"}


def table_of(text: str) -> dict[str, str]:
    """Lines of ``code = code``; what follows # is a remark. Raises ValueError with the line that isn't one."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        plain = line.partition("#")[0].strip()
        if not plain:
            continue
        left, equals, right = (part.strip() for part in plain.partition("="))
        if not equals or not left:
            raise ValueError(line.strip())
        found[left] = right
    return found


def codes_of(text: str) -> list[str]:
    """Codes, divided by commas, spaces or lines."""
    return list(dict.fromkeys(text.replace(",", " ").split()))


def kind_of(settings: Mapping[str, Any], code: str) -> str | None:
    """Our category for a code of theirs; "" for those that aren't wanted, None for those that nobody mapped."""
    table = table_of(settings.get("services") or "")
    return table.get(code, table.get(REST))


class Open311Form(SettingsForm):
    """Which server, and which kinds of report go which way."""

    url = forms.CharField(
        label=_("Address"),
        max_length=1000,
        help_text=_("Of the endpoint, such as https://example.org/open311/v2, or of its discovery document."),
    )
    jurisdiction_id = forms.CharField(label=_("Jurisdiction"), max_length=100, required=False)
    api_key = forms.CharField(
        label=_("API key"),
        required=False,
        max_length=300,
        help_text=_("Needed to send. It is kept encrypted and shown to this host only."),
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "off"}),
    )
    interval_s = forms.IntegerField(
        label=_("Every so many seconds"), initial=300, min_value=30, max_value=86_400
    )
    services = forms.CharField(
        label=_("What comes from there"),
        required=False,
        widget=forms.Textarea(attrs=TABLE),
        help_text=_(
            "A line for each kind: their code = our code. Nothing after the sign: it isn't wanted. * stands for all others. "
            "Empty: nothing comes from there. What isn't named waits in quarantine. The test lists their codes."
        ),
    )
    push = forms.CharField(
        label=_("What goes there"),
        required=False,
        widget=forms.Textarea(attrs=TABLE),
        help_text=_("A line for each kind: our code = their code. Empty: nothing is sent."),
    )
    push_agencies = forms.CharField(
        label=_("Only reports of these agencies"),
        required=False,
        max_length=2000,
        help_text=_("Codes of our agencies, divided by commas. Empty: all."),
    )
    exact_place = forms.BooleanField(
        label=_("Send the exact place"),
        required=False,
        help_text=_(
            "Only to a partner that doesn't publish it. Otherwise the place is that of our public page."
        ),
    )
    updates = forms.BooleanField(
        label=_("Read what happens there (servicerequestupdates)"), initial=True, required=False
    )
    pictures = forms.BooleanField(label=_("Take their pictures"), initial=True, required=False)
    format = forms.ChoiceField(
        label=_("Format"), choices=[("xml", "XML"), ("json", "JSON")], initial="xml", required=False
    )
    history_days = forms.IntegerField(
        label=_("Days to look back at first"), initial=7, min_value=0, max_value=365, required=False
    )
    overlap_s = forms.IntegerField(
        label=_("Ask again for the last seconds"),
        initial=3600,
        min_value=0,
        max_value=30 * 86_400,
        required=False,
    )
    allow_private = forms.BooleanField(label=_("The address may be in a private network"), required=False)
    secret = frozenset({"api_key"})
    advanced: ClassVar[frozenset[str]] = frozenset(
        {"exact_place", "updates", "pictures", "format", "history_days", "overlap_s", "allow_private"}
    )

    def clean_url(self) -> str:
        """An address of the web, without a slash at its end."""
        text: str = self.cleaned_data["url"].strip().rstrip("/")
        try:
            parts = urlsplit(text)
            fine = parts.scheme in {"http", "https"} and bool(parts.hostname) and not parts.query
            named, _port = bool(parts.username or parts.password), parts.port
        except ValueError:
            fine = named = False
        if not fine:
            raise ValidationError(_("An address that begins with http:// or https:// is needed."))
        if named:
            raise ValidationError(_("What signs in has a field of its own."))
        return text

    def clean_services(self) -> str:
        """Their codes to ours, which must exist."""
        return self._table("services", ours=lambda table: [code for code in table.values() if code])

    def clean_push(self) -> str:
        """Our codes, which must exist and be ones that the public may see, to theirs."""
        text = self._table("push", ours=list)
        if any(not theirs for theirs in table_of(text).values()):
            raise ValidationError(_("Each of our codes needs one of theirs."))
        hidden = Category.objects.filter(code__in=table_of(text), exposure=Category.Exposure.HIDDEN)
        if found := hidden.values_list("code", flat=True).first():
            raise ValidationError(
                _("Reports of this kind are never shown, so they aren't sent: %(code)s") % {"code": found}
            )
        return text

    def clean_push_agencies(self) -> str:
        """Codes of agencies of today."""
        text: str = self.cleaned_data["push_agencies"]
        wanted = codes_of(text)
        known = set(
            Agency.objects.on(timezone.localdate()).filter(code__in=wanted).values_list("code", flat=True)
        )
        if missing := [code for code in wanted if code not in known]:
            raise ValidationError(_("No agency has this code: %(code)s") % {"code": missing[0]})
        return text

    def _table(self, name: str, *, ours: Any) -> str:
        text: str = self.cleaned_data[name]
        try:
            table = table_of(text)
        except ValueError as error:
            raise ValidationError(_("This line isn't code = code: %(line)s") % {"line": error}) from error
        wanted = ours(table)
        on_today = Category.objects.on(timezone.localdate())
        known = set(on_today.filter(code__in=wanted).values_list("code", flat=True))
        if missing := [code for code in wanted if code not in known]:
            raise ValidationError(
                _("We have no kind of report with this code: %(code)s") % {"code": missing[0]}
            )
        return text
