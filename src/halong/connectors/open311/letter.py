"""What another server is told of a report: what the public sees of it, and nothing else. Pure but for its rows."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from halong.citizens.models import WITH_AGENCY, Category, CategoryField, Photo, Report
from halong.connectors.open311.forms import Open311Form, codes_of, table_of
from halong.connectors.open311.taking import mark_of
from halong.ingest.models import Source

Datatype = CategoryField.Datatype
SAFE = (
    Datatype.NUMBER,
    Datatype.DATETIME,
    Datatype.SINGLE,
    Datatype.MULTI,
)  # answers that aren't anybody's own words
LONGEST = 4000


def may_go(report: Report, source: Source) -> bool:
    """Whether a report goes to this source: of a chosen kind and agency, valid, and one that the public may see.

    Trial reports go to trial sources only, real ones to real ones.
    """
    chosen = {**Open311Form.defaults(), **source.settings}
    agencies = codes_of(chosen.get("push_agencies") or "")
    return (
        source.enabled
        and report.category.code in table_of(chosen.get("push") or "")
        and report.public
        and not report.withheld
        and report.category.exposure != Category.Exposure.HIDDEN
        and report.state in WITH_AGENCY
        and report.simulated == source.simulated
        and (not agencies or (report.agency is not None and report.agency.code in agencies))
        and (source.place is None or report.place.path.startswith(source.place.path))
    )


def fields_of(report: Report, source: Source, kinds: Mapping[str, str]) -> dict[str, str | list[str]]:
    """The fields of the form that posts a report. Its words are those of the public copy, with our mark after them."""
    mark = f"[{report.number}-{mark_of(source.pk, report.pk)}]"
    fields: dict[str, str | list[str]] = {
        "service_code": kinds[report.category.code],
        "description": f"{report.public_text[: LONGEST - len(mark) - 2]}\n\n{mark}",
        "address_string": ", ".join(part for part in (report.public_address, report.place.name) if part),
        "external_id": report.number,
        **_attributes(report),
    }
    lon, lat = _point(report, source)
    if lon is not None and lat is not None:
        fields |= {"lat": f"{lat:.6f}", "long": f"{lon:.6f}"}
    picture = (
        Photo.objects.filter(report=report, released_at__isnull=False, use=Photo.Use.REPORT)
        .order_by("pk")
        .first()
    )
    if picture is not None and settings.PUBLIC_URL:
        fields["media_url"] = f"{settings.PUBLIC_URL}/c/photos/{picture.pk}/public"
    return fields


def _point(report: Report, source: Source) -> tuple[float | None, float | None]:
    """The public place; the exact one only for a partner that an administrator trusts with it, and only of kinds that are
    shown to the street.
    """
    open_kind = report.category.exposure == Category.Exposure.STREET
    if source.settings.get("exact_place") and open_kind and report.lon is not None:
        return report.lon, report.lat
    return report.public_lon, report.public_lat


def _attributes(report: Report) -> dict[str, str | list[str]]:
    given: dict[str, Any] = report.attributes or {}
    kinds = {field.code: field.datatype for field in report.category.fields.all()}
    found: dict[str, str | list[str]] = {}
    for code, value in given.items():
        if kinds.get(code) in SAFE:
            several = isinstance(value, list)
            found[f"attribute[{code}]{'[]' if several else ''}"] = (
                [str(v) for v in value] if several else f"{value}"
            )
    return found
