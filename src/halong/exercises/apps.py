from django.apps import AppConfig


class ExercisesConfig(AppConfig):
    """Exercises: scenarios, sessions in a second instance, scores, and who has practised what."""

    name = "halong.exercises"
    label = "exercises"
