"""``/api/v1/``: entities, their series, indicators, alerts and sources for machines and for people who are signed in.

Reads only; readings come in through ``/ingest/v1``. Every list is narrowed to what the caller may see, and every error
is problem details (RFC 9457). The description stands at ``/api/v1/openapi.json``.
"""

from datetime import datetime, timedelta
from typing import Any, Literal

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja import NinjaAPI, Query, Schema
from ninja.errors import AuthenticationError, ValidationError
from ninja.security import HttpBearer
from ninja.security.apikey import APIKeyCookie
from pydantic import AwareDatetime, Field

from halong.accounts.actions import authenticate_key
from halong.accounts.models import ApiKey, User
from halong.alerts.api import alert_document, list_alerts
from halong.context.models import Entity
from halong.context.queries import documents, simplified
from halong.core.access import guarded
from halong.core.errors import HalongError, Invalid, NotFound, Unauthenticated, problem
from halong.core.permissions import require
from halong.core.text import fold
from halong.indicators.api import list_indicators, values_of
from halong.ingest.models import Source
from halong.observations.queries import latest_documents, series_points

PAGE, MOST = 100, 1000
LONGEST = {"raw": timedelta(days=31), "hour": timedelta(days=400), "day": timedelta(days=3660)}


class Key(HttpBearer):
    """``Authorization: Bearer KEY`` with the permission ``api.read``."""

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        """The key, if it is good."""
        return authenticate_key(token)


class Browser(APIKeyCookie):
    """The session of somebody who is signed in."""

    param_name = "sessionid"

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:
        """The person, if the session is good."""
        return request.user if isinstance(request.user, User) else None


api = NinjaAPI(
    title="Halong", version="1.0", docs_url=None, auth=[Key(), Browser(csrf=False)], description=__doc__
)


class Paging(Schema):
    """Which part of a list: ``limit`` rows after ``offset``."""

    limit: int = Field(PAGE, ge=1, le=MOST)
    offset: int = Field(0, ge=0)


class EntityFilter(Paging):
    """Which entities: of a type, whose name or URN contains ``q``, of a sector, of a place's code; how to write them."""

    type: str = ""
    q: str = Field("", max_length=100)
    sector: str = ""
    place: str = ""
    options: Literal["normalized", "keyValues"] = "normalized"


class Span(Schema):
    """From when to when (RFC 3339), and what a point is."""

    from_: AwareDatetime | None = Field(None, alias="from")
    to: AwareDatetime | None = None
    interval: Literal["raw", "hour", "day"] = "raw"


class AlertFilter(Paging):
    """Which alerts: in a state, of a priority (1 critical, 2 high, 3 attention), of an entity's URN, raised since."""

    state: Literal["", "open", "new", "acknowledged", "cleared", "closed"] = "open"
    priority: int | None = Field(None, ge=1, le=3)
    entity: str = ""
    since: AwareDatetime | None = None


class IndicatorFilter(Schema):
    """Which indicators: of a sector, of a level; at which node: the code of a place or of an agency."""

    sector: str = ""
    level: int | None = Field(None, ge=1, le=3)
    place: str = ""
    agency: str = ""


class ValueFilter(Schema):
    """From when to when (RFC 3339), in which period, at which node."""

    from_: AwareDatetime | None = Field(None, alias="from")
    to: AwareDatetime | None = None
    grain: Literal["", "hour", "day", "month", "quarter", "year"] = ""
    place: str = ""
    agency: str = ""


def caller(request: HttpRequest, permission: str) -> Any:
    """Whoever calls, if he may read the API and do this somewhere."""
    by = request.auth  # type: ignore[attr-defined]  # Ninja puts it there
    require(by, "api.read")
    require(by, permission)
    return by


def _page(rows: list[Any], total: int) -> dict[str, Any]:
    return {"items": rows, "count": total}


@api.get("/entities", summary="Entities that you may see", operation_id="list_entities")
def list_entities(request: HttpRequest, wanted: Query[EntityFilter]) -> dict[str, Any]:
    """A page of entities as NGSI-LD documents, with their newest readings."""
    found = Entity.objects.visible_to(caller(request, "entities.view")).order_by("pk")
    if wanted.type:
        found = found.of_type(wanted.type)
    if wanted.q:
        found = found.filter(Q(folded__contains=fold(wanted.q)) | Q(urn__icontains=wanted.q))
    if wanted.sector:
        found = found.filter(sector=wanted.sector)
    if wanted.place:
        found = found.filter(place__code=wanted.place)
    rows = list(found[wanted.offset : wanted.offset + wanted.limit])
    return _page(_documents(rows, wanted.options), found.count())


def _documents(rows: list[Entity], form: str) -> list[Any]:
    whole = documents(rows, system=form == "normalized", latest=latest_documents)
    return whole if form == "normalized" else [simplified(document) for document in whole]


def _entity(request: HttpRequest, urn: str) -> Entity:
    found = Entity.objects.visible_to(caller(request, "entities.view")).filter(urn=urn).first()
    if found is None:
        raise NotFound(f"There is no entity {urn}.")
    return found


