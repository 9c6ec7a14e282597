"""What an agency does about a report: questions, partners, extensions, answers with their proof, substitutes."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.citizens.models.photos import Photo
from halong.citizens.models.report import Report
from halong.core.permissions import scope_q
from halong.places.models import Agency


class Question(models.Model):
    """What an agency asks the citizen. The deadline runs on: waiting for a reply is a reason to ask for an extension."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="questions")
    text = models.TextField(_("question"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reply = models.TextField(blank=True)  # personal details covered, like the report's own text
    replied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report"], condition=Q(replied_at=None), name="one_open_question_a_report"
            )
        ]


class CoAgency(models.Model):
    """An agency that works along with the one that answers."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="co_agencies")
    agency = models.ForeignKey(Agency, models.PROTECT)
    request = models.TextField(blank=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    invited_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        verbose_name_plural = "co-agencies"
        constraints = [models.UniqueConstraint(fields=["report", "agency"], name="one_co_agency")]
        indexes = [models.Index(fields=["agency"], name="co_agency_open", condition=Q(done_at=None))]


class Extension(models.Model):
    """More time, asked for with a reason and granted or refused by somebody else. Each one is counted openly."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("extension", "Waits for a decision")
        GRANTED = "granted", pgettext_lazy("extension", "Granted")
        REFUSED = "refused", pgettext_lazy("extension", "Refused")
        DROPPED = "dropped", pgettext_lazy("extension", "No longer needed")

    report = models.ForeignKey(Report, models.CASCADE, related_name="asked_extensions")
    agency = models.ForeignKey(Agency, models.PROTECT)
    reason = models.TextField(_("reason"))  # the citizen reads it
    before = models.DateTimeField()  # the deadline that it was to move
    asked_due_at = models.DateTimeField(_("new deadline"))
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report"], condition=Q(state="waiting"), name="one_waiting_extension"
            ),
            models.CheckConstraint(condition=Q(asked_due_at__gt=F("before")), name="extension_later"),
        ]


class Answer(models.Model):
    """An answer of an agency; the newest that isn't refused counts. ``approved_by`` is never ``written_by``."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("answer", "Waits for approval")
        APPROVED = "approved", pgettext_lazy("answer", "Approved")
        REFUSED = "refused", pgettext_lazy("answer", "Sent back")

    report = models.ForeignKey(Report, models.CASCADE, related_name="answers")
    agency = models.ForeignKey(Agency, models.PROTECT)
    text = models.TextField(_("answer"))
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)  # why it was sent back

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["report"], condition=Q(state="waiting"), name="one_waiting_answer"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("written_by")), name="answer_four_eyes"
            ),
        ]


class Proof(models.Model):
    """What shows that an answer is true: a photo of afterwards, a document, or a measured value."""

    class Kind(models.TextChoices):
        PHOTO = "photo", _("Photo of afterwards")
        DOCUMENT = "document", pgettext_lazy("proof", "Document")
        MEASURE = "measure", _("Measured value")

    answer = models.ForeignKey(Answer, models.CASCADE, related_name="proofs")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    photo = models.ForeignKey(Photo, models.PROTECT, null=True, blank=True, related_name="proofs")
    name = models.CharField(
        max_length=200, blank=True
    )  # number and title of the document, or what was measured
    media_type = models.CharField(max_length=100, blank=True)
    content = models.BinaryField(default=b"")
    value = models.FloatField(null=True, blank=True)
    unit = models.CharField(max_length=20, blank=True)
    measured_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="photo", photo__isnull=False)
                | Q(kind="document") & ~Q(name="")
                | Q(kind="measure", value__isnull=False) & ~Q(name="") & ~Q(unit=""),
                name="proof_is_whole",
            )
        ]


class SubstituteQuerySet(models.QuerySet["Substitute"]):
    """Lists of substitutes."""

    def visible_to(self, user: object) -> Self:
        """Those of the agencies whose reports one may approve, and one's own."""
        seen = scope_q(user, "reports.approve", place="", sector="")
        # Without any condition it is everything already; an alternative would narrow that.
        if seen and getattr(user, "is_authenticated", False):
            seen |= Q(principal=user) | Q(substitute=user)
        return self.filter(seen)

    def at(self, moment: datetime) -> Self:
        """Those that hold at a moment."""
        return self.filter(Q(end__gt=moment), start__lte=moment, ended_at=None)


class Substitute(models.Model):
    """Somebody who acts for another one in an agency while he is absent (xử lý thay)."""

    agency = models.ForeignKey(Agency, models.PROTECT)
    principal = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="substitutes")
    substitute = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="substituted")
    start = models.DateTimeField()
    end = models.DateTimeField()
    decision = models.CharField(_("decision"), max_length=300, blank=True)
    named_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = SubstituteQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="substitute_span"),
            models.CheckConstraint(condition=~Q(principal=F("substitute")), name="substitute_is_another"),
        ]
        indexes = [models.Index(fields=["substitute", "end"], name="substitute_now")]
