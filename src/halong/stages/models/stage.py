"""The operating stage of the province: what is laid down for each, and every change that was proposed."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.permissions import scope_q
from halong.places.models import Dated

LEVELS = {
    1: pgettext_lazy("operating stage", "Routine"),
    2: pgettext_lazy("operating stage", "Closer watch"),
    3: pgettext_lazy("operating stage", "Mobilisation"),
    4: pgettext_lazy("operating stage", "Response"),
    5: pgettext_lazy("operating stage", "Highest response"),
}


class StageRuleQuerySet(models.QuerySet["StageRule"]):
    """Lists of rules."""

    def visible_to(self, user: object) -> Self:
        """The stages are the same for the whole province: who may see one may see all."""
        return self.filter(scope_q(user, "stages.view", place="", agency="", sector=""))

    def on(self, day: date) -> Self:
        """Those in force on a day."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day)


class StageRule(Dated):
    """What is laid down for a stage, from a day on.

    ``criteria`` are ``{"key", "name", "name_en", "when"}``: each ``when`` is a condition (``core.conditions``) over facts
    (``stages.facts``), and one that holds is enough. ``call`` are names of duty teams. ``report_hours``: a quick report
    every so many hours, 0 none. The advice is for the public.
    """

    level = models.SmallIntegerField(_("stage"), choices=list(LEVELS.items()))
    criteria = models.JSONField(default=list, blank=True)
    call = models.JSONField(default=list, blank=True)
    report_hours = models.SmallIntegerField(_("hours between quick reports"), default=0)
    advice = models.TextField(_("advice to the public"), blank=True)
    advice_en = models.TextField(_("advice in English"), blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    verified = models.BooleanField(default=False)

    objects = StageRuleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["level", "valid_from"], name="one_stage_rule_a_level_and_day"),
            models.CheckConstraint(condition=Q(level__range=(1, 5)), name="stage_rule_level"),
            models.CheckConstraint(condition=Q(report_hours__range=(0, 168)), name="stage_report_hours"),
        ]

    def __str__(self) -> str:
        return f"{self.level} · {self.get_level_display()}"


class StageChangeQuerySet(models.QuerySet["StageChange"]):
    """Lists of changes."""

    def visible_to(self, user: object) -> Self:
        """Who may see the stage may see its history."""
        return self.filter(scope_q(user, "stages.view", place="", agency="", sector=""))

    def proposed(self) -> Self:
        """Those that wait for an approver."""
        return self.filter(state=StageChange.State.PROPOSED)


class StageChange(models.Model):
    """A change of the stage: proposed, then in force once somebody of another name has approved it, then ended.

    proposed → in_force → ended; proposed → refused | overtaken (another change made it pointless). ``proposed_name`` and
    ``approved_name`` are the names as they stood. ``criteria`` are those that were met, with the values of their facts.
    ``basis`` cites a decision, word for word: only there may a state of emergency or a civil-defence level be named.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", pgettext_lazy("stage change", "Proposed")
        IN_FORCE = "in_force", pgettext_lazy("stage change", "In force")
        ENDED = "ended", pgettext_lazy("stage change", "Ended")
        REFUSED = "refused", pgettext_lazy("stage change", "Refused")
        OVERTAKEN = "overtaken", pgettext_lazy("stage change", "Overtaken")

    level = models.SmallIntegerField(_("stage"), choices=list(LEVELS.items()))
    before = models.SmallIntegerField(choices=list(LEVELS.items()))
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    reason = models.TextField(_("reason"))
    basis = models.TextField(_("basis"), blank=True)
    criteria = models.JSONField(default=list)
    key = models.CharField(max_length=120, null=True, unique=True)  # a step of a playbook proposes once
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="proposed_stages"
    )  # None: the criteria
    proposed_name = models.CharField(max_length=200)
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="approved_stages"
    )
    approved_name = models.CharField(max_length=200, blank=True)
    since = models.DateTimeField(null=True)
    until = models.DateTimeField(null=True)
    refused_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    refusal = models.TextField(blank=True)
    decided_at = models.DateTimeField(null=True)

    objects = StageChangeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(level__range=(1, 5)), name="stage_level"),
            models.UniqueConstraint(
                fields=["state"], condition=Q(state="in_force"), name="one_stage_in_force"
            ),
            models.UniqueConstraint(
                fields=["level"], condition=Q(state="proposed"), name="one_proposal_a_stage"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["in_force", "ended"])
                | (
                    Q(approved_by__isnull=False, since__isnull=False)
                    & ~Q(approved_name="")
                    & ~Q(approved_name=F("proposed_name"))
                    & (Q(proposed_by__isnull=True) | ~Q(approved_by=F("proposed_by")))
                ),
                name="stage_approved_by_another",
            ),
            models.CheckConstraint(
                condition=~Q(state="refused") | (Q(refused_by__isnull=False) & ~Q(refusal="")),
                name="stage_refusal_has_reason",
            ),
        ]
        indexes = [models.Index(fields=["-proposed_at"], name="stage_history")]

    def __str__(self) -> str:
        return f"{self.level} · {self.get_level_display()}"
