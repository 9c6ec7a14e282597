"""Where warnings go: channels, who asked for them, and how each hand-over went."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.permissions import scope_q
from halong.places.models import Place
from halong.warnings.models.warning import Warning


class Outlet(models.Model):
    """Somebody or something that gets warnings of a place: a number or group of the SMS or Zalo gateway, a web address.

    ``target`` is the number, the name of the group, or the address (which may hold a secret: never shown whole).
    """

    class Channel(models.TextChoices):
        SMS = "sms", _("SMS")
        ZALO = "zalo", _("Zalo")
        WEBHOOK = "webhook", _("Webhook")

    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    name = models.CharField(_("name"), max_length=120)
    target = models.CharField(_("number, group or address"), max_length=500)
    place = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("place")
    )
    inside = models.BooleanField(_("a machine of our own network"), default=False)  # else only the Internet
    ended_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "target"], condition=Q(ended_at=None), name="one_outlet_a_target"
            )
        ]

    def __str__(self) -> str:
        return self.name


class Subscriber(models.Model):
    """A browser that wants warnings of a place (Web Push): no account and no name; the address is sealed.

    It exists by consent and is gone when the browser takes it back, or has left its push service. Without a ``place`` it
    wants those of everywhere.
    """

    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+")
    digest = models.CharField(max_length=64, unique=True)  # of the endpoint
    sealed = models.BinaryField()  # {"endpoint", "p256dh", "auth"}
    language = models.CharField(max_length=2, default="vi")
    consent_at = models.DateTimeField()
    created_at = models.DateTimeField()


class DispatchQuerySet(models.QuerySet["Dispatch"]):
    """Lists of dispatches."""

    def visible_to(self, user: object) -> Self:
        """Those of warnings in places that the user may see."""
        return self.filter(scope_q(user, "warnings.view", place="warning__place", agency="", sector=""))


class Dispatch(models.Model):
    """A published warning on its way to one target of one channel: at least once, and shown when it couldn't be.

    ``status`` is that of the warning (a foreign key of both columns); a check lets only Actual ones have a public channel.
    ``due_at`` is when it is tried next; while it is being tried, when another worker may take it over.
    """

    class Channel(models.TextChoices):
        PAGE = "page", _("Public page")
        FEED = "feed", _("Feed (Atom, CAP)")
        PUSH = "push", _("Web push")
        SMS = "sms", _("SMS")
        ZALO = "zalo", _("Zalo")
        WEBHOOK = "webhook", _("Webhook")
        FILE = "file", _("File outbox")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("delivery", "Waiting")
        SENT = "sent", pgettext_lazy("delivery", "Sent")
        FAILED = "failed", pgettext_lazy("delivery", "Failed")

    warning = models.ForeignKey(Warning, models.PROTECT, related_name="dispatches")
    status = models.CharField(max_length=8)
    channel = models.CharField(max_length=8, choices=Channel.choices)
    target = models.CharField(max_length=80)  # "public", "outlet:3", "subscriber:17", "outbox"
    outlet = models.ForeignKey(Outlet, models.PROTECT, null=True, blank=True, related_name="dispatches")
    subscriber = models.ForeignKey(
        Subscriber, models.SET_NULL, null=True, blank=True, related_name="dispatches"
    )
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    attempts = models.IntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = DispatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "dispatches"
        constraints = [
            models.UniqueConstraint(fields=["warning", "channel", "target"], name="one_dispatch_a_target"),
            models.CheckConstraint(
                condition=Q(status="Actual") | Q(channel="file"), name="practice_stays_in_the_outbox"
            ),
        ]
        indexes = [models.Index(fields=["due_at"], name="dispatch_due", condition=Q(state="waiting"))]
