"""Registers what go-live must remove of the simulator."""

from django.apps import AppConfig

from halong.core import registry


class SimulationConfig(AppConfig):
    """Simulated devices: no tables, a process of their own."""

    name = "halong.simulation"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let go-live forget the simulator's credentials and what it submitted for agencies."""
        from halong.simulation.actions import remove_simulated_submissions  # noqa: PLC0415 -- they need the models
        from halong.simulation.citizens.partner import forget_partner  # noqa: PLC0415
        from halong.simulation.citizens.staff import remove_staff  # noqa: PLC0415
        from halong.simulation.sources import forget  # noqa: PLC0415

        registry.simulated_removers.register("simulation", forget)
        registry.simulated_removers.register("simulated partner", forget_partner)
        registry.simulated_removers.register("simulated officers", remove_staff)
        registry.simulated_removers.register("simulated submissions", remove_simulated_submissions)
