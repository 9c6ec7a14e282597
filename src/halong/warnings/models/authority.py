"""Who may warn the public of what, where and when; and words prepared for it."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from halong.core.permissions import scope_q
from halong.places.models import Place
from halong.warnings.kinds import label_of


class AuthorityQuerySet(models.QuerySet["Authority"]):
    """Lists of authorities."""

    def visible_to(self, user: object) -> Self:
        """Whoever sees warnings sees by what right they are given."""
        return self.filter(scope_q(user, "warnings.view", place="", agency="", sector=""))


class Authority(models.Model):
    """A row of authority: a body may warn of one kind of event in some places, and one person signs for it.

    Nothing of it is changed later; a row is ended (``until``), and another one is written. A ``practice`` row gives
    authority for exercises and tests only, whatever it says.
    """

    event = models.CharField(_("kind of event"), max_length=20)  # a key of warnings.kinds
    body = models.CharField(_("issuing body"), max_length=200)
    body_en = models.CharField(_("issuing body, in English"), max_length=200, blank=True)
    basis = models.CharField(_("legal basis"), max_length=500)
    delegate = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who approves")
    )
    places = models.ManyToManyField(Place, related_name="+", verbose_name=_("places"))
    since = models.DateTimeField(_("from"))
    until = models.DateTimeField(_("until"), null=True, blank=True)
    practice = models.BooleanField(_("for exercises and tests only"), default=False)
    key = models.CharField(max_length=100, null=True, blank=True, unique=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField()

    objects = AuthorityQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "authorities"
        constraints = [
            models.CheckConstraint(condition=Q(body__gt="") & Q(basis__gt=""), name="authority_says_why"),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=models.F("since")), name="authority_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_label}: {self.body}"

    @property
    def event_label(self) -> str:
        """The kind of event in the present language."""
        return label_of(self.event)


class Wording(models.Model):
    """Words prepared for a kind of event, data of the profile; ``{place}``, ``{onset}`` and ``{expires}`` are filled in."""

    key = models.CharField(max_length=60, unique=True)
    event = models.CharField(max_length=20)  # a key of warnings.kinds
    title = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    severity = models.CharField(max_length=10)
    urgency = models.CharField(max_length=10)
    certainty = models.CharField(max_length=10)
    hours = models.IntegerField(default=6)  # how long it is in force, unless said otherwise
    headline_vi = models.CharField(max_length=160)
    headline_en = models.CharField(max_length=160)
    description_vi = models.TextField()
    description_en = models.TextField()
    instruction_vi = models.TextField(blank=True)
    instruction_en = models.TextField(blank=True)
    order = models.IntegerField(default=0)

    class Meta:
        ordering = ("event", "order", "key")

    def __str__(self) -> str:
        return self.title
