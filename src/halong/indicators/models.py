"""What is measured about the province: what an indicator means and since when, what it should be, what it was."""

from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.language import said_in
from halong.core.permissions import scope_q
from halong.places.models import Agency, Place

WHOLE = 0
GRAVITY = ("normal", "attention", "high", "critical")  # the states of values, the gravest last


def node_of(place: Place | None = None, agency: Agency | None = None) -> int:
    """The number of a node in ``Value.node``: 0 the whole, a place's id, or an agency's id as a negative number.

    The root of the tree of places is the whole. Of a place and an agency the place decides.
    """
    if place is not None and place.parent_id is not None:
        return place.pk
    return WHOLE if agency is None else -agency.pk


class Grain(models.TextChoices):
    """How long a period is."""

    HOUR = "hour", pgettext_lazy("period", "Hour")
    DAY = "day", pgettext_lazy("period", "Day")
    MONTH = "month", pgettext_lazy("period", "Month")
    QUARTER = "quarter", pgettext_lazy("period", "Quarter")
    YEAR = "year", pgettext_lazy("period", "Year")


class IndicatorQuerySet(models.QuerySet["Indicator"]):
    """Lists of indicators."""

    def visible_to(self, user: object) -> Self:
        """Indicators are open to everybody who works here."""
        return self.filter(scope_q(user, "indicators.view", place="", agency="", sector="sector"))

    def active(self) -> Self:
        """Those in use, in the order of pages."""
        return self.filter(active=True).order_by("level", "order", "key")


