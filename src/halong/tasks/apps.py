from django.apps import AppConfig


class TasksConfig(AppConfig):
    """The one list of what somebody must do."""

    name = "halong.tasks"
    label = "tasks"
