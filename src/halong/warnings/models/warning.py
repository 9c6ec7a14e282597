"""A public warning, its areas, and what each person did to it."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.language import said_in
from halong.core.permissions import scope_q
from halong.places.models import Place
from halong.warnings.kinds import label_of
from halong.warnings.models.authority import Authority

OPEN = ("draft", "checked", "approved")


class WarningQuerySet(models.QuerySet["Warning"]):
    """Lists of warnings."""

    def visible_to(self, user: object) -> Self:
        """Those of the places that the user may see; what went out to everybody is everybody's at the desk, too."""
        seen = scope_q(user, "warnings.view", agency="", sector="")
        if seen == Q():  # everything; an empty condition would vanish in an "or"
            return self
        public = scope_q(user, "warnings.view", place="", agency="", sector="")
        return self.filter(seen | (public & Q(state__in=("published", "updated", "cancelled", "expired"))))

    def open(self) -> Self:
        """Those that aren't published yet and haven't been dropped."""
        return self.filter(state__in=OPEN)

    def in_force(self, now: datetime) -> Self:
        """Those that hold now, exercises and tests too; a cancellation is no warning."""
        return self.filter(state="published", expires__gt=now).exclude(msg_type="Cancel")

    def public(self) -> Self:
        """Those that went out to the public page; the database refuses that an exercise or test is among them."""
        return self.filter(status="Actual", dispatches__channel="page")


class Warning(models.Model):
    """A warning in CAP 1.2 on its way: draft → checked → approved → published → updated, cancelled or expired.

    Triggers hold what matters: which step follows which, that content is frozen from the check on, that the approver is
    the delegate of a row of authority which covers event, places and hour, and wrote none of it. See ``guards``.

    People speak of it by its ``number``, "CB-2026-0042"; CAP knows it by ``identifier``, unique for ever together with the
    sender. ``replaces`` is what it updates or cancels; ``place`` the smallest unit that holds all areas. ``version`` is that
    of the words: every change raises it, so that nobody checks older ones.
    """

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("warning", "Draft")
        CHECKED = "checked", pgettext_lazy("warning", "Checked")
        APPROVED = "approved", pgettext_lazy("warning", "Approved")
        PUBLISHED = "published", pgettext_lazy("warning", "Published")
        UPDATED = "updated", pgettext_lazy("warning", "Replaced")
        CANCELLED = "cancelled", pgettext_lazy("warning", "Cancelled")
        EXPIRED = "expired", pgettext_lazy("warning", "Expired")
        DROPPED = "dropped", pgettext_lazy("warning", "Dropped")

    class Status(models.TextChoices):
        ACTUAL = "Actual", pgettext_lazy("warning", "Actual")
        EXERCISE = "Exercise", pgettext_lazy("warning", "EXERCISE")
        TEST = "Test", pgettext_lazy("warning", "TEST")

    class MsgType(models.TextChoices):
        ALERT = "Alert", pgettext_lazy("warning", "Warning")
        UPDATE = "Update", pgettext_lazy("warning", "Update")
        CANCEL = "Cancel", pgettext_lazy("warning", "Cancellation")

    class Severity(models.TextChoices):
        EXTREME = "Extreme", pgettext_lazy("warning severity", "Extreme")
        SEVERE = "Severe", pgettext_lazy("warning severity", "Severe")
        MODERATE = "Moderate", pgettext_lazy("warning severity", "Moderate")
        MINOR = "Minor", pgettext_lazy("warning severity", "Minor")
        UNKNOWN = "Unknown", pgettext_lazy("warning severity", "Unknown")

    class Urgency(models.TextChoices):
        IMMEDIATE = "Immediate", pgettext_lazy("warning urgency", "Act at once")
        EXPECTED = "Expected", pgettext_lazy("warning urgency", "Act within the hour")
        FUTURE = "Future", pgettext_lazy("warning urgency", "Act later")
        PAST = "Past", pgettext_lazy("warning urgency", "It is over")
        UNKNOWN = "Unknown", pgettext_lazy("warning urgency", "Unknown")

    class Certainty(models.TextChoices):
        OBSERVED = "Observed", pgettext_lazy("warning certainty", "Observed")
        LIKELY = "Likely", pgettext_lazy("warning certainty", "Likely (over 50 %)")
        POSSIBLE = "Possible", pgettext_lazy("warning certainty", "Possible")
        UNLIKELY = "Unlikely", pgettext_lazy("warning certainty", "Unlikely")
        UNKNOWN = "Unknown", pgettext_lazy("warning certainty", "Unknown")

    number = models.CharField(max_length=20, unique=True)
    identifier = models.CharField(max_length=80, unique=True)
    sender = models.CharField(max_length=120)
    key = models.CharField(max_length=200, null=True, blank=True, unique=True)  # drafting twice makes one
    status = models.CharField(max_length=8, choices=Status.choices)
    msg_type = models.CharField(max_length=6, choices=MsgType.choices, default=MsgType.ALERT)
    replaces = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="successors")
    incident = models.CharField(max_length=20, blank=True, db_index=True)  # its number
    event = models.CharField(_("kind of event"), max_length=20)  # a key of warnings.kinds
    category = models.CharField(max_length=10)
    severity = models.CharField(_("severity"), max_length=10, choices=Severity.choices)
    urgency = models.CharField(_("urgency"), max_length=10, choices=Urgency.choices)
    certainty = models.CharField(_("certainty"), max_length=10, choices=Certainty.choices)
    responses = models.JSONField(default=list)  # CAP response types
    onset = models.DateTimeField(_("begins"), null=True, blank=True)
    expires = models.DateTimeField(_("in force until"))
    headline_vi = models.CharField(_("headline"), max_length=160)
    headline_en = models.CharField(_("headline, in English"), max_length=160, blank=True)
    description_vi = models.TextField(_("what happens"), blank=True)
    description_en = models.TextField(_("what happens, in English"), blank=True)
    instruction_vi = models.TextField(_("what to do"), blank=True)
    instruction_en = models.TextField(_("what to do, in English"), blank=True)
    risk_level = models.SmallIntegerField(_("disaster-risk level"), null=True, blank=True)
    bulletin_issuer = models.CharField(_("who issued the bulletin"), max_length=200, blank=True)
    bulletin_number = models.CharField(_("number of the bulletin"), max_length=60, blank=True)
    bulletin_at = models.DateTimeField(_("hour of the bulletin"), null=True, blank=True)
    bulletin_text = models.TextField(_("text of the bulletin, word for word"), blank=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+")
    simulated = models.BooleanField(default=False)
    version = models.IntegerField(default=1)
    made_at = models.DateTimeField()

    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    changed_at = models.DateTimeField()
    authority = models.ForeignKey(Authority, models.PROTECT, null=True, blank=True, related_name="+")
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    sent = models.DateTimeField(null=True, blank=True)
    xml = models.TextField(blank=True)  # the signed message as it went out

    objects = WarningQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["id", "status"], name="warning_and_status"
            ),  # dispatches point here
            models.UniqueConstraint(
                fields=["replaces"],
                condition=Q(state__in=("published", "updated", "cancelled", "expired")),
                name="one_successor_of_a_warning",
            ),
            models.CheckConstraint(
                condition=Q(msg_type="Alert", replaces__isnull=True)
                | Q(msg_type__in=("Update", "Cancel"), replaces__isnull=False),
                name="update_and_cancel_replace",
            ),
            models.CheckConstraint(
                condition=Q(risk_level__isnull=True)
                | Q(
                    risk_level__range=(1, 5),
                    bulletin_issuer__gt="",
                    bulletin_number__gt="",
                    bulletin_text__gt="",
                    bulletin_at__isnull=False,
                ),
                name="risk_level_needs_bulletin",
            ),
            models.CheckConstraint(
                condition=Q(simulated=False) | ~Q(status="Actual"), name="simulated_is_never_actual"
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "checked", "dropped"))
                | Q(authority__isnull=False, approved_by__isnull=False, approved_at__isnull=False),
                name="approved_by_authority",
            ),
            models.CheckConstraint(
                condition=Q(state__in=("draft", "checked", "approved", "dropped"))
                | (Q(sent__isnull=False) & Q(xml__gt="")),
                name="published_is_sent",
            ),
        ]
        indexes = [
            models.Index(fields=["-made_at", "-id"], name="warning_list"),
            models.Index(fields=["expires"], name="warning_due", condition=Q(state="published")),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.headline}"

    @property
    def headline(self) -> str:
        """The headline in the present language; Vietnamese where the other one is missing."""
        return said_in(self.headline_vi, self.headline_en)

    @property
    def description(self) -> str:
        """What happens, likewise."""
        return said_in(self.description_vi, self.description_en)

    @property
    def instruction(self) -> str:
        """What to do, likewise."""
        return said_in(self.instruction_vi, self.instruction_en)

    @property
    def event_label(self) -> str:
        """The kind of event in the present language."""
        return label_of(self.event)

    @property
    def languages(self) -> tuple[str, ...]:
        """The languages in which it speaks: Vietnamese always, English when its words are there."""
        return ("vi", "en") if self.headline_en else ("vi",)

    @property
    def is_open(self) -> bool:
        """Whether something can still be done to it before it goes out."""
        return self.state in OPEN


