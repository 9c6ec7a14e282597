"""Registers what go-live must remove of the simulator."""

from django.apps import AppConfig

from halong.core import registry


class SimulationConfig(AppConfig):
    """Simulated devices: no tables, a process of their own."""

    name = "halong.simulation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let go-live forget the simulator's credentials."""
        from halong.simulation.sources import forget  # noqa: PLC0415 -- it needs the models

        registry.simulated_removers.register("simulation", forget)
