from django.apps import AppConfig


class PlaybooksConfig(AppConfig):
    """What is to be done when a kind of problem comes: written beforehand, versioned."""

    name = "halong.playbooks"
    label = "playbooks"

    def ready(self) -> None:
        """Calls are about the same kinds of matter as incidents."""
        from halong.duty.kinds import CallKind, call_kinds  # noqa: PLC0415 -- when all modules are there
        from halong.playbooks.kinds import KINDS  # noqa: PLC0415

        for kind in KINDS.values():
            call_kinds.register(kind.key, CallKind(kind.key, kind.label, kind.icon, kind.sector))
