from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from halong.core.permissions import set_judge
from halong.core.registry import MenuItem, menu


class AccountsConfig(AppConfig):
    """See docs/architecture.md."""

    name = "halong.accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Answer the question of ``core.permissions``, and offer the pages."""
        from halong.accounts.permissions import Judge  # noqa: PLC0415 -- models aren't there before

        set_judge(Judge())
        menu.register("users", MenuItem("users", _("Accounts"), "users", "users", 810, "users.manage"))
        menu.register("keys", MenuItem("keys", _("Keys"), "key", "keys", 820, "keys.manage"))
