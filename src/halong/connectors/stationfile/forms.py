"""Settings that every way of receiving station files shares."""

import re
from functools import lru_cache
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from halong.connectors.stationfile.parse import NAME_PATTERN, Options
from halong.core.sector import all_types
from halong.ingest.connector import SettingsForm

URN = re.compile(r"urn:[a-z0-9][a-z0-9-]{1,31}:\S{1,250}", re.IGNORECASE)
GROUPS = {"province", "facility", "station", "ts"}


def type_choices() -> list[tuple[str, str]]:
    """The types of things that measure anything a station file can tell of."""
    kinds = [kind for _sector, kind in all_types() if any(spec.symbols for spec in kind.attributes)]
    return [("", gettext("By the symbols in the file")), *((kind.name, str(kind.label)) for kind in kinds)]


class StationFileForm(SettingsForm):
    """Which station a file is of, and which files are refused."""

    entity = forms.CharField(
        label=_("Station"),
        required=False,
        help_text=_(
            "URN of the thing that every file of this source belongs to. Empty: as the file's name tells."
        ),
    )
    pattern = forms.CharField(
        label=_("Pattern of file names"),
        initial=NAME_PATTERN,
        required=False,
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
        help_text=_(
            "Regular expression with the named groups station and, if present, province, facility, ts."
        ),
    )
    type = forms.ChoiceField(
        label=_("Type of new stations"),
        choices=type_choices,
        required=False,
        help_text=_("For stations that files tell of and that aren't known yet."),
    )
    max_bytes = forms.IntegerField(
        label=_("Largest file, bytes"),
        initial=5_000_000,
        min_value=100,
        max_value=100_000_000,
        required=False,
    )
    advanced: ClassVar[frozenset[str]] = frozenset({"pattern", "type", "max_bytes"})

    def clean_entity(self) -> str:
        """A URN, or nothing."""
        entity: str = self.cleaned_data["entity"].strip()
        if entity and not URN.fullmatch(entity):
            raise ValidationError(_("This is no URN, such as urn:ngsi-ld:AirQualityObserved:KHI001."))
        return entity

    def clean_pattern(self) -> str:
        """A regular expression that finds a station."""
        text: str = self.cleaned_data["pattern"] or NAME_PATTERN
        try:
            groups = set(re.compile(text).groupindex)
        except re.error as error:
            raise ValidationError(_("This is no regular expression: %(why)s.") % {"why": error}) from error
        if "station" not in groups:
            raise ValidationError(_("The pattern needs the named group (?P<station>…)."))
        if groups - GROUPS:
            raise ValidationError(
                _("Unknown group: %(names)s.") % {"names": ", ".join(sorted(groups - GROUPS))}
            )
        return text

    def clean_max_bytes(self) -> int:
        """The default where nothing was chosen."""
        chosen: int | None = self.cleaned_data["max_bytes"]
        return chosen or int(self.base_fields["max_bytes"].initial)


@lru_cache(maxsize=4096)
def _options(pattern: str, entity: str, kind: str, max_bytes: int) -> Options:
    return Options(re.compile(pattern, re.IGNORECASE), entity, kind, max_bytes)


def options_of(settings: Any) -> Options:
    """The parser's options as a source's settings say."""
    return _options(
        settings.get("pattern") or NAME_PATTERN,
        settings.get("entity", ""),
        settings.get("type", ""),
        int(settings.get("max_bytes") or 5_000_000),
    )
