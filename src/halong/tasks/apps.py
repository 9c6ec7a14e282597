from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from halong.core.registry import MenuItem, RecordMeasure, live_topics, menu, record_measures


class TasksConfig(AppConfig):
    """The one list of what somebody must do."""

    name = "halong.tasks"
    label = "tasks"

    def ready(self) -> None:
        """Offer the pages and the live topic; say what can be counted."""
        from halong.tasks import queries  # noqa: PLC0415 -- needs the models

        menu.register("tasks", MenuItem("tasks", _("Tasks"), "checklist", "tasks", 16, "tasks.view"))
        live_topics.register("tasks", "tasks.view")
        late = RecordMeasure("tasks.late", _("Late tasks"), "C62", queries.late_measure, as_of=True)
        record_measures.register("tasks.late", late)
        on_time = RecordMeasure("tasks.on_time", _("Tasks done on time"), "C62", queries.on_time_measure)
        record_measures.register("tasks.on_time", on_time)
