"""``/metrics`` in Prometheus' text format: for this machine itself, for keys with ``api.read``, for who runs the system."""

from collections.abc import Iterator

from django.db import connection
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from halong.accounts.actions import authenticate_key
from halong.alerts.models import Alert
from halong.core import registry
from halong.core.access import guarded
from halong.core.errors import Unauthenticated
from halong.core.permissions import has_perm
from halong.ingest.models import Quarantined, Source, SourceMinute

LOOPBACK = {"127.0.0.1", "::1"}


class Figures(Collector):
    """Every figure, read from the database when it is asked for."""

    def collect(self) -> Iterator[Metric]:
        """Sources, readings, quarantine, alerts, jobs, the database, and what modules registered."""
        sources = GaugeMetricFamily("halong_sources", "Sources by state", labels=["state"])
        for row in (
            Source.objects.filter(enabled=True).values("state").annotate(n=Count("pk")).order_by("state")
        ):
            sources.add_metric([row["state"]], row["n"])
        yield sources
        readings = CounterMetricFamily(
            "halong_readings", "Readings by what became of them", labels=["outcome"]
        )
        outcomes = ("accepted", "duplicate", "corrected", "quarantined")
        totals = SourceMinute.objects.aggregate(**{f"n_{name}": Sum(name) for name in outcomes})
        for name in outcomes:
            readings.add_metric([name], totals[f"n_{name}"] or 0)
        yield readings
        held = Quarantined.objects.filter(state=Quarantined.State.HELD).count()
        yield GaugeMetricFamily("halong_quarantine_held", "Payloads set aside", value=held)
        alerts = GaugeMetricFamily("halong_alerts_open", "Open alerts by priority", labels=["priority"])
        for row in Alert.objects.open().values("priority").annotate(n=Count("pk")).order_by("priority"):
            alerts.add_metric([str(row["priority"])], row["n"])
        yield alerts
        yield from self._database()
        for gather in registry.metrics:
            for name, value in gather().items():
                yield GaugeMetricFamily(f"halong_{name}", name.replace("_", " "), value=value)

    def _database(self) -> Iterator[Metric]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT status::text, count(*) FROM procrastinate_jobs GROUP BY 1 ORDER BY 1")
            jobs = GaugeMetricFamily("halong_jobs", "Background jobs by status", labels=["status"])
            for status, n in cursor.fetchall():
                jobs.add_metric([status], n)
            yield jobs
            cursor.execute("SELECT pg_database_size(current_database())")
            [size] = cursor.fetchone() or [0]
            yield GaugeMetricFamily("halong_database_bytes", "Size of the database", value=size)


@guarded
@require_GET
def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, if the caller may have them."""
    key = request.headers.get("Authorization", "").removeprefix("Bearer ").strip()
    known = authenticate_key(key) if key else request.user
    near = request.META.get("REMOTE_ADDR") in LOOPBACK and "X-Forwarded-For" not in request.headers
    if not (near or has_perm(known, "system.view") or (key and has_perm(known, "api.read"))):
        raise Unauthenticated("Ask from this machine, or send 'Authorization: Bearer KEY'.")
    figures = CollectorRegistry()
    figures.register(Figures())
    ProcessCollector(registry=figures)
    return HttpResponse(generate_latest(figures), content_type=CONTENT_TYPE_LATEST)
