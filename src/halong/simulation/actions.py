"""Entering simulated tables through the import that people use, always marked as simulated."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import transaction

from halong.audit import actions as audit
from halong.core.permissions import Actor, require
from halong.indicators.actions import ImportRow, import_values
from halong.indicators.grains import code_of, day_of, labels_between
from halong.indicators.models import Cell, Collection, Indicator, Submission
from halong.places.models import Agency
from halong.simulation.tables import TABLES, YEARS, Period, Reporter

SOURCE = "Mô phỏng"  # beside every figure and submission


@dataclass(frozen=True)
class Sending:
    """An agency's figures for a period of a collection, and when it sends them."""

    collection: Collection
    agency: str
    label: datetime
    period: Period
    at: float


@transaction.atomic
def send_tables(seed: int, now: float, *, by: Actor) -> int:
    """Enter what agencies have sent by ``now`` (seconds since 1970) and isn't there yet, and settle the submissions that
    wait for it. What is there stays, whoever entered it. Returns how many figures are new.
    """
    require(by, "profile.manage")
    sent = 0
    collections = Collection.objects.filter(active=True, grain__in=YEARS)
    for collection in collections.prefetch_related("indicators", "agencies"):
        sendings = [found for found in _sendings(seed, collection, now) if found.at <= now]
        for indicator in collection.indicators.all():
            if indicator.key in TABLES:
                sent += _import(seed, indicator, sendings, by)
        _settle(seed, collection, sendings, by)
    return sent


def _sendings(seed: int, collection: Collection, at_most: float) -> Iterator[Sending]:
    now = datetime.fromtimestamp(at_most, UTC)
    agencies = [agency.code for agency in collection.agencies.all()]
    reporters = {code: Reporter(seed, code) for code in agencies}
    back = now - timedelta(days=366 * YEARS[collection.grain])
    for label in labels_between(back, now, collection.grain):
        if label > now:
            continue
        period = Period(day_of(label), label.timestamp())
        for code, reporter in reporters.items():
            at = period.end + reporter.delay(collection.key, period, collection.due_days)
            yield Sending(collection, code, label, period, at)


def _import(seed: int, indicator: Indicator, sendings: Iterable[Sending], by: Actor) -> int:
    there = set(Cell.objects.filter(indicator=indicator).values_list("label", "agency_id"))
    agencies = {agency.code: agency.pk for agency in Agency.objects.order_by("valid_from")}
    rows = [
        ImportRow(figure.place, found.agency, _code(found), figure.num, figure.den)
        for found in sendings
        if (found.label, agencies[found.agency]) not in there
        for figure in Reporter(seed, found.agency).figures(indicator.key, found.period)
    ]
    return import_values(indicator, rows, by=by, simulated=True, source=SOURCE) if rows else 0


def _code(found: Sending) -> str:
    return code_of(found.label, found.collection.grain)


def _settle(seed: int, collection: Collection, sendings: Iterable[Sending], by: Actor) -> None:
    """Mark untouched submissions as delivered when they were, without a mail for what nobody did."""
    sent = {(found.agency, found.label): found for found in sendings}
    keys = [indicator.key for indicator in collection.indicators.all() if indicator.key in TABLES]
    count = 0
    for submission in (
        Submission.objects.waiting().filter(collection=collection, values={}).select_related("agency")
    ):
        found = sent.get((submission.agency.code, submission.label))
        if found is None:
            continue
        at = datetime.fromtimestamp(found.at, UTC)
        count += (
            Submission.objects.waiting()
            .filter(pk=submission.pk, values={})
            .update(
                state=Submission.State.APPROVED,
                values=_values(seed, keys, found),
                submitted_at=at,
                approved_at=at,
                note=SOURCE,
                remind_at=None,
            )
        )
    if count:
        audit.record(by, "simulation.settle", collection, submissions=count)


def _values(seed: int, keys: Iterable[str], found: Sending) -> dict[str, dict[str, list[float | None]]]:
    reporter = Reporter(seed, found.agency)
    return {
        key: {figure.place: [figure.num, figure.den] for figure in reporter.figures(key, found.period)}
        for key in keys
    }


@transaction.atomic
def remove_simulated_submissions(*, by: Actor) -> dict[str, int]:
    """Delete what was settled by the simulator: going live. What is still owed is opened again."""
    require(by, "profile.manage")
    count = Submission.objects.filter(
        note=SOURCE, submitted_by=None, state=Submission.State.APPROVED
    ).delete()[0]
    return {"submissions": count}
