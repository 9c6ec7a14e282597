from django.apps import AppConfig
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from halong.core import outbox
from halong.core.registry import (
    Block,
    MenuItem,
    ShellItem,
    citizen_items,
    live_topics,
    menu,
    person_blocks,
    shell_items,
)
from halong.exercises.folder import read_order
from halong.home import path


class ExercisesConfig(AppConfig):
    """Exercises: scenarios, sessions in a second instance, scores, and who has practised what."""

    name = "halong.exercises"
    label = "exercises"

    def ready(self) -> None:
        """Offer the pages and the live topic; say what can be looked for in an instance's records."""
        if settings.HALONG_EXERCISE:
            outbox.guard(refused_ports=frozenset(read_order(path()).main_ports))
        from halong.exercises.criteria import Criterion, alerts, criteria, desk, incidents, public  # noqa: PLC0415

        menu.register(
            "exercises", MenuItem("exercises", _("Exercises"), "school", "exercises", 83, "exercises.run")
        )
        from halong.exercises.listing import practice_block  # noqa: PLC0415
        from halong.exercises.views.tours import for_citizens, for_desk  # noqa: PLC0415

        shell_items.register("tours", ShellItem("tours", "exercises/tours.html", for_desk, 5))
        citizen_items.register("tour", ShellItem("tour", "exercises/tour_citizen.html", for_citizens, 10))
        person_blocks.register("practice", Block("practice", "exercises/practice.html", practice_block, 10))
        live_topics.register("exercise", "panorama.view")
        for found in (
            Criterion("alert", _("Alert acknowledged"), alerts.acknowledged),
            Criterion("incident", _("Incident declared"), incidents.declared),
            Criterion("role", _("Role given"), incidents.role_given),
            Criterion("steps", _("Steps of the playbook done"), incidents.steps_done),
            Criterion("situation", _("Situation report made"), incidents.reported),
            Criterion("closed", _("All clear"), incidents.closed),
            Criterion("stage", _("Operating stage proposed"), public.stage),
            Criterion("bulletin", _("Official bulletin entered"), public.bulletin),
            Criterion("warning", _("Warning to the people"), public.warning),
            Criterion("call", _("Call taken down"), desk.call_taken),
            Criterion("report", _("Citizen's report handled"), desk.report_handled),
            Criterion("log", _("Entry in the duty log"), desk.logged),
            Criterion("action", _("Action taken"), desk.acted),
        ):
            criteria.register(found.key, found)
