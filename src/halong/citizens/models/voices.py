"""The quieter ways: suggestions of citizens, notices of services; and the log of moderation."""

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.language import said_in
from halong.core.permissions import scope_q
from halong.places.models import Agency, Place


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    """Lists of suggestions."""

    def visible_to(self, user: object) -> Self:
        """Those of the places, agencies and sectors that the user may see."""
        return self.filter(scope_q(user, "reports.view"))

    def shown(self) -> Self:
        """Those that were published."""
        return self.filter(published_at__isnull=False)


class Suggestion(models.Model):
    """An opinion or an idea: received, answered, published when used. One on regulations needs its author's identity."""

    class Kind(models.TextChoices):
        IDEA = "idea", pgettext_lazy("suggestion", "Idea")
        OPINION = "opinion", pgettext_lazy("suggestion", "Opinion")
        REGULATION = "regulation", pgettext_lazy("suggestion", "On regulations and procedures")

    class State(models.TextChoices):
        RECEIVED = "received", pgettext_lazy("suggestion", "Received")
        CONSIDERED = "considered", pgettext_lazy("suggestion", "Being considered")
        ANSWERED = "answered", pgettext_lazy("suggestion", "Answered")
        USED = "used", pgettext_lazy("suggestion", "Used")

    client_id = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    code_digest = models.CharField(max_length=64, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=200)
    text = models.TextField(_("text"))
    folded = models.TextField(editable=False, default="")
    sector = models.CharField(_("sector"), max_length=40, blank=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RECEIVED)
    answer = models.TextField(blank=True)
    use = models.TextField(_("how it was used"), blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()
    simulated = models.BooleanField(default=False)

    objects = SuggestionQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["state", "due_at"], name="suggestion_list"),
            models.Index(
                fields=["-published_at"], name="suggestion_public", condition=Q(published_at__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ServiceNoticeQuerySet(models.QuerySet["ServiceNotice"]):
    """Lists of notices."""

    def visible_to(self, user: object) -> Self:
        """Those of the agencies for which the user may publish."""
        return self.filter(scope_q(user, "notices.publish", place="", sector=""))

    def shown_at(self, moment: datetime) -> Self:
        """What the public sees now: published and not over."""
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=moment), state="published")


class ServiceNotice(models.Model):
    """What an agency tells about its service: a power or water cut, whether boats sail, a closed road."""

    class Kind(models.TextChoices):
        POWER = "power", _("Power cut")
        WATER = "water", _("Water cut")
        BOATS = "boats", _("Boats")
        ROAD = "road", _("Road")
        OTHER = "other", pgettext_lazy("service notice", "Other")

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("service notice", "Draft")
        PUBLISHED = "published", pgettext_lazy("service notice", "Published")
        WITHDRAWN = "withdrawn", pgettext_lazy("service notice", "Withdrawn")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("title in English"), max_length=200, blank=True)
    text = models.TextField(_("text"), blank=True)
    text_en = models.TextField(_("text in English"), blank=True)
    places = models.ManyToManyField(
        Place, blank=True, related_name="service_notices"
    )  # none: the whole province
    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name=_("agency"))
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"), null=True, blank=True)
    source_url = models.URLField(_("where it was announced"), blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT)
    simulated = models.BooleanField(default=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()

    objects = ServiceNoticeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")), name="service_notice_span"
            )
        ]
        indexes = [
            models.Index(fields=["ends_at"], name="service_notice_now", condition=Q(state="published"))
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def title_said(self) -> str:
        """The title in the reader's language."""
        return said_in(self.title, self.title_en)

    @property
    def text_said(self) -> str:
        """The text in the reader's language."""
        return said_in(self.text, self.text_en)


class Moderation(models.Model):
    """What a moderator did to what the public sees, and why; never changed. It holds no text of a citizen."""

    class Act(models.TextChoices):
        RELEASED = "released", pgettext_lazy("moderation", "Photo released")
        COVERED = "covered", pgettext_lazy("moderation", "Parts of the photo covered")
        TAKEN_BACK = "taken-back", pgettext_lazy("moderation", "Photo taken back")
        EDITED = "edited", pgettext_lazy("moderation", "Public text changed")
        WITHHELD = "withheld", pgettext_lazy("moderation", "Kept from the public")
        SHOWN = "shown", pgettext_lazy("moderation", "Shown again")

    report = models.ForeignKey("citizens.Report", models.CASCADE, related_name="moderations")
    photo = models.ForeignKey("citizens.Photo", models.CASCADE, null=True, blank=True)
    act = models.CharField(max_length=10, choices=Act.choices)
    reason = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["-at"], name="moderation_log")]


class Allowance(models.Model):
    """How often a network or a device did something in a window of time; ``key`` is a keyed hash that changes daily."""

    key = models.CharField(max_length=64)
    act = models.CharField(max_length=20)
    window = models.DateTimeField()
    count = models.IntegerField(default=1)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "act", "window"], name="one_allowance")]
        indexes = [models.Index(fields=["window"], name="allowance_window")]


class SpentProof(models.Model):
    """A proof of work that was used; each counts once."""

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)
