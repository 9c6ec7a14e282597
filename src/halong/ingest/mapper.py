"""The screen on which somebody says what the columns of a table mean: its forms, from and to a source's settings."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from halong.core.sector import all_types
from halong.core.units import unit_symbol
from halong.ingest.actions.sources import connector_of, split, validate
from halong.ingest.models import Source
from halong.ingest.pages import preview_of, things_of
from halong.ingest.stations import load_known

FIRST = ("entity", "entity_column", "time", "zone")
FOLDED = ("clock", "property", "value", "unit", "quality", "delimiter", "decimal", "order", "type")
OWN = FIRST + FOLDED


def mapper_of(source: Source, payload: bytes, posted: QueryDict) -> dict[str, Any]:
    """The columns of a file, each with its first values and what it is taken for; and the form of the rest.

    What was typed counts, else what the source knows from the last time, else what the names say. Raises Invalid.
    """
    found = connector_of(source.kind)
    head, rows, fitting = found(source.settings, {}).inspect(payload)  # type: ignore[attr-defined]
    settings = (
        settings_of(posted)
        if posted
        else _remembered(source.settings, head) or {**source.settings, **fitting}
    )
    meaning = {column: (name, unit) for column, name, unit in _lines(settings.get("columns", ""))}
    columns = [
        {
            "index": index,
            "name": name,
            "values": [cells[index] for cells in rows if cells[index]][:3],
            "property": meaning.get(name, ("", ""))[0],
            "unit": unit_symbol(meaning.get(name, ("", ""))[1]),
        }
        for index, name in enumerate(head)
    ]
    form = found.Settings(initial={**found.Settings.defaults(), **settings}, auto_id="map_%s")
    for name in ("time", "clock", "entity_column", "property", "value", "unit", "quality"):
        label = form.fields[name].label
        form.fields[name] = forms.ChoiceField(
            label=label, required=False, choices=[("", "–"), *((column, column) for column in head)]
        )
    form.fields["entity"].widget.attrs["list"] = "things"
    shown = [form[name] for name in FIRST]
    folded = [form[name] for name in FOLDED]
    return {"columns": columns, "plain": shown, "advanced": folded}


def choices_of(user: Any) -> dict[str, Any]:
    """What a column can be taken for, and the things that a table can be of."""
    specs: dict[str, str] = {}
    for _sector, kind in all_types():
        for spec in kind.attributes:
            if spec.series and not spec.derived:
                unit = unit_symbol(spec.unit)
                specs.setdefault(spec.name, f"{spec.label} ({unit})" if unit else str(spec.label))
    return {
        "properties": sorted(specs.items(), key=lambda pair: pair[1].casefold()),
        "things": things_of(user),
    }


def settings_of(posted: QueryDict) -> dict[str, Any]:
    """The settings that the screen's fields say."""
    lines = []
    for index in range(200):
        column, name = posted.get(f"column-{index}"), posted.get(f"property-{index}", "")
        if column is None:
            break
        if name:
            lines.append(f"{column} = {name} {posted.get(f'unit-{index}', '')}".rstrip())
    return {"columns": "\n".join(lines), **{name: posted.get(name, "") for name in OWN}}


def preview_table(source: Source, name: str, payload: bytes, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The readings of a table by these settings, for people. Raises Invalid."""
    found = connector_of(source.kind)
    chosen, _secrets = split(found, validate(found, settings))
    batch = found(chosen, {}).decode(payload, name, load_known())
    return {
        "messages_of_trial": (),
        "file": name,
        **preview_of(batch),
        "hint": "" if batch.observations else _("Nothing can be read this way."),
    }


def _remembered(settings: Mapping[str, Any], head: list[str]) -> dict[str, Any] | None:
    """The source's own mapping, if this file has its columns."""
    wanted = {column for column, _name, _unit in _lines(settings.get("columns", ""))} | {
        settings.get("time", "")
    }
    return dict(settings) if settings.get("time") and wanted <= set(head) else None


def _lines(text: str) -> list[tuple[str, str, str]]:
    found = []
    for line in text.splitlines():
        column, _equals, rest = line.rpartition("=")
        name, _space, unit = rest.strip().partition(" ")
        found.append((column.strip(), name, unit.strip()))
    return found
