"""What somebody must do until when, whatever it came from."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Case, IntegerField, Q, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.accounts.permissions import scopes_of
from halong.core.permissions import scope_q
from halong.places.models import Agency, Place

UNDER_WAY = ("open", "accepted")  # somebody must still do something before the deadline


def part_q(user: object, permission: str) -> Q:
    """The parts (``CoOwner``) of the agencies that somebody has a role in, and of those below; nothing at all where he has
    none: who isn't bound to an agency sees by place and sector, as with every task.
    """
    mine = Q()
    for scope in scopes_of(user):
        if scope.agency is not None and scope.gives(permission):
            mine |= Q(agency__path__startswith=scope.agency.path)
    return mine


class TaskQuerySet(models.QuerySet["Task"]):
    """Lists of tasks."""

    def visible_to(self, user: object) -> Self:
        """Those of the agencies, places and sectors that the user may see, one's own, those one gave, and those that an
        agency of one's own takes part in, whatever their sector.
        """
        seen = scope_q(user, "tasks.view")
        if seen and getattr(user, "is_authenticated", False):  # no condition at all: everything already
            seen |= Q(assignee=user) | Q(created_by=user)
            if parts := part_q(user, "tasks.view"):
                seen |= Q(pk__in=CoOwner.objects.filter(parts).values("task"))
        return self.filter(seen)

    def in_scope(self, user: object) -> Self:
        """Those of the agencies, places and sectors that the user may see: what agencies may be compared by."""
        return self.filter(scope_q(user, "tasks.view"))

    def under_way(self) -> Self:
        """Those that somebody must still do."""
        return self.filter(state__in=UNDER_WAY)

    def late(self, now: datetime) -> Self:
        """Those that should have been done before now."""
        return self.under_way().filter(due_at__lt=now)

    def late_first(self) -> Self:
        """What is under way by its deadline (so the late ones first), then what waits for the one who gave it, then the
        rest, the latest first.
        """
        rank = Case(
            When(state__in=UNDER_WAY, then=Value(0)),
            When(state__in=["done", "returned"], then=Value(1)),
            default=Value(2),
            output_field=IntegerField(),
        )
        due = Case(When(state__in=UNDER_WAY, then="due_at"))
        return self.annotate(rank=rank, due_first=due).order_by("rank", "due_first", "-changed_at", "-pk")


class Task(models.Model):
    """Something that an agency must do until a moment. ``origin`` and ``ref`` say what it came from ("alert", "17"), and
    ``snapshot`` what the number said when it was given.

    open → accepted → done → confirmed; open or accepted → returned; done → accepted when it isn't good enough; any that
    isn't over → cancelled. ``remind_at`` is when somebody must next be told about the deadline, ``reminder`` of what.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("task", "Given")
        ACCEPTED = "accepted", pgettext_lazy("task", "Accepted")
        DONE = "done", pgettext_lazy("task", "Done, to be confirmed")
        CONFIRMED = "confirmed", pgettext_lazy("task", "Finished")
        RETURNED = "returned", pgettext_lazy("task", "Returned")
        CANCELLED = "cancelled", pgettext_lazy("task", "Cancelled")

    class Priority(models.IntegerChoices):
        CRITICAL = 1, pgettext_lazy("priority", "Critical")
        HIGH = 2, pgettext_lazy("priority", "High")
        NORMAL = 4, pgettext_lazy("priority", "Normal")

    class Reminder(models.TextChoices):
        DAY_BEFORE = "day-before", _("a day before")
        DUE = "due", _("at the deadline")
        SUPERIOR = "superior", _("to the superior")

    title = models.CharField(_("what is to be done"), max_length=300)
    text = models.TextField(_("note"), blank=True)
    folded = models.CharField(max_length=300, editable=False, default="")  # the title, for the search
    origin = models.CharField(max_length=40, blank=True)
    ref = models.CharField(max_length=100, blank=True)
    origin_url = models.CharField(max_length=500, blank=True)  # a path of ours
    snapshot = models.CharField(max_length=300, blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name=_("agency"))
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="tasks"
    )
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, verbose_name=_("place"))
    sector = models.CharField(_("sector"), max_length=40, blank=True)
    priority = models.SmallIntegerField(_("priority"), choices=Priority.choices, default=Priority.NORMAL)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    progress = models.SmallIntegerField(default=0)  # percent, as the one who works says
    due_at = models.DateTimeField(_("deadline"))
    asked_due_at = models.DateTimeField(null=True, blank=True)  # an extension that waits for approval
    remind_at = models.DateTimeField(null=True, blank=True, db_index=True)
    reminder = models.CharField(max_length=12, choices=Reminder.choices, blank=True)
    simulated = models.BooleanField(default=False)  # what it came from was made by the simulator
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="given_tasks"
    )
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)  # confirmed, returned or cancelled
    changed_at = models.DateTimeField()

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(progress__range=(0, 100)), name="progress_is_percent"),
            models.CheckConstraint(condition=Q(due_at__gt=models.F("created_at")), name="due_after_created"),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="task_due", condition=Q(state__in=["open", "accepted"])),
            models.Index(fields=["agency", "state", "due_at"], name="task_agency"),
            models.Index(fields=["origin", "ref"], name="task_origin"),
            models.Index(fields=["-changed_at"], name="task_changed"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_under_way(self) -> bool:
        """Whether somebody must still do it."""
        return self.state in UNDER_WAY

    @property
    def is_late(self) -> bool:
        """Whether it should have been done by now, or was done too late."""
        return (self.done_at or timezone.now()) > self.due_at and self.state not in ("returned", "cancelled")

    @property
    def late_s(self) -> float:
        """By how many seconds it is, or was, late; negative: the time that is left."""
        return ((self.done_at or timezone.now()) - self.due_at).total_seconds()

    @property
    def priority_key(self) -> str:
        """The word for its status mark."""
        return {1: "critical", 2: "high"}.get(self.priority, "normal")


class CoOwner(models.Model):
    """An agency that takes part in another's task: ``request`` is its part in words ("": what the task says), ``note`` what
    it says it has done. The owner answers for the whole, and the deadline is the task's.
    """

    task = models.ForeignKey(Task, models.CASCADE, related_name="co_owners")
    agency = models.ForeignKey(Agency, models.PROTECT, verbose_name=_("agency"))
    request = models.TextField(blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    added_at = models.DateTimeField()
    finished_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["task", "agency"], name="one_part_an_agency")]

    def __str__(self) -> str:
        return f"{self.agency} · {self.task}"

    @property
    def is_late(self) -> bool:
        """Whether the part was finished, or still isn't, after the task's deadline; needs the task."""
        return (self.finished_at or timezone.now()) > self.task.due_at