class Indicator(models.Model):
    """The name for good of something that is measured; what it means stands in its definitions.

    ``level``: 1 on the panorama, 2 on the page of its sector, 3 in lists only. ``agency`` owns it and ``person``
    answers for it.
    """

    class Level(models.IntegerChoices):
        PANORAMA = 1, _("Panorama")
        SECTOR = 2, _("Page of the sector")
        LIST = 3, _("List only")

    key = models.CharField(_("key"), max_length=80, unique=True)
    sector = models.CharField(_("sector"), max_length=40, blank=True, db_index=True)
    agency = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+",
        verbose_name=_("person who answers"),
    )  # fmt: skip
    level = models.SmallIntegerField(_("level"), choices=Level.choices, default=Level.LIST)
    order = models.IntegerField(_("order"), default=100)
    active = models.BooleanField(_("active"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = IndicatorQuerySet.as_manager()

    def __str__(self) -> str:
        return self.key

    def definition_on(self, day: date) -> "Definition | None":
        """The definition in force on a day; before the first one, the first; None without any.

        Without a query where ``definitions`` are prefetched.
        """
        found = sorted(self.definitions.all(), key=lambda d: (d.valid_from, d.version))
        before = [definition for definition in found if definition.valid_from <= day]
        return before[-1] if before else next(iter(found), None)

    @property
    def definition(self) -> "Definition | None":
        """The definition of today."""
        return self.definition_on(timezone.localdate())


class Definition(models.Model):
    """What an indicator means from ``valid_from`` on. A period is computed under the definition in force at its end.

    ``spec`` is typed by ``kind`` (``halong.indicators.specs``); ``bands`` is a list of
    ``{"state": "attention", "below" or "above": number, "source": text}``.
    """

    class Kind(models.TextChoices):
        SERIES = "series", _("Measured series")
        RECORDS = "records", _("Records in Halong")
        FORMULA = "formula", _("Formula over indicators")
        TABLE = "table", _("Table from an agency")

    class OverTime(models.TextChoices):
        MEAN = "mean", _("Mean")
        SUM = "sum", _("Sum")
        LAST = "last", _("Last value")
        MAX = "max", _("Highest value")
        MIN = "min", _("Lowest value")

    class Direction(models.TextChoices):
        UP = "up", _("More is better")
        DOWN = "down", _("Less is better")
        NONE = "none", _("Neither is better")

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="definitions")
    version = models.SmallIntegerField(default=1)
    valid_from = models.DateField(_("valid from"))
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("name in English"), max_length=120, blank=True)
    meaning = models.TextField(_("meaning"), blank=True)
    meaning_en = models.TextField(_("meaning in English"), blank=True)
    scope_words = models.CharField(_("second line"), max_length=120, blank=True)
    scope_words_en = models.CharField(_("second line in English"), max_length=120, blank=True)
    unit = models.CharField(_("unit"), max_length=20, blank=True)
    decimals = models.SmallIntegerField(_("decimals"), default=1)
    direction = models.CharField(
        _("direction"), max_length=4, choices=Direction.choices, default=Direction.NONE
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    spec = models.JSONField(default=dict)
    grain = models.CharField(_("period"), max_length=7, choices=Grain.choices, default=Grain.HOUR)
    over_time = models.CharField(
        _("over longer periods"), max_length=4, choices=OverTime.choices, default=OverTime.MEAN
    )
    freshness_s = models.IntegerField(_("freshness promised, seconds"), default=7200)
    shows_denominator = models.BooleanField(_("shows the denominator"), default=False)
    plausible_min = models.FloatField(_("plausible from"), null=True, blank=True)
    plausible_max = models.FloatField(_("plausible to"), null=True, blank=True)
    bands = models.JSONField(default=list, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    verified = models.BooleanField(_("verified"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["indicator", "version"], name="one_definition_a_version"),
            models.UniqueConstraint(fields=["indicator", "valid_from"], name="one_definition_a_day"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title(self) -> str:
        """The name in the language of the page."""
        return self._said("name")

    @property
    def explanation(self) -> str:
        """The meaning in the language of the page."""
        return self._said("meaning")

    @property
    def second_line(self) -> str:
        """What the tile says beneath the name, in the language of the page."""
        return self._said("scope_words")

    def _said(self, name: str) -> str:
        return said_in(getattr(self, name), getattr(self, f"{name}_en"))

    def state_of(self, value: float | None) -> str:
        """The gravest state whose band the value lies in, else "normal"."""
        states = [band["state"] for band in self.bands if value is not None and _inside(band, value)]
        return max(states, key=GRAVITY.index, default=GRAVITY[0])


def _inside(band: dict[str, Any], value: float) -> bool:
    below, above = band.get("below"), band.get("above")
    return (below is not None and value < below) or (above is not None and value > above)


class Target(models.Model):
    """What the value of a node should be in a span of days. Without place and agency: of the whole."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="targets")
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+")
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="+")
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    value = models.FloatField(_("target"))
    source = models.CharField(_("source"), max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "place", "agency", "valid_from"],
                name="one_target_a_day",
                nulls_distinct=False,
            )
        ]

    @property
    def node(self) -> int:
        """The node that it is for."""
        return node_of(self.place, self.agency)


class Cell(models.Model):
    """An approved or imported figure for a place × agency and period (0: not said): what values of tables are made of.

    The cells of series and records aren't kept: they are computed from readings and records whenever they are needed.
    """

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="cells")
    grain = models.CharField(max_length=7, choices=Grain.choices)
    label = models.DateTimeField()
    place_id = models.IntegerField(default=0)
    agency_id = models.IntegerField(default=0)
    num = models.FloatField(null=True)
    den = models.FloatField(null=True)
    simulated = models.BooleanField(default=False)
    source = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(null=True)  # when it was first there; None: history that was loaded later

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "grain", "label", "place_id", "agency_id"], name="one_cell_a_leaf"
            )
        ]


class Value(models.Model):
    """An indicator at a node over a period. ``node``: see ``node_of``; ``label``: the END of the period.

    ``num`` and ``den`` are what the value was made of; ``reported`` of ``expected`` things took part.
    ``running``: the period isn't over; ``estimated``: a former unit, as the sum of those that followed it;
    ``first_at``: when a value for the whole period was first there.
    """

    pk = models.CompositePrimaryKey("indicator_id", "grain", "node", "label")
    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="values", db_index=False)
    grain = models.CharField(max_length=7, choices=Grain.choices)
    node = models.IntegerField()
    label = models.DateTimeField()
    value = models.FloatField(null=True)
    num = models.FloatField(null=True)
    den = models.FloatField(null=True)
    reported = models.IntegerField(default=0)
    expected = models.IntegerField(default=0)
    version = models.SmallIntegerField(default=1)
    running = models.BooleanField(default=False)
    estimated = models.BooleanField(default=False)
    simulated = models.BooleanField(default=False)
    computed_at = models.DateTimeField(default=timezone.now)
    first_at = models.DateTimeField(null=True)


class Revision(models.Model):
    """A value of a closed period that became another one after it should have been settled (label + freshness)."""

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="revisions")
    grain = models.CharField(max_length=7, choices=Grain.choices)
    node = models.IntegerField()
    label = models.DateTimeField()
    old_value = models.FloatField(null=True)
    new_value = models.FloatField(null=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["indicator", "node", "at"], name="revision_of_node"),
        ]


class Collection(models.Model):
    """A table that agencies fill in or import once a period, due ``due_days`` after its end."""

    key = models.CharField(_("key"), max_length=80, unique=True)
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    indicators = models.ManyToManyField(Indicator, related_name="collections", verbose_name=_("indicators"))
    agencies = models.ManyToManyField(Agency, related_name="+", verbose_name=_("agencies"))
    grain = models.CharField(_("period"), max_length=7, choices=Grain.choices, default=Grain.MONTH)
    due_days = models.SmallIntegerField(_("days until due"), default=5)
    approver = models.ForeignKey(
        Agency, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("approved by")
    )
    starts = models.DateField(_("first period from"), default=timezone.localdate)
    active = models.BooleanField(_("active"), default=True)

    def __str__(self) -> str:
        return self.said

    @property
    def said(self) -> str:
        """The title in the language of the page."""
        return said_in(self.title, self.title_en)


class SubmissionQuerySet(models.QuerySet["Submission"]):
    """Lists of submissions."""

    def visible_to(self, user: object) -> Self:
        """Who owes which figures is open to everybody who works here."""
        return self.filter(scope_q(user, "indicators.view", place="", agency="agency", sector=""))

    def waiting(self) -> Self:
        """Those that their agency still owes."""
        return self.filter(state__in=Submission.WAITING)


class Submission(models.Model):
    """What one agency owes for one period of a collection. ``values``: indicator key → place code or "" → [num, den]."""

    class State(models.TextChoices):
        DUE = "due", pgettext_lazy("submission", "Due")
        SUBMITTED = "submitted", _("Submitted, waits for approval")
        APPROVED = "approved", _("Approved")
        RETURNED = "returned", _("Returned")

    WAITING = (State.DUE, State.RETURNED)  # its agency still owes it

    collection = models.ForeignKey(Collection, models.CASCADE, related_name="submissions")
    agency = models.ForeignKey(Agency, models.PROTECT, related_name="submissions")
    label = models.DateTimeField()  # the END of the period
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.DUE)
    values = models.JSONField(default=dict)
    note = models.TextField(blank=True)
    reason = models.TextField(blank=True)  # why it was returned
    submitted_at = models.DateTimeField(null=True, blank=True)
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    remind_at = models.DateTimeField(null=True, blank=True)  # when the next reminder is due; None: no more

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["collection", "agency", "label"], name="one_submission_a_period")
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="submission_waiting",
                condition=models.Q(state__in=["due", "returned"]),
            ),
            models.Index(
                fields=["remind_at"], name="submission_remind", condition=models.Q(remind_at__isnull=False)
            ),
        ]
