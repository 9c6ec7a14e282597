"""Who sent and who follows: kept apart from reports, sealed, and read by nothing but ``actions.privacy`` and ``telling``.

A report never points here; the way from a person's code to his report is one-way.
"""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.citizens.models.report import Report
from halong.core.permissions import scope_q


class Follower(models.Model):
    """Somebody who sent a report, or meets the same. ``code_digest`` is of the code that opens it: letters and digits that
    only he has. ``client_id`` makes following twice one.
    """

    report = models.ForeignKey(Report, models.CASCADE, related_name="followers")
    client_id = models.UUIDField()
    code_digest = models.CharField(max_length=64, unique=True)
    sender = models.BooleanField(default=False)
    language = models.CharField(max_length=2, default="vi")
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["report", "client_id"], name="one_follower_a_client"),
            models.UniqueConstraint(fields=["report"], condition=Q(sender=True), name="one_sender_a_report"),
        ]


class Contact(models.Model):
    """Name and addresses of a citizen, encrypted. Only a data-protection officer opens one, with a reason that is logged.

    ``digests`` are keyed hashes of e-mail and telephone, by which a data request finds what belongs to one person.
    """

    follower = models.OneToOneField(Follower, models.CASCADE, null=True, blank=True, related_name="contact")
    suggestion = models.OneToOneField(
        "citizens.Suggestion", models.CASCADE, null=True, blank=True, related_name="contact"
    )
    request = models.OneToOneField(
        "citizens.DataRequest", models.CASCADE, null=True, blank=True, related_name="contact"
    )
    sealed = models.BinaryField()  # {"name", "email", "phone"}
    digests = models.JSONField(default=list)
    wants_email = models.BooleanField(default=False)
    wants_sms = models.BooleanField(default=False)
    consent_at = models.DateTimeField()
    consent_terms = models.IntegerField()  # id of the Terms whose words were shown
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(follower__isnull=False, suggestion__isnull=True, request__isnull=True)
                | Q(follower__isnull=True, suggestion__isnull=False, request__isnull=True)
                | Q(follower__isnull=True, suggestion__isnull=True, request__isnull=False),
                name="contact_has_one_owner",
            )
        ]


class PushAddress(models.Model):
    """Where a browser hears of a report (Web Push); endpoint and keys are encrypted, too."""

    follower = models.ForeignKey(Follower, models.CASCADE, related_name="push_addresses")
    digest = models.CharField(max_length=64)  # of the endpoint
    sealed = models.BinaryField()  # {"endpoint", "p256dh", "auth"}
    created_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "push addresses"
        constraints = [models.UniqueConstraint(fields=["follower", "digest"], name="one_push_address")]


class Message(models.Model):
    """What a citizen is told outside of the product; the outbox of e-mail, web push and SMS. ``key`` is told once."""

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")
        PUSH = "push", _("Web push")
        SMS = "sms", _("SMS")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("delivery", "Waiting")
        SENT = "sent", pgettext_lazy("delivery", "Sent")
        FAILED = "failed", pgettext_lazy("delivery", "Failed")

    follower = models.ForeignKey(Follower, models.CASCADE, related_name="messages")
    push_address = models.ForeignKey(PushAddress, models.CASCADE, null=True, blank=True)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    key = models.CharField(max_length=100)
    title = models.CharField(max_length=200)
    text = models.TextField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.IntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["follower", "channel", "push_address", "key"],
                name="one_message",
                nulls_distinct=False,
            )
        ]
        indexes = [models.Index(fields=["due_at"], name="message_due", condition=Q(state="waiting"))]


class DataRequestQuerySet(models.QuerySet["DataRequest"]):
    """The register of requests."""

    def visible_to(self, user: object) -> Self:
        """Only who protects personal data sees it."""
        return self.filter(scope_q(user, "privacy.handle", place="", agency="", sector=""))

    def waiting(self) -> Self:
        """Those that must still be answered."""
        return self.filter(state="open")

    def late(self, now: datetime) -> Self:
        """Those whose 72 hours are over."""
        return self.waiting().filter(due_at__lt=now)


class DataRequest(models.Model):
    """Somebody asks what is kept of him, or wants it changed or erased. Due 72 hours after it came in."""

    class Kind(models.TextChoices):
        ACCESS = "access", pgettext_lazy("data request", "See what is kept")
        CORRECT = "correct", pgettext_lazy("data request", "Correct it")
        ERASE = "erase", pgettext_lazy("data request", "Erase it")
        RESTRICT = "restrict", pgettext_lazy("data request", "Restrict its use")
        OBJECT = "object", pgettext_lazy("data request", "Object to its use")

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("data request", "Open")
        DONE = "done", pgettext_lazy("data request", "Done")
        REFUSED = "refused", pgettext_lazy("data request", "Refused")

    kind = models.CharField(max_length=8, choices=Kind.choices)
    text = models.TextField(blank=True)
    follower = models.ForeignKey(Follower, models.SET_NULL, null=True, blank=True)  # proven by its code
    code_digest = models.CharField(
        max_length=64, unique=True
    )  # of the code by which the asker sees the answer
    received_at = models.DateTimeField()
    due_at = models.DateTimeField(db_index=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    answer = models.TextField(blank=True)
    result = models.JSONField(default=dict)  # what was erased or handed out: counts only
    handled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)

    objects = DataRequestQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["state", "due_at"], name="data_request_list")]