class TaskEvent(models.Model):
    """Who did what about a task; never changed."""

    class Kind(models.TextChoices):
        CREATED = "created", pgettext_lazy("task", "Given")
        ACCEPTED = "accepted", pgettext_lazy("task", "Accepted")
        PROGRESS = "progress", pgettext_lazy("task", "Progress reported")
        DONE = "done", pgettext_lazy("task", "Reported as done")
        CONFIRMED = "confirmed", pgettext_lazy("task", "Confirmed as done")
        SENT_BACK = "sent-back", pgettext_lazy("task", "Not done yet: sent back")
        RETURNED = "returned", pgettext_lazy("task", "Returned")
        ASKED = "asked", pgettext_lazy("task", "Extension asked for")
        EXTENDED = "extended", pgettext_lazy("task", "Deadline extended")
        REFUSED = "refused", pgettext_lazy("task", "Extension refused")
        CANCELLED = "cancelled", pgettext_lazy("task", "Cancelled")
        REMINDED = "reminded", pgettext_lazy("task", "Reminded")
        INVOLVED = "involved", pgettext_lazy("task", "Co-owner added")
        PART_DONE = "part-done", pgettext_lazy("task", "Co-owner's part finished")
        LEFT_OUT = "left-out", pgettext_lazy("task", "Co-owner taken out")

    task = models.ForeignKey(Task, models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)
    note = models.TextField(blank=True)
    progress = models.SmallIntegerField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)  # the deadline that was asked for, or set
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True)  # the co-owner that it is about

    class Meta:
        indexes = [models.Index(fields=["task", "at"], name="task_timeline")]


class TaskFile(models.Model):
    """A file that shows what was done. Kept in the database, so that a backup has it."""

    event = models.ForeignKey(TaskEvent, models.CASCADE, related_name="files")
    name = models.CharField(max_length=200)
    media_type = models.CharField(max_length=100)
    size = models.IntegerField()  # bytes
    content = models.BinaryField()
