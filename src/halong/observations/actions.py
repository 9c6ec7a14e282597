"""Opening and changing series. Readings themselves come through ``ingest`` alone."""

from collections.abc import Iterable
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from halong.audit import actions as audit
from halong.context.models import Entity
from halong.core import registry
from halong.core.derived import DerivedSeries
from halong.core.errors import Conflict, Invalid, NotFound
from halong.core.live import touch
from halong.core.permissions import Actor, require
from halong.core.sector import find_attribute
from halong.core.units import is_known
from halong.observations.models import Series
from halong.observations.rollups import mark_all_hours

CHANGEABLE = ("unit", "interval_s", "minimum", "maximum", "decimals")


@transaction.atomic
def open_series(entity: Entity, property_name: str, *, by: Actor, **given: Any) -> Series:
    """Open the series of one property of a thing: what isn't ``given`` (unit, interval_s, minimum, maximum, decimals) is as
    the sector declares it. Derived series that become possible are opened, too. Raises Conflict, Invalid.
    """
    require(by, "series.edit", entity)
    series = Series(entity=entity, property=property_name, **_declared(entity.types, property_name) | given)
    _validate(series)
    try:
        with transaction.atomic():
            series.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(_("This thing has a series of that property already.")) from error
    audit.record(by, "series.open", series, property=property_name, unit=series.unit)
    open_derived_series(entity, by=by)
    touch(f"entity:{entity.pk}")
    return series


@transaction.atomic
def open_many_series(wanted: Iterable[tuple[Entity, str, dict[str, Any]]], *, by: Actor) -> list[Series]:
    """Open series of many things at once (an import, a profile); those that exist stay as they are. One line of the log."""
    rows = []
    entities: dict[int, Entity] = {}
    for entity, name, given in wanted:
        require(by, "series.edit", entity)
        entities[entity.pk] = entity
        rows.append(Series(entity=entity, property=name, **_declared(entity.types, name) | given))
        _validate(rows[-1])
    Series.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    _open_derived(entities.values())
    if rows:
        audit.record(by, "series.open_many", None, count=len(rows))
    return list(Series.objects.filter(entity__in=entities, derived="").select_related("entity"))


@transaction.atomic
def change_series(series: Series, *, by: Actor, **changes: Any) -> Series:
    """Change unit, interval, physical range or decimals. Readings that are stored keep their numbers: a unit can be
    corrected (the wrong one was declared), not converted. Raises Invalid.
    """
    require(by, "series.edit", series.entity)
    unknown = set(changes) - set(CHANGEABLE)
    if unknown:
        raise TypeError(f"a series has no {', '.join(sorted(unknown))}")
    if series.derived:
        raise Conflict(_("A derived series is as its formula says."))
    before = {name: getattr(series, name) for name in changes}
    for name, value in changes.items():
        setattr(series, name, value)
    _validate(series)
    if not Series.objects.filter(pk=series.pk).update(**changes):
        raise NotFound
    if {"unit", "interval_s"} & set(changes):
        mark_all_hours([series.pk])
    different = {name: [before[name], value] for name, value in changes.items() if before[name] != value}
    if different:
        audit.record(by, "series.change", series, address=None, **different)
        touch(f"entity:{series.entity_id}")
    return series


@transaction.atomic
def delete_series(series: Series, *, by: Actor) -> None:
    """Delete a series with all its readings (a trigger takes them along)."""
    require(by, "series.edit", series.entity)
    audit.record(by, "series.delete", series, property=series.property, entity=series.entity.urn)
    touch(f"entity:{series.entity_id}")
    series.delete()


def open_derived_series(entity: Entity, *, by: Actor) -> list[Series]:
    """Open the derived series (VN_AQI and the like) that the thing's measured series make possible and that it lacks."""
    require(by, "series.edit", entity)
    return _open_derived([entity])


def _open_derived(entities: Iterable[Entity]) -> list[Series]:
    by_id = {entity.pk: entity for entity in entities}
    measured: dict[int, set[str]] = {}
    for entity_id, name in Series.objects.filter(entity__in=by_id, derived="").values_list(
        "entity_id", "property"
    ):
        measured.setdefault(entity_id, set()).add(name)
    rows = [
        Series(
            entity=by_id[entity_id], property=kind.output_property, derived=kind.key, unit=kind.output_unit,
            interval_s=interval_of(kind), minimum=kind.minimum, maximum=kind.maximum, decimals=kind.decimals,
        )
        for entity_id, names in measured.items()
        for kind in registry.derived_series
        if set(kind.entity_types) & set(by_id[entity_id].types) and kind.is_open_for(names)
    ]  # fmt: skip
    known = set(
        Series.objects.filter(entity__in=by_id).exclude(derived="").values_list("entity_id", "property")
    )
    new = [row for row in rows if (row.entity_id, row.property) not in known]
    opened = Series.objects.bulk_create(new, ignore_conflicts=True)
    if new:  # what was measured before counts, too
        entities_of_new = {row.entity_id for row in new}
        inputs = Series.objects.filter(entity__in=entities_of_new, derived="")
        mark_all_hours(inputs.values_list("pk", flat=True))
    return opened


def interval_of(kind: DerivedSeries) -> int:
    """Seconds between the values of a derived series."""
    return 3_600 if kind.kind == "hour" else 86_400


def _declared(types: Iterable[str], name: str) -> dict[str, Any]:
    spec = find_attribute(list(types), name)
    if spec is None:
        return {}
    return {
        "unit": spec.unit,
        "interval_s": spec.interval_s,
        "minimum": spec.minimum,
        "maximum": spec.maximum,
        "decimals": spec.decimals,
    }


def _validate(series: Series) -> None:
    fields = {}
    if series.unit and not is_known(series.unit):
        fields["unit"] = _("Not a known UN/CEFACT code.")
    if not 1 <= series.interval_s <= 366 * 86_400:
        fields["interval_s"] = _("From one second to one year.")
    if series.minimum is not None and series.maximum is not None and series.minimum > series.maximum:
        fields["maximum"] = _("Below the minimum.")
    if not 0 <= series.decimals <= 9:
        fields["decimals"] = _("From 0 to 9.")
    if fields:
        raise Invalid(_("The series can't be like that."), fields=fields)
