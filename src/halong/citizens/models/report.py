"""A citizen's report and what happens to it. Who sent it stands elsewhere (``models.people``) and never here."""

import uuid
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.accounts.models import ApiKey
from halong.citizens.models.catalogue import Category
from halong.context.scope import Scope
from halong.places.models import Agency, Place

WITH_AGENCY = ("routed", "working", "answered")
OPEN = ("sent", "returned", *WITH_AGENCY)
OVER = ("resolved", "closed", "duplicate", "declined", "handed_over")


class ReportQuerySet(models.QuerySet["Report"]):
    """Lists of reports. Handlers get them by ``visible_to``, the public by ``shown``: neither leads to a person."""

    def visible_to(self, user: object) -> Self:
        """Those of the agencies, places and sectors that the user may see, those that his agency works along with, and
        those of the people whom he stands in for.
        """
        from halong.citizens.permissions import visible_q  # noqa: PLC0415 -- asks the models of this package

        return self.filter(visible_q(user))

    def within(self, scope: Scope) -> Self:
        """Those of the chosen sector, place and agency."""
        return self.filter(scope.q())

    def shown(self) -> Self:
        """Those on the public map and list."""
        return self.filter(public=True)

    def open(self) -> Self:
        """Those that somebody must still do something about."""
        return self.filter(state__in=OPEN)

    def late(self, now: datetime) -> Self:
        """Open ones that should have been answered before now."""
        return self.open().filter(due_at__lt=now)


