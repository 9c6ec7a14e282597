"""What analysis found: flags of unusual values, and forecasts."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.context.models import Entity
from halong.core.permissions import scope_q
from halong.indicators.models import Indicator
from halong.observations.models import Series
from halong.places.models import Agency, Place


class SubjectQuerySet(models.QuerySet[Any]):
    """Lists of what is about a series of a thing, or about an indicator at a node."""

    def visible_to(self, user: object) -> Self:
        """Those about things that the user may see, and those about indicators, which are open to all who work here."""
        things = scope_q(
            user,
            "entities.view",
            place="series__entity__place",
            agency="series__entity__agency",
            sector="series__entity__sector",
        )
        indicators = scope_q(user, "indicators.view", place="", agency="", sector="indicator__sector")
        return self.filter(
            Q(things, series__isnull=False, series__entity__deleted_at__isnull=True)
            | Q(indicators, indicator__isnull=False)
        )

    def of(self, subject: "Series | Indicator", node: int = 0) -> Self:
        """Those about one series, or about one indicator at a node."""
        if isinstance(subject, Series):
            return self.filter(series=subject)
        return self.filter(indicator=subject, node=node)

    def within(self, place: Place | None, agency: Agency | None, sector: str) -> Self:
        """Those of a place and of an agency, each with all below it, and of a sector. The root of places is the whole."""
        found = self
        if place is not None and place.parent_id is not None:
            found = found.filter(
                Q(series__entity__place__path__startswith=place.path)
                | Q(indicator__isnull=False, place__path__startswith=place.path)
            )
        if agency is not None:
            found = found.filter(
                Q(series__entity__agency__path__startswith=agency.path)
                | Q(indicator__isnull=False, agency__path__startswith=agency.path)
            )
        if sector:
            found = found.filter(Q(series__entity__sector=sector) | Q(indicator__sector=sector))
        return found


class Unusual(models.Model):
    """Values that are unusual for their series or indicator, from the period ``first`` to the period ``last`` (END labels).

    ``kind`` says in which way (``halong.analysis.detect``); ``value``, ``expected``, ``low`` and ``high`` are those of the
    worst period, ``peak``; ``figures`` is what else its words need. ``running``: it reached the newest period when it was
    last judged. A person may confirm or dismiss it, with a note; that changes how it is shown, and nothing that is judged
    later.
    """

    class Kind(models.TextChoices):
        SPIKE = "spike", _("Spike")
        SHIFT = "shift", _("Level shift")
        DRIFT = "drift", _("Drift")
        STUCK = "stuck", _("Stuck")
        GAP = "gap", _("Gap")
        HABIT = "habit", _("Out of habit")

    class State(models.TextChoices):
        NEW = "new", pgettext_lazy("unusual", "New")
        CONFIRMED = "confirmed", pgettext_lazy("unusual", "Confirmed")
        DISMISSED = "dismissed", pgettext_lazy("unusual", "Expected")

    series = models.ForeignKey(Series, models.CASCADE, null=True, blank=True, related_name="unusual")
    indicator = models.ForeignKey(Indicator, models.CASCADE, null=True, blank=True, related_name="unusual")
    node = models.IntegerField(default=0)  # of an indicator, see indicators.models.node_of
    place = models.ForeignKey(Place, models.CASCADE, null=True, blank=True, related_name="+")
    agency = models.ForeignKey(Agency, models.CASCADE, null=True, blank=True, related_name="+")
    grain = models.CharField(max_length=7, default="hour")
    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices)
    first = models.DateTimeField()
    last = models.DateTimeField()
    peak = models.DateTimeField()
    value = models.FloatField(null=True)
    expected = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    score = models.FloatField()
    figures = models.JSONField(default=dict)
    running = models.BooleanField(default=False)
    state = models.CharField(max_length=9, choices=State.choices, default=State.NEW)
    note = models.TextField(_("note"), blank=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)
    found_at = models.DateTimeField()

    objects = SubjectQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "unusual"
        constraints = [
            models.CheckConstraint(
                condition=Q(series__isnull=False) ^ Q(indicator__isnull=False), name="unusual_of_one"
            ),
            models.UniqueConstraint(fields=["series", "first"], name="one_unusual_of_series"),
            models.UniqueConstraint(fields=["indicator", "node", "first"], name="one_unusual_of_node"),
        ]
        indexes = [models.Index(fields=["-last"], name="unusual_newest")]

    def __str__(self) -> str:
        return f"{self.kind} {self.first:%Y-%m-%d %H:%M}"

    @property
    def entity(self) -> Entity | None:
        """The thing whose series it is about."""
        return self.series.entity if self.series else None

    @property
    def sector(self) -> str:
        """The sector of the thing or the indicator."""
        if self.series:
            return self.series.entity.sector
        return self.indicator.sector if self.indicator else ""


class Forecast(models.Model):
    """What comes next for a series, or for an indicator at a node, by one plan (``halong.analysis.forecast.PLANS``).

    ``points``: ``[[label as epoch seconds, mean, low 80, high 80, low 95, high 95], …]``. ``error`` and ``naive_error`` are
    mean absolute errors of the backtest in the unit of the series; ``shown`` is False where the naive forecast did as well.
    """

    series = models.ForeignKey(Series, models.CASCADE, null=True, blank=True, related_name="forecasts")
    indicator = models.ForeignKey(Indicator, models.CASCADE, null=True, blank=True, related_name="forecasts")
    node = models.IntegerField(default=0)
    plan = models.CharField(max_length=10)
    grain = models.CharField(max_length=7)
    made_at = models.DateTimeField()
    since = models.DateTimeField()  # the label of the last value it was made from
    points = models.JSONField(default=list)
    model = models.CharField(max_length=60)
    error = models.FloatField()
    naive_error = models.FloatField()
    mase = models.FloatField(null=True)
    coverage_80 = models.FloatField()
    coverage_95 = models.FloatField()
    tested = models.IntegerField()
    shown = models.BooleanField()

    objects = SubjectQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(series__isnull=False) ^ Q(indicator__isnull=False), name="forecast_of_one"
            ),
            models.UniqueConstraint(fields=["series", "plan"], name="one_forecast_of_series"),
            models.UniqueConstraint(fields=["indicator", "node", "plan"], name="one_forecast_of_node"),
        ]

    def __str__(self) -> str:
        return f"{self.plan} {self.made_at:%Y-%m-%d %H:%M}"
