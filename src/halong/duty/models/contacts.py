"""The directory of who answers for what."""

from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from halong.core.permissions import scope_q
from halong.places.models import Agency, Place


class ContactQuerySet(models.QuerySet["Contact"]):
    """Lists of contacts."""

    def visible_to(self, user: object) -> Self:
        """The directory is open to all who work here: whom to call isn't a matter of scope."""
        return self.filter(scope_q(user, "directory.view", place="", agency="", sector=""))

    def current(self) -> Self:
        """Those that still hold."""
        return self.filter(ended_at=None)


class Contact(models.Model):
    """Somebody, or a post, to call: for a place (with all in it; empty: everywhere), a sector and a kind of incident (empty:
    all). ``order`` says who is called first. A number is as good as its age: ``verified_on``.
    """

    name = models.CharField(_("name"), max_length=200)  # of the person or the post
    post = models.CharField(_("post"), max_length=200, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True, related_name="contacts")
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True, related_name="contacts")
    sector = models.CharField(_("sector"), max_length=40, blank=True)
    kind = models.CharField(_("kind of incident"), max_length=40, blank=True)
    telephone = models.CharField(_("telephone"), max_length=40)
    other_telephone = models.CharField(_("other telephone"), max_length=40, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    order = models.SmallIntegerField(_("order"), default=1)
    hours = models.CharField(_("when reachable"), max_length=100, blank=True)
    source = models.CharField(_("where the number is from"), max_length=300, blank=True)
    verified_on = models.DateField(_("verified on"), null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    folded = models.CharField(max_length=800, editable=False, default="")  # for searching
    ended_at = models.DateTimeField(null=True, blank=True)
    changed_at = models.DateTimeField()

    objects = ContactQuerySet.as_manager()

    class Meta:
        ordering = ["order", "name", "pk"]
        indexes = [
            models.Index(
                fields=["sector", "kind", "order"], name="duty_contact_for", condition=Q(ended_at=None)
            )
        ]

    def __str__(self) -> str:
        return self.name

    def age_days(self, today: date) -> int | None:
        """For how many days nobody has checked the number; None: never was."""
        return (today - self.verified_on).days if self.verified_on else None