class Report(models.Model):
    """A field report. It never says who sent it.

    ``sent → routed → working → answered → resolved → closed``; ``routed → returned`` (not competent), from where the duty
    officer sends it on; ``answered → working`` when the head isn't content; ``resolved/closed → routed`` re-opened; from
    ``sent`` or ``returned`` also ``duplicate`` (of ``merged_into``, can be undone), ``declined`` and ``handed_over``
    (complaints and denunciations, whose text is purged). Every arrow is an action with a conditional UPDATE.

    ``agency`` has it now (None: the duty officer); ``step_due_at`` is when that step must be done, ``due_at`` when the
    citizen must have his answer. ``remind_at`` is when somebody must next be told about one of them.
    """

    class State(models.TextChoices):
        SENT = "sent", pgettext_lazy("report", "Sent, to be received")
        ROUTED = "routed", pgettext_lazy("report", "Received, sent to the agency")
        WORKING = "working", pgettext_lazy("report", "The agency works on it")
        ANSWERED = "answered", pgettext_lazy("report", "Answer waits for approval")
        RESOLVED = "resolved", pgettext_lazy("report", "Answered")
        CLOSED = "closed", pgettext_lazy("report", "Closed")
        RETURNED = "returned", pgettext_lazy("report", "Returned, to be sent elsewhere")
        DUPLICATE = "duplicate", pgettext_lazy("report", "Merged")
        DECLINED = "declined", pgettext_lazy("report", "Out of scope")
        HANDED_OVER = "handed_over", pgettext_lazy("report", "Led to its lawful channel")

    class Channel(models.TextChoices):
        WEB = "web", pgettext_lazy("report", "Web")
        OPEN311 = "open311", "Open311"
        HOTLINE = "hotline", pgettext_lazy("report", "Hotline")
        CONNECTOR = "connector", pgettext_lazy("report", "Another system")

    class Located(models.TextChoices):
        GPS = "gps", pgettext_lazy("located by", "the device")
        PHOTO = "photo", pgettext_lazy("located by", "the photo")
        PIN = "pin", pgettext_lazy("located by", "a pin on the map")
        UNIT = "unit", pgettext_lazy("located by", "the choice of a unit")
        PARTNER = "partner", pgettext_lazy("located by", "the sending system")

    class Rating(models.TextChoices):
        SATISFIED = "satisfied", pgettext_lazy("rating", "Satisfied")
        ACCEPT = "accept", pgettext_lazy("rating", "Accept")
        DISSATISFIED = "dissatisfied", pgettext_lazy("rating", "Dissatisfied")

    class Declined(models.TextChoices):
        NOT_HERE = "not-here", pgettext_lazy("declined", "Not in the province")
        UNCLEAR = "unclear", pgettext_lazy("declined", "Text, place or photo can't be understood")
        NOT_PUBLIC = (
            "not-public",
            pgettext_lazy("declined", "A private matter in which no agency is competent"),
        )
        ABUSE = "abuse", pgettext_lazy("declined", "Insult, advertisement or made up")
        OTHER = "other", pgettext_lazy("declined", "Another reason")

    class Reminder(models.TextChoices):
        STEP = "step", _("the step is late")
        DAY_BEFORE = "day-before", _("a day before")
        HOURS_BEFORE = "hours-before", _("two hours before")
        LATE = "late", _("late: the superior")

    client_id = models.UUIDField(
        unique=True, default=uuid.uuid4, editable=False
    )  # secret: whoever knows it has the code
    category = models.ForeignKey(Category, models.PROTECT, related_name="reports")
    sector = models.CharField(max_length=40, blank=True)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.WEB)
    api_key = models.ForeignKey(ApiKey, models.PROTECT, null=True, blank=True)
    external_id = models.CharField(max_length=100, blank=True)  # the number that the sending system gave
    language = models.CharField(max_length=2, default="vi")

    text = (
        models.TextField()
    )  # what handlers read: telephone numbers, addresses and names that tell the sender are covered
    folded = models.TextField(editable=False, default="")
    attributes = models.JSONField(default=dict)  # answers to the category's questions: code → value or list
    public_text = models.TextField(blank=True)
    public_folded = models.TextField(editable=False, default="")

    place = models.ForeignKey(Place, models.PROTECT)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    accuracy_m = models.FloatField(null=True, blank=True)
    located = models.CharField(max_length=8, choices=Located.choices)
    address = models.CharField(max_length=300, blank=True)
    public_lon = models.FloatField(null=True, blank=True)
    public_lat = models.FloatField(null=True, blank=True)
    public_address = models.CharField(max_length=300, blank=True)

    state = models.CharField(max_length=12, choices=State.choices, default=State.SENT)
    urgent = models.BooleanField(default=False)
    emergency = models.CharField(
        max_length=20, blank=True
    )  # what the text sounds like: "fire", "crime", "medical", "rescue"
    legal = models.CharField(max_length=12, blank=True)  # "complaint" or "denunciation" as the text sounds
    public = models.BooleanField(default=False)
    withheld = models.BooleanField(default=False)  # a moderator, or the sender, keeps it from the public
    simulated = models.BooleanField(default=False)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="reports")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="reports"
    )
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    proposal = models.JSONField(
        default=dict
    )  # {"category", "agency", "category_name", "agency_name", "reasons": […]} (proposals.py)

    first_due_at = models.DateTimeField()  # as promised at the start, or at the last re-opening
    due_at = models.DateTimeField()
    step_due_at = models.DateTimeField(null=True, blank=True)
    remind_at = models.DateTimeField(null=True, blank=True, db_index=True)
    reminder = models.CharField(max_length=12, choices=Reminder.choices, blank=True)
    written_at = models.DateTimeField()  # on the citizen's device, which may have been without network
    created_at = models.DateTimeField()
    routed_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)  # the approved answer
    closed_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()
    anonymised_at = models.DateTimeField(null=True, blank=True)

    weight = models.IntegerField(default=1)  # people who say that they meet it, the sender counted
    extensions = models.IntegerField(default=0)
    returns = models.IntegerField(default=0)
    reopenings = models.IntegerField(default=0)
    rating = models.CharField(max_length=12, choices=Rating.choices, blank=True)
    rating_note = models.TextField(blank=True)
    rated_at = models.DateTimeField(null=True, blank=True)
    declined = models.CharField(max_length=12, choices=Declined.choices, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=WITH_AGENCY) | Q(agency__isnull=False),
                name="report_with_agency_has_one",
            ),
            models.CheckConstraint(
                condition=Q(state="duplicate", merged_into__isnull=False)
                | (~Q(state="duplicate") & Q(merged_into__isnull=True)),
                name="report_merged_is_duplicate",
            ),
            models.CheckConstraint(condition=~Q(merged_into=F("pk")), name="report_not_merged_into_itself"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="report_weight_positive"),
        ]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="report_public", condition=Q(public=True)),
            models.Index(fields=["place", "-created_at"], name="report_place", condition=Q(public=True)),
            models.Index(
                fields=["category", "-created_at"], name="report_category", condition=Q(public=True)
            ),
            models.Index(
                # with all that the map and the counts of the public list look at: neither reads the rows themselves
                fields=["public_lon", "public_lat"],
                include=[
                    "id",
                    "category",
                    "place",
                    "agency",
                    "state",
                    "created_at",
                    "due_at",
                    "resolved_at",
                    "simulated",
                ],
                name="report_map",
                condition=Q(public=True),
            ),
            models.Index(fields=["due_at"], name="report_due", condition=Q(state__in=OPEN)),
            models.Index(fields=["agency", "state", "due_at"], name="report_agency"),
            models.Index(
                fields=["state", "-urgent", "created_at"],
                name="report_triage",
                condition=Q(state__in=["sent", "returned"]),
            ),
            models.Index(fields=["created_at"], name="report_created"),
            models.Index(fields=["id"], name="report_fresh", condition=Q(state="sent", proposal={})),
            models.Index(fields=["resolved_at"], name="report_resolved"),
            models.Index(fields=["rated_at"], name="report_rated", condition=Q(rated_at__isnull=False)),
            models.Index(fields=["-changed_at"], name="report_changed"),
            models.Index(fields=["closed_at"], name="report_closing", condition=Q(anonymised_at=None)),
            models.Index(fields=["merged_into"], name="report_merged", condition=Q(state="duplicate")),
            GinIndex(
                SearchVector("public_folded", config="simple"), name="report_words", condition=Q(public=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} · {self.category}"

    @property
    def number(self) -> str:
        """The number that everybody uses: ``PA000123``."""
        return f"PA{self.pk:06d}"

    @property
    def is_open(self) -> bool:
        """Whether somebody must still do something about it."""
        return self.state in OPEN

    @property
    def is_late(self) -> bool:
        """Whether the answer is, or was, later than promised (extensions that were granted count as promised)."""
        return self.state not in ("duplicate", "declined", "handed_over") and (
            (self.resolved_at or timezone.now()) > self.due_at
        )

    @property
    def late_s(self) -> float:
        """By how many seconds it is, or was, late; negative: the time that is left."""
        return ((self.resolved_at or timezone.now()) - self.due_at).total_seconds()


class ReportEvent(models.Model):
    """What happened to a report; never changed. ``public`` ones stand on the public page, signed by the agency and never by
    a person; the others only handlers see.
    """

    class Kind(models.TextChoices):
        SENT = "sent", pgettext_lazy("report event", "Sent")
        ROUTED = "routed", pgettext_lazy("report event", "Received and sent to the agency")
        ACCEPTED = "accepted", pgettext_lazy("report event", "The agency has taken it on")
        RETURNED = "returned", pgettext_lazy("report event", "Returned: not competent")
        ASSIGNED = "assigned", pgettext_lazy("report event", "Given to an officer")
        ASKED = "asked", pgettext_lazy("report event", "The agency asks")
        REPLIED = "replied", pgettext_lazy("report event", "The citizen has answered")
        INVITED = "invited", pgettext_lazy("report event", "Another agency works along")
        JOINED = "joined", pgettext_lazy("report event", "The other agency has done its part")
        EXTENSION_ASKED = "extension-asked", pgettext_lazy("report event", "Extension asked for")
        EXTENDED = "extended", pgettext_lazy("report event", "Deadline extended")
        EXTENSION_REFUSED = "extension-refused", pgettext_lazy("report event", "Extension refused")
        ANSWERED = "answered", pgettext_lazy("report event", "Answer written, waits for approval")
        SENT_BACK = "sent-back", pgettext_lazy("report event", "Answer not approved")
        RESOLVED = "resolved", pgettext_lazy("report event", "Answered")
        RATED = "rated", pgettext_lazy("report event", "Rated")
        REOPENED = "reopened", pgettext_lazy("report event", "Re-opened")
        CLOSED = "closed", pgettext_lazy("report event", "Closed")
        MERGED = "merged", pgettext_lazy("report event", "Merged with another report")
        UNMERGED = "unmerged", pgettext_lazy("report event", "No longer merged")
        DECLINED = "declined", pgettext_lazy("report event", "Out of scope")
        RESTORED = "restored", pgettext_lazy("report event", "Taken up again")
        HANDED_OVER = "handed-over", pgettext_lazy("report event", "Led to its lawful channel")
        FOLLOWED = "followed", pgettext_lazy("report event", "Somebody else meets it, too")
        CHANGED = "changed", pgettext_lazy("report event", "Category or urgency changed")
        REMINDED = "reminded", pgettext_lazy("report event", "Reminded")
        ESCALATED = "escalated", pgettext_lazy("report event", "Passed on to the superior")
        MODERATED = "moderated", pgettext_lazy("report event", "Public copy changed")
        NOTE = "note", pgettext_lazy("report event", "Note")

    report = models.ForeignKey(Report, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=18, choices=Kind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True)
    note = models.TextField(blank=True)
    public = models.BooleanField(default=False)
    due_at = models.DateTimeField(null=True, blank=True)
    data = models.JSONField(default=dict)  # ids and states; never anything about a citizen

    class Meta:
        indexes = [
            models.Index(fields=["report", "at"], name="report_timeline"),
            models.Index(fields=["-at", "-id"], name="report_updates", condition=Q(public=True)),
        ]

    @property
    def details(self) -> dict[str, Any]:
        """The data, for templates."""
        return dict(self.data)
