"""Photos: quarantined until checked, kept without metadata, public only when a moderator has released a copy."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.citizens.models.report import Report


class Photo(models.Model):
    """A photo of a report, or of what was done about it. ``key`` is the client's, so that sending twice makes one."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("photo", "Being checked")
        READY = "ready", pgettext_lazy("photo", "Checked")
        REFUSED = "refused", pgettext_lazy("photo", "Refused")

    class Use(models.TextChoices):
        REPORT = "report", pgettext_lazy("photo", "What was reported")
        AFTER = "after", pgettext_lazy("photo", "Afterwards")

    report = models.ForeignKey(Report, models.CASCADE, related_name="photos")
    use = models.CharField(max_length=8, choices=Use.choices, default=Use.REPORT)
    key = models.CharField(max_length=64)
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=60, blank=True)  # why it was refused: a key of photos.REASONS
    released_at = models.DateTimeField(null=True, blank=True)  # there is a public copy
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    covered = models.JSONField(
        default=list
    )  # [[left, top, width, height]…] as shares of the picture, pixelated
    created_at = models.DateTimeField()
    attempts = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["report", "key"], name="one_photo_a_report_and_key")]
        indexes = [
            models.Index(fields=["created_at"], name="photo_waiting", condition=Q(state="waiting")),
            models.Index(
                fields=["created_at"], name="photo_release", condition=Q(state="ready", released_at=None)
            ),
        ]

    @property
    def is_public(self) -> bool:
        """Whether a public copy exists."""
        return self.released_at is not None


class PhotoCopy(models.Model):
    """The bytes of one copy. ``raw`` is what was sent and stays only while it is being checked; ``work`` is re-encoded
    without metadata, for handlers; ``public`` is smaller and has faces and plates covered; ``small`` is for lists.
    """

    class Kind(models.TextChoices):
        RAW = "raw", _("as it was sent")
        WORK = "work", _("for handlers")
        PUBLIC = "public", _("for the public")
        SMALL = "small", _("small, for the public")

    photo = models.ForeignKey(Photo, models.CASCADE, related_name="copies")
    kind = models.CharField(max_length=6, choices=Kind.choices)
    media_type = models.CharField(max_length=40)
    width = models.IntegerField(default=0)
    height = models.IntegerField(default=0)
    size = models.IntegerField()
    content = models.BinaryField()

    class Meta:
        verbose_name_plural = "photo copies"
        constraints = [models.UniqueConstraint(fields=["photo", "kind"], name="one_copy_a_photo_and_kind")]
