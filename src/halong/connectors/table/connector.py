"""Tables that people upload: CSV and XLSX, with a mapping of columns that the source keeps."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from halong.connectors.http.push import public_address
from halong.connectors.stationfile.forms import URN, type_choices
from halong.connectors.table.parse import TableRule, parse_table, suggest
from halong.connectors.table.read import NoTableError, read_table
from halong.connectors.values import LOCAL
from halong.connectors.zones import ZONES, zone_of
from halong.core.errors import Invalid
from halong.ingest.batch import Batch
from halong.ingest.connector import Connector, Example, Known, Manifest, Probe, SettingsForm

MARKS = [("", _("As the file shows")), (";", ";"), (",", ","), ("tab", _("Tab")), ("|", "|")]
DECIMALS = [("", _("Point or comma")), (".", _("Point")), (",", _("Comma"))]
ORDERS = [("", _("As the file shows")), ("dmy", _("Day, month, year")), ("mdy", _("Month, day, year"))]


class TableForm(SettingsForm):
    """What the columns mean. The screen fills it from the first file."""

    entity = forms.CharField(
        label=_("Thing"), required=False, help_text=_("URN of the thing that the whole table is of.")
    )
    entity_column = forms.CharField(label=_("Column of the thing"), required=False)
    time = forms.CharField(label=_("Column of the time"), required=False)
    clock = forms.CharField(
        label=_("Column of the clock"),
        required=False,
        help_text=_("Where day and time of day stand in two columns."),
    )
    zone = forms.ChoiceField(
        label=_("Times without an offset are"), choices=ZONES, initial="local", required=False
    )
    columns = forms.CharField(
        label=_("Columns"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false", "placeholder": "PM2.5 = pm25 GQ"}),
        help_text=_("A line for each: column = property unit."),
    )
    property = forms.CharField(
        label=_("Column of properties"), required=False, help_text=_("For tables with a value a row.")
    )
    value = forms.CharField(label=_("Column of values"), required=False)
    unit = forms.CharField(label=_("Column of units"), required=False)
    quality = forms.CharField(label=_("Column of quality"), required=False)
    delimiter = forms.ChoiceField(label=_("Separator"), choices=MARKS, required=False)
    decimal = forms.ChoiceField(label=_("Decimal mark"), choices=DECIMALS, required=False)
    order = forms.ChoiceField(label=_("Order of dates"), choices=ORDERS, required=False)
    type = forms.ChoiceField(label=_("Open unknown things as"), choices=type_choices, required=False)
    advanced: ClassVar[frozenset[str]] = frozenset(
        {"clock", "property", "value", "unit", "quality", "delimiter", "decimal", "order", "type"}
    )

    def clean_entity(self) -> str:
        """A URN, or nothing."""
        text: str = self.cleaned_data["entity"].strip()
        if text and not URN.fullmatch(text):
            raise ValidationError(_("This is no URN, such as urn:ngsi-ld:AirQualityObserved:KHI001."))
        return text

    def clean_columns(self) -> str:
        """Lines of column, property and unit."""
        text: str = self.cleaned_data["columns"]
        try:
            parse_columns(text)
        except ValueError as error:
            raise ValidationError(
                _("This line isn't column = property: %(line)s") % {"line": error}
            ) from error
        return text


def parse_columns(text: str) -> tuple[tuple[str, str, str], ...]:
    """Lines "column = property [unit]". Raises ValueError with the line that is none."""
    found = []
    for line in text.splitlines():
        if line.strip():
            column, equals, rest = line.rpartition("=")
            name, _space, unit = rest.strip().partition(" ")
            if not equals or not column.strip() or not name:
                raise ValueError(line)
            found.append((column.strip(), name, unit.strip()))
    return tuple(found)


def rule_of(settings: Mapping[str, Any]) -> TableRule:
    """The rule that a source's settings describe."""
    plain = (
        "time",
        "clock",
        "entity",
        "entity_column",
        "property",
        "value",
        "unit",
        "quality",
        "decimal",
        "order",
        "type",
    )
    return TableRule(
        columns=parse_columns(settings.get("columns", "")),
        zone=zone_of(settings.get("zone", "")),
        delimiter={"tab": "\t"}.get(settings.get("delimiter", ""), settings.get("delimiter", "")),
        **{name: settings.get(name, "") for name in plain},
    )


class Table(Connector):
    """A place to upload tables of one make."""

    manifest = Manifest(
        key="table",
        label=_("Tables (CSV, XLSX)"),
        summary=_("A person uploads tables; columns are mapped once and shown before anything is stored."),
        direction="receive",
        protocol="CSV, XLSX",
        icon="table-import",
    )
    Settings = TableForm

    def decode(self, payload: bytes, origin: str, known: Mapping[str, Known]) -> Batch:
        """The readings of a table."""
        return parse_table(payload, origin, self._rule(payload), known)

    async def probe(self, known: Mapping[str, Known]) -> Probe:
        """Nothing to reach: a person brings the file."""
        return Probe(messages=(gettext("Columns are mapped when the first file is uploaded."),))

    def client_needs(self, example: Example) -> dict[str, Any]:
        """Where tables are uploaded, and what one may look like."""
        host, port, _base = public_address()
        rule = rule_of(self.settings)
        cells = {rule.time or "time": datetime.now(LOCAL).strftime("%Y-%m-%d %H:%M:%S")}
        if not rule.entity:
            cells[rule.entity_column or "entity"] = example.urn
        cells |= dict.fromkeys(
            [column for column, _name, _unit in rule.columns] or [example.property], "12,5"
        )
        table = "".join(";".join(line) + "\r\n" for line in (cells, cells.values()))
        return {"address": host, "port": port, "path": "/sources", "example": table}

    def inspect(self, payload: bytes) -> tuple[list[str], list[list[str]], dict[str, Any]]:
        """The columns of a file, its first rows, and settings that would fit. Raises Invalid."""
        try:
            table = read_table(payload, rule_of(self.settings).delimiter)
        except NoTableError as error:
            raise Invalid(
                gettext("This file is no table that can be read."), fields={"file": str(error)}
            ) from error
        found = suggest(table)
        fitting = {
            "time": found.time,
            "entity_column": found.entity_column,
            "columns": "\n".join(
                f"{column} = {name} {unit}".rstrip() for column, name, unit in found.columns
            ),
        }
        return table.head, [cells for _number, cells in table.rows[:5]], fitting

    def _rule(self, payload: bytes) -> TableRule:
        """The source's rule; where nothing is mapped yet, what the columns' names say."""
        rule = rule_of(self.settings)
        if rule.time or rule.columns or rule.value:
            return rule
        try:
            found = suggest(read_table(payload, rule.delimiter))
        except NoTableError:
            return rule
        return TableRule(
            time=found.time,
            columns=found.columns,
            entity=rule.entity,
            entity_column=rule.entity_column or ("" if rule.entity else found.entity_column),
            zone=rule.zone,
            delimiter=rule.delimiter,
            type=rule.type,
        )
