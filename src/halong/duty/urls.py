"""Addresses of duty; those of log, calls, hand-over and quick report stand in ``watch_urls``."""

from django.urls import include, path

from halong.duty import watch_urls
from halong.duty.views import board, runs, teams

urlpatterns = [
    *watch_urls.urlpatterns,
    path("duty", board.board, name="duty"),
    path("duty/bell", board.bell, name="duty-bell"),
    path("duty/teams/new", teams.edit, name="duty-team-new"),
    path("duty/teams/<int:pk>", teams.team, name="duty-team"),
    path("duty/teams/<int:pk>/edit", teams.edit, name="duty-team-edit"),
    path("duty/teams/<int:pk>/test", teams.test, name="duty-team-test"),
    path("duty/teams/<int:pk>/form/<slug:name>", teams.act, name="duty-team-act"),
    path("duty/teams/<int:pk>/do/<slug:name>", teams.press, name="duty-team-do"),
    path("duty/pages", runs.runs, name="duty-runs"),
    path("duty/pages/<int:pk>", runs.run, name="duty-run"),
    path("duty/pages/<int:pk>/end", runs.end, name="duty-run-end"),
    path("duty/pages/<int:pk>/answer", runs.answer, name="duty-page-answer"),
    path("duty/answer/<str:token>", runs.answer_by_link, name="duty-answer"),
    path("", include("halong.duty.watch_urls")),
    path("duty/<str:token>.ics", board.calendar, name="duty-calendar"),
]
