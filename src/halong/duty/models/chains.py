"""Who is told when, until somebody answers."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from halong.core.permissions import scope_q
from halong.duty.models.contacts import Contact
from halong.duty.models.teams import Team
from halong.notify.models import Notice
from halong.places.models import Place


class ChainQuerySet(models.QuerySet["Chain"]):
    """Lists of chains."""

    def visible_to(self, user: object) -> Self:
        """Those of teams whose duty the user may see."""
        return self.filter(
            scope_q(user, "duty.view", place="team__place", agency="team__agency", sector="team__sector")
        )

    def current(self) -> Self:
        """Those that are in force."""
        return self.filter(ended_at=None, team__ended_at=None)


class Chain(models.Model):
    """Who is told, and who next: for subjects of a priority (1 critical … 4 normal) up to ``priority``, of a place, sector
    and kind. ``steps`` are ``duty.steps.ChainStep`` as JSON.
    """

    class About(models.TextChoices):
        ALERT = "alert", pgettext_lazy("chain", "Alerts")
        INCIDENT = "incident", pgettext_lazy("chain", "Incidents")
        BOTH = "both", pgettext_lazy("chain", "Alerts and incidents")

    team = models.ForeignKey(Team, models.CASCADE, related_name="chains", verbose_name=_("team"))
    name = models.CharField(_("name"), max_length=120)
    about = models.CharField(max_length=8, choices=About.choices, default=About.BOTH)
    priority = models.SmallIntegerField(_("from priority"), default=2)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="+")
    sector = models.CharField(_("sector"), max_length=40, blank=True)
    kind = models.CharField(_("kind of incident"), max_length=40, blank=True)
    steps = models.JSONField(default=list)
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_to = models.TimeField(_("quiet until"), null=True, blank=True)
    edits = models.IntegerField(default=1)
    ended_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()

    objects = ChainQuerySet.as_manager()

    class Meta:
        ordering = ["team_id", "priority", "pk"]

    def __str__(self) -> str:
        return self.name


class RunQuerySet(models.QuerySet["Run"]):
    """Lists of runs."""

    def visible_to(self, user: object) -> Self:
        """Those of teams whose duty the user may see."""
        return self.filter(
            scope_q(user, "duty.view", place="team__place", agency="team__agency", sector="team__sector")
        )


class Run(models.Model):
    """A chain at work for one subject. It keeps the steps that it began with. ``next_at``: when its next step is due."""

    class State(models.TextChoices):
        RUNNING = "running", pgettext_lazy("run", "Waits for an answer")
        ACKNOWLEDGED = "acknowledged", pgettext_lazy("run", "Acknowledged")
        ENDED = "ended", pgettext_lazy("run", "Ended")  # its subject was, or somebody ended it
        EXHAUSTED = "exhausted", pgettext_lazy("run", "Nobody answered")

    team = models.ForeignKey(Team, models.CASCADE, related_name="runs")
    chain = models.ForeignKey(Chain, models.SET_NULL, null=True, blank=True, related_name="runs")
    key = models.CharField(max_length=120, unique=True)
    subject_kind = models.CharField(max_length=20)
    subject_ref = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    url = models.CharField(max_length=300, blank=True)
    priority = models.SmallIntegerField()
    test = models.BooleanField(default=False)
    simulated = models.BooleanField(default=False)
    steps = models.JSONField()
    step = models.SmallIntegerField(default=0)  # how many have been told
    state = models.CharField(max_length=12, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    next_at = models.DateTimeField(null=True, blank=True)
    quiet_until = models.DateTimeField(null=True, blank=True)  # why it waits
    over_at = models.DateTimeField(null=True, blank=True)
    over_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = RunQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], name="duty_run_due", condition=Q(state="running")),
            models.Index(fields=["subject_kind", "subject_ref"], name="duty_run_subject"),
            models.Index(fields=["-started_at"], name="duty_run_list"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def shown(self) -> str:
        """What people read, in the present language: a test and an exercise say so first."""
        if self.test:
            return gettext("TEST · duty of {team} · please answer").format(team=self.title)
        return gettext("EXERCISE") + f" · {self.title}" if settings.HALONG_EXERCISE else self.title


class Page(models.Model):
    """One person told once in one way: unique by run, step, whom and channel, so that a job that runs twice tells once."""

    class Channel(models.TextChoices):
        PRODUCT = "product", pgettext_lazy("channel", "In Halong")
        EMAIL = "email", pgettext_lazy("channel", "E-mail")
        PUSH = "push", pgettext_lazy("channel", "Web push")
        SMS = "sms", pgettext_lazy("channel", "SMS")
        ZALO = "zalo", pgettext_lazy("channel", "Zalo")

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("page", "Waiting")
        SENT = "sent", pgettext_lazy("page", "Sent")
        DELIVERED = "delivered", pgettext_lazy("page", "Delivered")
        READ = "read", pgettext_lazy("page", "Read")
        ACKNOWLEDGED = "acknowledged", pgettext_lazy("page", "Acknowledged")
        FAILED = "failed", pgettext_lazy("page", "Failed")
        DROPPED = "dropped", pgettext_lazy("page", "No longer needed")

    run = models.ForeignKey(Run, models.CASCADE, related_name="pages")
    step = models.SmallIntegerField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="duty_pages"
    )
    contact = models.ForeignKey(
        Contact, models.PROTECT, null=True, blank=True, related_name="pages"
    )  # who has no account
    channel = models.CharField(max_length=8, choices=Channel.choices)
    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    notice = models.ForeignKey(Notice, models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()  # when it was decided that this person is told
    due_at = models.DateTimeField()  # when it is tried next
    attempts = models.SmallIntegerField(default=0)
    error = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["step", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["run", "step", "person", "contact", "channel"],
                nulls_distinct=False,
                name="duty_page_once",
            )
        ]
        indexes = [
            models.Index(fields=["due_at"], name="duty_page_due", condition=Q(state="waiting")),
            models.Index(
                fields=["person"], name="duty_page_open", condition=Q(state__in=["sent", "delivered", "read"])
            ),
            models.Index(fields=["notice"], name="duty_page_notice", condition=Q(notice__isnull=False)),
        ]


class PushDevice(models.Model):
    """A browser in which a person wants to hear of pages (Web Push)."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="push_devices")
    digest = models.CharField(max_length=64)  # of the endpoint
    sealed = models.BinaryField()  # {"endpoint", "p256dh", "auth"}
    agent = models.CharField(max_length=200, blank=True)
    made_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "digest"], name="duty_push_once")]
