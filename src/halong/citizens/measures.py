"""What indicators can count in citizens' reports, by place and agency."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any

from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from halong.citizens.models import OPEN, Report
from halong.citizens.queries.standing import standing_at
from halong.citizens.queries.statistics import NOT_COUNTED
from halong.core.registry import Cell, RecordMeasure


def _rows(num: Q, den: Q) -> list[Cell]:
    rows = (
        Report.objects.exclude(state__in=NOT_COUNTED)
        .filter(den)
        .values_list("place_id", "agency_id")
        .annotate(num=Count("pk", filter=num), den=Count("pk"))
        .order_by()
    )
    return [(place, agency, float(some), float(all_)) for place, agency, some, all_ in rows]


def _span(name: str, num: Q | None = None, **more: Any) -> Callable[[datetime, datetime], list[Cell]]:
    def compute(start: datetime, end: datetime) -> list[Cell]:
        den = Q(**{f"{name}__gt": start, f"{name}__lte": end}, **more)
        return _rows(num if num is not None else Q(), den)

    return compute


def _open(start: datetime, end: datetime) -> list[Cell]:
    return [(place, agency, every, every) for place, agency, _late, every in standing_at(end)]


def _late(start: datetime, end: datetime) -> list[Cell]:
    return standing_at(end)


def _made_up(name: str) -> Callable[[datetime, datetime], bool]:
    """Whether simulated reports are among those that a span counts."""

    def ask(start: datetime, end: datetime) -> bool:
        counted = Report.objects.filter(**{f"{name}__gt": start, f"{name}__lte": end})
        return counted.filter(simulated=True).exists()

    return ask


def _made_up_standing(start: datetime, end: datetime) -> bool:
    stood = Report.objects.filter(Q(state__in=OPEN) | Q(changed_at__gt=end), created_at__lte=end)
    return stood.filter(simulated=True).exists()


_ON_TIME = Q(resolved_at__lte=F("due_at"))
_ON_FIRST = Q(resolved_at__lte=F("first_due_at"), extensions=0)
_CONTENT = Q(rating__in=["satisfied", "accept"])
_AGAIN = Q(reopenings__gt=0)
_share = partial(RecordMeasure, unit="P1", across="share")
_stands = partial(RecordMeasure, unit="C62", as_of=True, simulated=_made_up_standing)
_answered = partial(_share, simulated=_made_up("resolved_at"))

MEASURES = (
    RecordMeasure(
        "reports.received",
        _("Reports received"),
        "C62",
        _span("created_at"),
        simulated=_made_up("created_at"),
    ),
    _answered("reports.on_time", _("Reports answered on time"), compute=_span("resolved_at", _ON_TIME)),
    _answered(
        "reports.on_first",
        _("Answered on time without an extension"),
        compute=_span("resolved_at", _ON_FIRST),
    ),
    _share(
        "reports.satisfied",
        _("Citizens who are satisfied or accept"),
        compute=_span("rated_at", _CONTENT),
        simulated=_made_up("rated_at"),
    ),
    _answered("reports.reopened", _("Reports re-opened"), compute=_span("resolved_at", _AGAIN)),
    _stands("reports.open", _("Reports being handled"), compute=_open),
    _stands("reports.late", _("Reports that are late"), compute=_late),
)
