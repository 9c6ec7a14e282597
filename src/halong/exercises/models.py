"""Exercises: what was practised in a second instance, who has practised what, and the run inside that instance."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.language import said_in
from halong.core.permissions import scope_q

OPEN = ("starting", "running", "over")  # an exercise's instance should be there


class ExerciseQuerySet(models.QuerySet["Exercise"]):
    """Lists of exercises."""

    def visible_to(self, user: object) -> Self:
        """Whoever may run exercises sees all of them."""
        return self.filter(scope_q(user, "exercises.run", place="", agency="", sector=""))


class Exercise(models.Model):
    """A second instance that was started to practise a scenario, as the main instance knows it.

    ``folder`` is the name of its data folder in ``HALONG_HOME/exercises``. ``result`` is what the instance wrote at its
    end: score, criteria, timeline of events and actions (``exercises.result``).
    """

    class State(models.TextChoices):
        STARTING = "starting", pgettext_lazy("exercise", "Starting")
        RUNNING = "running", pgettext_lazy("exercise", "Running")
        OVER = "over", pgettext_lazy("exercise", "Over, open for discussion")
        CLOSED = "closed", pgettext_lazy("exercise", "Closed")
        FAILED = "failed", pgettext_lazy("exercise", "Failed")

    folder = models.CharField(max_length=80, unique=True)
    scenario = models.CharField(max_length=80)
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200)
    speed = models.IntegerField()
    port = models.IntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.STARTING)
    trainer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    trainees = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="exercises")
    started_at = models.DateTimeField()
    over_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    failure = models.CharField(max_length=300, blank=True)
    score = models.IntegerField(null=True, blank=True)  # per cent of the points that could be had
    result: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)

    objects = ExerciseQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                models.Value(1),
                condition=models.Q(state__in=["starting", "running", "over"]),
                name="one_exercise_at_a_time",
            )
        ]
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_open(self) -> bool:
        """Whether its instance should be there."""
        return self.state in OPEN

    @property
    def called(self) -> str:
        """Its title in the present language."""
        return said_in(self.title, self.title_en)


class PracticeRule(models.Model):
    """For how many months somebody counts as practised: a decision with its dates. ``scenario`` empty: all others."""

    scenario = models.CharField(max_length=80, blank=True)
    months = models.IntegerField(_("months"))
    least_score = models.IntegerField(_("least score"), default=0)  # below it the practice doesn't count
    basis = models.CharField(_("basis"), max_length=300, blank=True)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scenario", "valid_from"], name="one_practice_rule_a_day")
        ]


class Practice(models.Model):
    """That a person has practised a scenario: when, as what, how well, and until when it counts."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="practices")
    exercise = models.ForeignKey(Exercise, models.CASCADE, related_name="practices")
    scenario = models.CharField(max_length=80)
    role = models.CharField(max_length=20)
    actions = models.IntegerField(default=0)  # what the person did in the instance
    score = models.IntegerField(null=True, blank=True)
    on = models.DateField()
    expires_on = models.DateField(null=True, blank=True, db_index=True)
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "exercise"], name="one_practice_an_exercise")]
        ordering = ["-on"]


class TourVisit(models.Model):
    """How far a person has come in a guided tour. ``over_at`` is set by its end, and by leaving it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    tour = models.CharField(max_length=40)
    step = models.IntegerField(default=0)
    over_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "tour"], name="one_visit_a_tour")]


class Run(models.Model):
    """The run inside an instance under exercise; there is one. ``minute`` of the story stood at ``since``; while it runs
    it moves on by the speed.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("exercise", "Not begun")
        RUNNING = "running", pgettext_lazy("exercise", "Running")
        PAUSED = "paused", pgettext_lazy("exercise", "Paused")
        OVER = "over", pgettext_lazy("exercise", "Over")

    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    speed = models.IntegerField()
    minute = models.FloatField(default=0)
    since = models.DateTimeField()
    begun_at = models.DateTimeField(null=True, blank=True)
    over_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(models.Value(1), name="one_run"),
            models.CheckConstraint(condition=models.Q(speed__gte=1, speed__lte=120), name="run_speed"),
        ]

    def minute_at(self, now: datetime | None = None) -> float:
        """The minute of the story at a moment."""
        if self.state != self.State.RUNNING:
            return self.minute
        return (
            self.minute + max(0.0, ((now or timezone.now()) - self.since).total_seconds()) / 60 * self.speed
        )


class Played(models.Model):
    """Something that happened in the run: an event of the scenario, or what the trainer put in (``by``).

    ``waiting`` until the player has brought it through its door; ``trouble`` says why it couldn't.
    """

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("event", "Waiting")
        DONE = "done", pgettext_lazy("event", "Done")
        FAILED = "failed", pgettext_lazy("event", "Failed")

    key = models.CharField(max_length=80, unique=True)
    kind = models.CharField(max_length=12)
    title = models.CharField(max_length=300)
    title_en = models.CharField(max_length=300)
    minute = models.FloatField()
    at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    trouble = models.CharField(max_length=300, blank=True)
    data: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["at", "pk"]

    @property
    def called(self) -> str:
        """Its title in the present language."""
        return said_in(self.title, self.title_en)

    @property
    def text(self) -> str:
        """Its text in the present language."""
        return said_in(self.data.get("text", ""), self.data.get("text_en", ""))


class Participant(models.Model):
    """A person of the main instance in the instance under exercise, who enters by a code that is good once.

    Only the code's SHA-256 is kept (256 random bits); it is emptied when it was used.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="participant")
    trainer = models.BooleanField(default=False)
    code_digest = models.CharField(max_length=64, blank=True, db_index=True)
    entered_at = models.DateTimeField(null=True, blank=True)

    @classmethod
    def is_alone(cls) -> bool:
        """Whether somebody practises by himself: then nobody rings up, and calls come in writing."""
        return cls.objects.count() < 2
