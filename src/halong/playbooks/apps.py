from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from halong.core.registry import MenuItem, live_topics, menu, search_providers


class PlaybooksConfig(AppConfig):
    """What is to be done when a kind of problem comes: written beforehand, versioned."""

    name = "halong.playbooks"
    label = "playbooks"

    def ready(self) -> None:
        """Offer the pages, the search, and the kinds of matter that people call about."""
        from halong.duty.kinds import CallKind, call_kinds  # noqa: PLC0415 -- when all modules are there
        from halong.playbooks.finding import PROVIDER  # noqa: PLC0415 -- needs the models
        from halong.playbooks.kinds import KINDS  # noqa: PLC0415

        for kind in KINDS.values():  # people call about the same kinds of matter
            call_kinds.register(kind.key, CallKind(kind.key, kind.label, kind.icon, kind.sector))

        live_topics.register("playbooks", "incidents.view")
        menu.register(
            "playbooks", MenuItem("playbooks", _("Playbooks"), "checklist", "playbooks", 55, "incidents.view")
        )
        search_providers.register("playbooks", PROVIDER)
