"""What is worth an alert: rules that people make, and the state of each rule for each series."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.context.models import Entity
from halong.core.permissions import scope_q
from halong.observations.models import Series
from halong.places.models import Agency, Place


class RuleQuerySet(models.QuerySet["Rule"]):
    """Lists of rules."""

    def visible_to(self, user: object) -> Self:
        """Whoever may see rules sees all of them: a limit is no secret."""
        return self.filter(scope_q(user, "rules.view", place="", agency="", sector=""))


class Rule(models.Model):
    """A condition on a property of some things that asks for somebody's response.

    ``place``, ``agency`` and ``sector`` (of its first type) say where it may be changed. ``key`` is set for
    the rules of a profile, so that loading the profile again doesn't double them.
    """

    class Kind(models.TextChoices):
        THRESHOLD = "threshold", _("Threshold")
        RATE = "rate", _("Rate of change")
        SILENCE = "silence", _("Silence")
        RANGE = "range", _("Out of physical range")
        STUCK = "stuck", _("Stuck value")
        HABIT = "habit", _("Against the same hour of past weeks")

    class Priority(models.IntegerChoices):
        CRITICAL = 1, pgettext_lazy("priority", "Critical")
        HIGH = 2, pgettext_lazy("priority", "High")
        ATTENTION = 3, pgettext_lazy("priority", "Attention")

    class Averaging(models.TextChoices):
        READINGS = "", _("Each reading")
        HOUR = "1h", _("1-hour mean")
        HOURS_8 = "8h", _("8-hour mean")
        DAY = "24h", _("24-hour mean (day)")

    key = models.CharField(max_length=80, null=True, blank=True, unique=True)
    name = models.CharField(_("name"), max_length=200)
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    # empty: every property, which only silence and stuck values can mean
    property = models.CharField(_("property"), max_length=100, blank=True)
    types = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    sector = models.CharField(max_length=40, blank=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, verbose_name=_("place"))
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, verbose_name=_("agency"))
    entities = models.ManyToManyField(Entity, blank=True)  # none: every thing of the types
    params = models.JSONField(_("parameters"), default=dict)  # typed by kind: rules.params
    averaging = models.CharField(
        _("averaging"), max_length=10, blank=True, default="", choices=Averaging.choices
    )
    priority = models.SmallIntegerField(_("priority"), choices=Priority.choices, default=Priority.ATTENTION)
    advice = models.CharField(_("what to do"), max_length=500, blank=True)
    legal_basis = models.CharField(_("legal basis"), max_length=300, blank=True)
    limit_id = models.CharField(max_length=120, blank=True)  # core.sector.Limit.id, if it cites one
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid to"), null=True, blank=True)
    enabled = models.BooleanField(_("switched on"), default=False)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    modified_at = models.DateTimeField(auto_now=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["enabled", "priority"], name="rule_list")]

    def __str__(self) -> str:
        return self.name


class RuleState(models.Model):
    """Where one rule stands for one series. Several ingest processes agree on it by conditional UPDATE.

    ``serial`` counts the changes of ``active``, so that events about them can be told apart and put in
    order. For silence ``due_at`` moves with the newest reading, ``silent_after_s`` tells how far; for a
    duration it is set while pending.
    """

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="states")
    series = models.ForeignKey(Series, models.CASCADE)
    active = models.BooleanField(default=False)
    serial = models.IntegerField(default=0)
    pending_since = models.DateTimeField(null=True, blank=True)  # condition true, duration not yet reached
    changed_at = models.DateTimeField(null=True, blank=True, db_index=True)
    # of the reading that changed it; means: last judged
    last_time = models.DateTimeField(null=True, blank=True)
    value = models.FloatField(null=True, blank=True)
    limit = models.FloatField(null=True, blank=True)
    silent_after_s = models.FloatField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "series"], name="one_state_a_rule_and_series")]
        indexes = [models.Index(fields=["series"], name="rule_state_active", condition=models.Q(active=True))]


class JudgedMean(models.Model):
    """Up to which label the means of a series were judged by rules: an hour that becomes complete later is
    late.

    ``averaging`` is that of the rules, or "derived" for the values of derived series, which no door brings
    in.
    """

    series = models.ForeignKey(Series, models.CASCADE)
    averaging = models.CharField(max_length=10)
    label = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["series", "averaging"], name="one_judged_mean")]


class TrialQuerySet(models.QuerySet["RuleTrial"]):
    """Lists of trials."""

    def visible_to(self, user: object) -> Self:
        """Trials are their makers' own."""
        return self.filter(by=getattr(user, "pk", None))


class RuleTrial(models.Model):
    """A rule that is being tried on the past, a few seconds of work at a time; kept for a day."""

    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True)
    draft = models.JSONField()
    result = models.JSONField(default=dict)
    finished = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TrialQuerySet.as_manager()
