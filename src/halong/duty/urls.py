"""Addresses of duty; those of log, calls, hand-over and quick report stand in ``watch_urls``."""

from django.urls import include, path

from halong.duty import watch_urls
from halong.duty.views import board, chains, directory, runs, teams

urlpatterns = [
    *watch_urls.urlpatterns,
    path("duty", board.board, name="duty"),
    path("duty/bell", board.bell, name="duty-bell"),
    path("duty/device", board.device, name="duty-device"),
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
    path("duty/chains", chains.chains, name="duty-chains"),
    path("duty/chains/new", chains.edit, name="duty-chain-new"),
    path("duty/chains/<int:pk>", chains.edit, name="duty-chain-edit"),
    path("duty/chains/<int:pk>/end", chains.end, name="duty-chain-end"),
    path("directory", directory.directory, name="directory"),
    path("directory.csv", directory.directory_csv, name="directory-csv"),
    path("directory/import", directory.import_csv, name="directory-import"),
    path("directory/new", directory.edit, name="contact-new"),
    path("directory/<int:pk>", directory.edit, name="contact-edit"),
    path("directory/<int:pk>/verify", directory.verify, name="contact-verify"),
    path("directory/<int:pk>/end", directory.end, name="contact-end"),
    path("duty/answer/<str:token>", runs.answer_by_link, name="duty-answer"),
    path("", include("halong.duty.watch_urls")),
    path("duty/<str:token>.ics", board.calendar, name="duty-calendar"),
]