@api.get("/entities/{id}", summary="One entity", operation_id="get_entity")
def get_entity(
    request: HttpRequest, id: str, options: Literal["normalized", "keyValues"] = "normalized"
) -> Any:
    """One entity as an NGSI-LD document, with its newest readings."""
    return _documents([_entity(request, id)], options)[0]


@api.get("/entities/{id}/series/{property}", summary="A series over time", operation_id="get_series")
def get_series(request: HttpRequest, id: str, property: str, span: Query[Span]) -> dict[str, Any]:
    """Readings, hourly means or daily means of one property; hours and days carry the label of their end."""
    series = _entity(request, id).series.filter(property=property).first()
    if series is None:
        raise NotFound(f"{id} has no series {property}.")
    end: datetime = span.to or timezone.now()
    start: datetime = span.from_ or end - timedelta(days=1)
    if not timedelta(0) < end - start <= LONGEST[span.interval]:
        raise Invalid(fields={"from": f"must lie before 'to', at most {LONGEST[span.interval].days} days"})
    return {
        "entity": id,
        "property": property,
        "unit": series.unit,
        "interval": span.interval,
        "derived": series.derived or None,
        "simulated": series.entity.simulated,
        "points": [
            {"time": at.isoformat(), "value": value, "quality": quality}
            for at, value, quality in series_points(series, start, end, span.interval)
        ],
    }


@api.get("/alerts", summary="Alerts that you may see", operation_id="list_alerts")
def get_alerts(request: HttpRequest, wanted: Query[AlertFilter]) -> dict[str, Any]:
    """A page of alerts, the gravest first, then the newest."""
    found = list_alerts(
        caller(request, "alerts.view"),
        state=wanted.state,
        priority=wanted.priority,
        entity=wanted.entity,
        since=wanted.since,
    )
    rows = found[wanted.offset : wanted.offset + wanted.limit]
    return _page([alert_document(alert) for alert in rows], found.count())


@api.get("/indicators", summary="Indicators as they stand", operation_id="list_indicators")
def get_indicators(request: HttpRequest, wanted: Query[IndicatorFilter]) -> dict[str, Any]:
    """Every indicator with its present definition and its latest value at a place, an agency, or the whole."""
    rows = list_indicators(caller(request, "indicators.view"), **wanted.dict())
    return _page(rows, len(rows))


@api.get("/indicators/{key}/values", summary="An indicator over time", operation_id="get_indicator_values")
def get_indicator_values(request: HttpRequest, key: str, wanted: Query[ValueFilter]) -> dict[str, Any]:
    """Values of one indicator; each carries the end of its period. At most ten years, of hours 400 days."""
    end: datetime = wanted.to or timezone.now()
    start: datetime = wanted.from_ or end - timedelta(days=30)
    longest = LONGEST["hour" if wanted.grain in ("", "hour") else "day"]
    if not timedelta(0) < end - start <= longest:
        raise Invalid(fields={"from": f"must lie before 'to', at most {longest.days} days"})
    by = caller(request, "indicators.view")
    node = {"place": wanted.place, "agency": wanted.agency}
    return values_of(by, key, start=start, end=end, grain=wanted.grain, **node)


@api.get("/sources", summary="Sources and their health", operation_id="list_sources")
def get_sources(request: HttpRequest, paging: Query[Paging]) -> dict[str, Any]:
    """A page of the connected sources; never their settings or secrets."""
    found = Source.objects.visible_to(caller(request, "sources.view")).order_by("name")
    rows = found[paging.offset : paging.offset + paging.limit]
    return _page(
        [
            {
                "id": source.pk,
                "kind": source.kind,
                "name": source.name,
                "enabled": source.enabled,
                "state": source.state,
                "detail": source.state_detail,
                "simulated": source.simulated,
                "lastContact": source.last_contact.isoformat() if source.last_contact else None,
            }
            for source in rows
        ],
        found.count(),
    )


def _problem(error: HalongError) -> HttpResponse:
    return JsonResponse(problem(error), status=error.status, content_type="application/problem+json")


@api.exception_handler(HalongError)
def _halong(request: HttpRequest, error: HalongError) -> HttpResponse:
    return _problem(error)


@api.exception_handler(Http404)
def _missing(request: HttpRequest, error: Http404) -> HttpResponse:
    return _problem(NotFound())


@api.exception_handler(AuthenticationError)
def _unknown(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return _problem(Unauthenticated("Send 'Authorization: Bearer KEY', or sign in."))


@api.exception_handler(ValidationError)
def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    fields = {".".join(str(part) for part in fault["loc"][-1:]): fault["msg"] for fault in error.errors}
    return _problem(Invalid("Some parameters can't be used.", fields=fields))


def guarded_urls() -> tuple[Any, ...]:
    """The addresses of the API. Every view judges its callers itself (key or session, then permissions), and says so."""
    patterns, *names = api.urls
    for pattern in patterns:
        assert pattern.callback is not None  # the API has plain views only
        guarded(pattern.callback)
    return (patterns, *names)