class Area(models.Model):
    """A part of where a warning holds: a unit, or a drawn polygon inside one (``place`` is the unit that contains it).

    ``ring`` is the closed ring of the polygon as [lon, lat] (GeoJSON's order); None: the whole unit.
    """

    warning = models.ForeignKey(Warning, models.CASCADE, related_name="areas")
    place = models.ForeignKey(Place, models.PROTECT, related_name="+")
    name_vi = models.CharField(max_length=300)
    name_en = models.CharField(max_length=300)
    ring = models.JSONField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return said_in(self.name_vi, self.name_en)


class Act(models.Model):
    """What somebody did to a warning; never changed nor deleted. ``by`` is None for Halong itself (templates, the clock)."""

    class Kind(models.TextChoices):
        WRITE = "write", pgettext_lazy("act", "Wrote")
        CHECK = "check", pgettext_lazy("act", "Checked")
        APPROVE = "approve", pgettext_lazy("act", "Approved")
        PUBLISH = "publish", pgettext_lazy("act", "Published")
        RETURN = "return", pgettext_lazy("act", "Sent back")
        REPLACE = "replace", pgettext_lazy("act", "Replaced by an update")
        CANCEL = "cancel", pgettext_lazy("act", "Cancelled")
        EXPIRE = "expire", pgettext_lazy("act", "Expired")
        DROP = "drop", pgettext_lazy("act", "Dropped")

    warning = models.ForeignKey(Warning, models.PROTECT, related_name="acts")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    actor = models.CharField(max_length=200)
    at = models.DateTimeField()
    version = models.IntegerField()  # of the words
    note = models.CharField(max_length=1000, blank=True)

    class Meta:
        ordering = ("pk",)
