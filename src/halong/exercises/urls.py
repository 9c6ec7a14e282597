from django.urls import path

from halong.exercises.views import console, entry, main, practice, tours

urlpatterns = [
    path("exercises", main.exercises, name="exercises"),
    path("exercises/new", main.new, name="exercise-new"),
    path("exercises/rules", practice.rules, name="practice-rules"),
    path("exercises/practice.csv", practice.practice_csv, name="practice-csv"),
    path("exercises/<int:pk>", main.exercise, name="exercise"),
    path("exercises/<int:pk>/result.csv", main.result_csv, name="exercise-csv"),
    path("exercises/<int:pk>/result.pdf", main.result_pdf, name="exercise-pdf"),
    path("exercises/<int:pk>/<slug:step>", main.take, name="exercise-step"),
    path("exercise", console.console, name="exercise-console"),
    path("exercise/messages", console.messages_page, name="exercise-messages"),
    path("exercise/score", console.score, name="exercise-score"),
    path("exercise/score.csv", console.score_csv, name="exercise-score-csv"),
    path("exercise/score.pdf", console.score_pdf, name="exercise-score-pdf"),
    path("exercise/inject", console.inject, name="exercise-inject"),
    path("exercise/clock/<slug:step>", console.clock, name="exercise-clock"),
    path("exercise/play/<slug:key>", console.play, name="exercise-play"),
    path("exercise/calls/<int:pk>/<slug:step>", console.call, name="exercise-call"),
    path("exercise/people/<int:pk>", entry.renew, name="exercise-entry-renew"),
    path("exercise/enter/<str:code>", entry.enter, name="exercise-enter"),
    path("tours/<slug:tour>.json", tours.steps, name="tour-steps"),
    path("tours/<slug:tour>", tours.visit, name="tour-visit"),
]
