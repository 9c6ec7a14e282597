"""People, what they may do and where; keys of machines; tokens of walls."""

from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.accounts.network import device_of
from halong.core.permissions import scope_q
from halong.core.registry import sectors
from halong.places.models import Agency, Place

LANGUAGES: list[tuple[str, Any]] = [("vi", "Tiếng Việt"), ("en", "English")]
THEMES: list[tuple[str, Any]] = [("light", _("Light")), ("dark", _("Dark")), ("auto", _("As the device"))]

# what the user names of the simulation's own officers begin with: nobody signs in as one
SIMULATED = "mo-phong-"


class UserQuerySet(models.QuerySet["User"]):
    """Lists of people."""

    def visible_to(self, user: object) -> Self:
        """Only who manages people sees them."""
        return self.filter(scope_q(user, "users.manage", place="", agency="", sector=""))


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]  # made at run time
    """Accounts are made by ``accounts.actions``."""


class User(AbstractBaseUser):
    """Somebody who signs in."""

    username = models.CharField(_("user name"), max_length=150, unique=True)
    full_name = models.CharField(_("full name"), max_length=200, blank=True)
    folded = models.CharField(max_length=200, editable=False, default="")  # for searching
    title = models.CharField(_("post"), max_length=200, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telephone"), max_length=40, blank=True)
    is_active = models.BooleanField(pgettext_lazy("account", "active"), default=True)
    must_change_password = models.BooleanField(default=False)
    totp_secret = models.BinaryField(default=b"", editable=False)  # Fernet token; empty: not set up
    totp_confirmed_at = models.DateTimeField(null=True, blank=True)
    totp_last_step = models.BigIntegerField(default=0)  # a code is good once
    failed_attempts = models.IntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=LANGUAGES, blank=True)
    theme = models.CharField(_("theme"), max_length=5, choices=THEMES, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    objects = UserManager()

    def __str__(self) -> str:
        return self.full_name or self.username

    @property
    def actor_name(self) -> str:
        """What the audit log writes."""
        return self.username

    @property
    def has_second_step(self) -> bool:
        """Whether signing in asks for a code, too."""
        return self.totp_confirmed_at is not None

    def is_locked_at(self, moment: datetime) -> bool:
        """Whether too many failures keep this account closed for now."""
        return self.locked_until is not None and self.locked_until > moment


class Role(models.TextChoices):
    """What a person is here; the permissions of each are in ``accounts.roles``."""

    CITIZEN = "citizen", _("Citizen")
    OFFICER = "officer", _("Officer")
    OPERATOR = "operator", _("Operator")
    LEADER = "leader", _("Leader")
    ADMINISTRATOR = "administrator", _("Administrator")
    AUDITOR = "auditor", _("Auditor")
    PRIVACY = "privacy", _("Data-protection officer")


class Grant(models.Model):
    """A role in a scope: an empty place, agency or sector means all of them."""

    user = models.ForeignKey(User, models.CASCADE, related_name="grants")
    role = models.CharField(_("role"), max_length=20, choices=Role.choices)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True)
    sector = models.CharField(max_length=40, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "role", "place", "agency", "sector"], name="one_grant", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        where = [str(side) for side in (self.agency, self.place, self.sector_name) if side]
        return " · ".join([self.get_role_display(), *where])

    @property
    def sector_name(self) -> str:
        """The sector in words; empty for all of them."""
        found = sectors.get(self.sector)
        return str(found.name) if found else self.sector


class RecoveryCode(models.Model):
    """A code that opens the account once when the second step's device is lost. Only its SHA-256 is kept (80 bits)."""

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="one_recovery_code")]


class AddressTries(models.Model):
    """Failed sign-ins from one network address within a window, in the database so that all processes agree."""

    address = models.CharField(max_length=45, primary_key=True)  # IPv6: its /64, which is one customer's
    failures = models.IntegerField(default=0)
    since = models.DateTimeField()


class SignIn(models.Model):
    """A session of a person in a browser, which can be ended. The row of an ended session is deleted."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    agent = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(auto_now_add=True)
    last_seen = models.DateTimeField(auto_now_add=True)

    @property
    def device(self) -> str:
        """Browser and system in two words, as far as they say who they are."""
        return device_of(self.agent)


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Lists of keys."""

    def visible_to(self, user: object) -> Self:
        """Only who manages keys sees them."""
        return self.filter(scope_q(user, "keys.manage", place="", agency="", sector=""))


class ApiKey(models.Model):
    """The key of a machine. Only its SHA-256 is stored: a key is 256 random bits, so no slow hash is needed."""

    name = models.CharField(_("name"), max_length=200)
    prefix = models.CharField(max_length=12, unique=True)  # shown in lists
    digest = models.CharField(max_length=64, unique=True)
    permissions = ArrayField(models.CharField(max_length=60))  # "ingest.write", "api.read"
    source_id = models.BigIntegerField(
        null=True, blank=True, db_index=True
    )  # ingest.Source, which is downstream
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True)
    agency = models.ForeignKey(Agency, models.PROTECT, null=True, blank=True)
    sector = models.CharField(max_length=40, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def actor_name(self) -> str:
        """What the audit log writes."""
        return f"key:{self.prefix}"

    def is_good_at(self, moment: datetime) -> bool:
        """Whether it is neither revoked nor expired."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > moment)


class DisplayTokenQuerySet(models.QuerySet["DisplayToken"]):
    """Lists of walls."""

    def visible_to(self, user: object) -> Self:
        """Only who manages walls sees them."""
        return self.filter(scope_q(user, "displays.manage", place="", agency="", sector=""))


class DisplayToken(models.Model):
    """What opens ``/wall`` on a screen that nobody signs in to; revocable."""

    name = models.CharField(_("name"), max_length=200)
    digest = models.CharField(max_length=64, unique=True)
    place = models.ForeignKey(Place, models.PROTECT, null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = DisplayTokenQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name

    @property
    def actor_name(self) -> str:
        """What the audit log writes."""
        return f"display:{self.pk}"
