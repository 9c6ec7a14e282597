"""The incident itself: what it is, where, how grave, who answers for it, what it was made of."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.accounts.models import User
from halong.context.scope import Scope
from halong.core.permissions import scope_q
from halong.places.models import Agency, Place
from halong.playbooks.models import PlaybookVersion

UNDER_WAY = ("declared", "responding", "contained")


class IncidentQuerySet(models.QuerySet["Incident"]):
    """Lists of incidents."""

    def visible_to(self, user: object) -> Self:
        """Those of the places, agencies and sectors that the user may see, and those in which one has a role."""
        seen = scope_q(user, "incidents.view")
        if seen and isinstance(user, User):  # without any condition it is everything already
            held = Role.objects.filter(person=user, until__isnull=True).values("incident")
            seen |= Q(pk__in=held)
        return self.filter(seen)

    def within(self, scope: Scope) -> Self:
        """Those of the chosen sector, place and agency."""
        return self.filter(scope.q())

    def under_way(self) -> Self:
        """Those that somebody still has to work on."""
        return self.filter(state__in=UNDER_WAY)


class Incident(models.Model):
    """Something that has to be coordinated.

    declared → responding (the first role, step or note of work) → contained → closed (all-clear) → reviewed;
    declared or responding → dismissed (a reason; its parts are free again); → merged (``into``; undone by ``unmerge``);
    contained or closed → responding (re-opened, with a reason). Every change is a conditional
    UPDATE that raises ``version``: who comes second gets Conflict with what changed meanwhile.
    """

    class State(models.TextChoices):
        DECLARED = "declared", pgettext_lazy("incident", "Declared")
        RESPONDING = "responding", pgettext_lazy("incident", "Responding")
        CONTAINED = "contained", pgettext_lazy("incident", "Contained")
        CLOSED = "closed", pgettext_lazy("incident", "Closed")
        REVIEWED = "reviewed", pgettext_lazy("incident", "Reviewed")
        MERGED = "merged", pgettext_lazy("incident", "Merged")
        DISMISSED = "dismissed", pgettext_lazy("incident", "Dismissed")

    class Severity(models.IntegerChoices):
        MINOR = 1, pgettext_lazy("incident severity", "Minor")
        MEDIUM = 2, pgettext_lazy("incident severity", "Medium")
        MAJOR = 3, pgettext_lazy("incident severity", "Major")
        EXTRAORDINARY = 4, pgettext_lazy("incident severity", "Extraordinary")

    number = models.CharField(_("number"), max_length=20, unique=True)  # "SC-2026-0042"
    client_id = models.UUIDField(unique=True)  # sending the declaration twice makes one incident
    title = models.CharField(pgettext_lazy("incident", "title"), max_length=200)
    # number, title and where, for the search
    folded = models.CharField(max_length=400, editable=False, default="")
    kind = models.CharField(_("kind"), max_length=40)  # a key of playbooks.kinds
    severity = models.SmallIntegerField(_("severity"), choices=Severity.choices, default=Severity.MEDIUM)
    summary = models.TextField(_("what is known"), blank=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, verbose_name=_("place"))
    where = models.CharField(_("where exactly"), max_length=300, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    area = models.JSONField(
        null=True, blank=True
    )  # GeoJSON Polygon or MultiPolygon (lon, lat), drawn on the map
    sector = models.CharField(_("sector"), max_length=40, blank=True)
    agency = models.ForeignKey(
        Agency,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("agency in charge"),
        related_name="incidents",
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.DECLARED)
    into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged_here")
    playbook = models.ForeignKey(
        PlaybookVersion, models.PROTECT, null=True, blank=True, related_name="incidents"
    )
    detected_at = models.DateTimeField()  # when its first part was raised, sent or called in
    occurred_at = models.DateTimeField(null=True, blank=True)  # when it happened, as far as its parts tell
    declared_at = models.DateTimeField()
    acknowledged_at = models.DateTimeField(null=True, blank=True)  # the first alert or part was acknowledged
    assigned_at = models.DateTimeField(null=True, blank=True)  # somebody first had a role or a task
    contained_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    reopened = models.SmallIntegerField(default=0)
    advance_at = models.DateTimeField(null=True, blank=True)  # when its playbook must next be looked at
    on_wall = models.BooleanField(_("on the walls"), default=True)
    simulated = models.BooleanField(default=False)
    declared_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="declared_incidents"
    )
    changed_at = models.DateTimeField()
    version = models.IntegerField(default=1)

    objects = IncidentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(severity__range=(1, 4)), name="incident_severity"),
            models.CheckConstraint(
                condition=Q(state="merged", into__isnull=False) | (~Q(state="merged") & Q(into__isnull=True)),
                name="merged_names_into",
            ),
        ]
        indexes = [
            models.Index(
                fields=["severity", "declared_at"], name="incident_open", condition=Q(state__in=UNDER_WAY)
            ),
            models.Index(fields=["-declared_at"], name="incident_declared"),
            models.Index(
                fields=["advance_at"], name="incident_advance", condition=Q(advance_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def is_under_way(self) -> bool:
        """Whether somebody still has to work on it."""
        return self.state in UNDER_WAY

    @property
    def severity_key(self) -> str:
        """The word for its status mark."""
        return {1: "normal", 2: "attention", 3: "high", 4: "critical"}[self.severity]


class IncidentNumber(models.Model):
    """The last number of a year; raised by one UPDATE, so that numbers have no gaps and no twins."""

    year = models.SmallIntegerField(primary_key=True)
    last = models.IntegerField(default=0)


class PartQuerySet(models.QuerySet["Part"]):
    """Lists of parts."""

    def of(self, incident: Incident) -> Self:
        """What an incident is made of: the live ones, or those that ended with it when it was closed or dismissed."""
        belongs = Q(live=True)
        if incident.closed_at is not None:
            belongs |= Q(ended_at=incident.closed_at)
        return self.filter(belongs, incident=incident)

    def told(self) -> Self:
        """What incidents are or were made of until they were over; without what was taken out of them."""
        return self.filter(Q(live=True) | Q(ended_at=F("incident__closed_at")))


class Part(models.Model):
    """What an incident was made of: an alert, a citizen's report, a telephone call, an item of the press.

    A thing belongs to one open incident at most; taking it out ends the row (``live`` false), which stays as history.
    Closing an incident ends its parts at the same moment, so that a thing which comes back can belong to a new one;
    re-opening takes back those that are free.
    """

    class Kind(models.TextChoices):
        ALERT = "alert", pgettext_lazy("part of an incident", "Alert")
        REPORT = "report", pgettext_lazy("part of an incident", "Citizen's report")
        CALL = "call", pgettext_lazy("part of an incident", "Telephone call")
        PRESS = "press", pgettext_lazy("part of an incident", "Press")

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="parts")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    ref = models.CharField(
        max_length=200
    )  # the id of the alert, report or call; the address of an item of the press
    title = models.CharField(max_length=300)
    at = models.DateTimeField()  # when it was raised, sent, called in
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    live = models.BooleanField(default=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = PartQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "ref"], name="part_of_one", condition=Q(live=True)),
        ]


class Role(models.Model):
    """Who does what in an incident, from when until when. A commander is named by a decision, with a post."""

    class Kind(models.TextChoices):
        COMMANDER = "commander", pgettext_lazy("incident role", "Response commander")
        COORDINATOR = "coordinator", pgettext_lazy("incident role", "Incident coordinator")
        FIELD = "field", pgettext_lazy("incident role", "Field officer")
        LIAISON = "liaison", pgettext_lazy("incident role", "Liaison")
        PRESS = "press", pgettext_lazy("incident role", "Spokesperson")
        RECORDER = "recorder", pgettext_lazy("incident role", "Recorder")

    SINGLE = ("commander", "coordinator")

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="roles")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="incident_roles")
    decision = models.CharField(_("by decision"), max_length=200, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["incident", "kind"],
                name="one_commander_one_coordinator",
                condition=Q(until__isnull=True, kind__in=["commander", "coordinator"]),
            ),
            models.UniqueConstraint(
                fields=["incident", "kind", "person"], name="role_once", condition=Q(until__isnull=True)
            ),
        ]


class Link(models.Model):
    """Two incidents that have to do with each other."""

    class Kind(models.TextChoices):
        CAUSED_BY = "caused-by", pgettext_lazy("link of incidents", "Caused by")
        SAME_CAUSE = "same-cause", pgettext_lazy("link of incidents", "Same cause")
        SPLIT_FROM = "split-from", pgettext_lazy("link of incidents", "Split from")
        RELATED = "related", pgettext_lazy("link of incidents", "Related")

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="links")
    other = models.ForeignKey(Incident, models.CASCADE, related_name="linked_from")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["incident", "other", "kind"], name="link_once"),
            models.CheckConstraint(condition=~Q(incident=models.F("other")), name="link_to_another"),
        ]
