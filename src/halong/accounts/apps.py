from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """See docs/architecture.md."""

    name = "halong.accounts"
    default_auto_field = "django.db.models.BigAutoField"
