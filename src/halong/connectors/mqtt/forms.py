"""Settings of an MQTT source."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from halong.connectors.mapping_form import MappingForm
from halong.connectors.mqtt.topic import regex_of
from halong.connectors.mqtt.wire import SCHEMES

QOS = [(0, "0"), (1, "1"), (2, "2")]
VERSIONS = [("auto", _("5, else 3.1.1")), ("5", "5"), ("3.1.1", "3.1.1")]


def _broker() -> str:
    return settings.HALONG_MQTT_URL or "mqtt://localhost:1883"


def _text_area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "spellcheck": "false"})


class MqttForm(MappingForm):
    """Which broker, which topics, and what messages mean."""

    url = forms.CharField(
        label=_("Broker"),
        initial=_broker,
        help_text=_("mqtt://host:port, or mqtts://host:port with TLS."),
    )
    user = forms.CharField(label=_("User name"), required=False)
    password = forms.CharField(
        label=_("Password"),
        required=False,
        widget=forms.PasswordInput(render_value=False, attrs={"autocomplete": "new-password"}),
    )
    topic = forms.CharField(
        label=_("Topic pattern"),
        initial="halong/{entity}/{property}",
        help_text=_("Named parts in braces: province/{station}/{property}. + and # as always."),
    )
    qos = forms.TypedChoiceField(label=_("Quality of service"), choices=QOS, coerce=int, initial=1)
    version = forms.ChoiceField(label=_("Version of MQTT"), choices=VERSIONS, initial="auto", required=False)
    client_id = forms.CharField(
        label=_("Client identifier"),
        required=False,
        max_length=60,
        help_text=_("Empty: one is made and kept."),
    )
    ca = forms.CharField(
        label=_("Certificate authority (PEM)"),
        required=False,
        widget=_text_area(3),
        help_text=_("Empty: those that this machine trusts."),
    )
    certificate = forms.CharField(label=_("Client certificate (PEM)"), required=False, widget=_text_area(3))
    key = forms.CharField(label=_("Client key (PEM)"), required=False, widget=_text_area(3))
    verify = forms.BooleanField(label=_("Check the broker's certificate"), required=False, initial=True)

    field_order = ["url", "user", "password", "topic", "qos"]
    secret = frozenset({"password", "key"})
    advanced: ClassVar[frozenset[str]] = MappingForm.advanced | {
        "version", "client_id", "ca", "certificate", "key", "verify", "type",
    }  # fmt: skip

    def clean_url(self) -> str:
        """An address of a broker."""
        text: str = self.cleaned_data["url"].strip()
        try:
            parts = urlsplit(text)
            known = parts.scheme in SCHEMES and bool(parts.hostname)
            _port = parts.port
        except ValueError:
            known = False
        if not known:
            raise ValidationError(_("An address such as mqtt://broker.example:1883 is needed."))
        if parts.password:
            raise ValidationError(_("User name and password have fields of their own."))
        return text

    def clean_topic(self) -> str:
        """A pattern with named parts."""
        text: str = self.cleaned_data["topic"].strip()
        try:
            regex_of(text)
        except ValueError as error:
            raise ValidationError(_("This is no topic pattern.")) from error
        return text

    def clean(self) -> dict[str, Any]:
        """Certificate and key go together."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if cleaned.get("key") and not cleaned.get("certificate"):
            raise ValidationError({"certificate": _("The key needs its certificate.")})
        return cleaned
