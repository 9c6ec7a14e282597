"""What Halong tells people, and the outbox of the channels that carry it out of the product."""

from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.accounts.models import User
from halong.core.permissions import scope_q


class Attachment(models.Model):
    """A file that notices carry along, kept once however many people get it."""

    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of the content
    content = models.BinaryField()


class NoticeQuerySet(models.QuerySet["Notice"]):
    """Lists of notices."""

    def visible_to(self, user: object) -> Self:
        """One's own and nobody else's."""
        return self.filter(user=user) if isinstance(user, User) else self.none()

    def unread(self) -> Self:
        """Those that nobody has opened yet."""
        return self.filter(read_at=None)


class Notice(models.Model):
    """Something that Halong tells one person; ``key`` is told once, however often it is said."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    url = models.CharField(max_length=500, blank=True)  # a path of ours
    key = models.CharField(max_length=200)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    attachment = models.ForeignKey(Attachment, models.SET_NULL, null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_notice_a_key")]
        indexes = [
            models.Index(fields=["user", "-at"], name="notice_list"),
            models.Index(fields=["user"], name="notice_unread", condition=models.Q(read_at=None)),
        ]

    def __str__(self) -> str:
        return self.title


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Lists of deliveries."""

    def visible_to(self, user: object) -> Self:
        """Only who looks after the installation sees them: they show who was told."""
        return self.filter(scope_q(user, "system.view", place="", agency="", sector=""))


class Delivery(models.Model):
    """A notice on its way through a channel. ``due_at`` is when it is tried next; while it is being tried, when another
    worker may take it over.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("delivery", "Waiting")
        SENT = "sent", pgettext_lazy("delivery", "Sent")
        FAILED = "failed", pgettext_lazy("delivery", "Failed")

    class Channel(models.TextChoices):
        EMAIL = "email", _("E-mail")

    notice = models.ForeignKey(Notice, models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=20, choices=Channel.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempts = models.IntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)  # what the last attempt failed of
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [models.UniqueConstraint(fields=["notice", "channel"], name="one_delivery_a_channel")]
        indexes = [
            models.Index(fields=["due_at"], name="delivery_due", condition=models.Q(state="waiting")),
            models.Index(fields=["-due_at"], name="delivery_failed", condition=models.Q(state="failed")),
        ]
