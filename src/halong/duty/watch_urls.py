"""Addresses of log, calls, hand-over and quick report."""

from django.urls import path

from halong.duty.views import calls, handover, log, quick

urlpatterns = [
    path("duty/log", log.log, name="duty-log"),
    path("duty/log/write", log.write, name="duty-log-write"),
    path("duty/log/<int:pk>/correct", log.correct, name="duty-log-correct"),
    path("duty/log/<str:day>.pdf", log.log_pdf, name="duty-log-pdf"),
    path("duty/calls", calls.calls, name="duty-calls"),
    path("duty/calls/new", calls.new, name="duty-call-new"),
    path("duty/calls/beside", calls.beside, name="duty-call-beside"),
    path("duty/calls/<int:pk>", calls.call, name="duty-call"),
    path("duty/calls/<int:pk>/report", calls.report, name="duty-call-report"),
    path("duty/calls/<int:pk>/join", calls.join, name="duty-call-join"),
    path("duty/handover", handover.handovers, name="duty-handovers"),
    path("duty/handover/begin", handover.begin, name="duty-handover-begin"),
    path("duty/handover/<int:pk>", handover.handover, name="duty-handover"),
    path("duty/handover/<int:pk>.pdf", handover.handover_pdf, name="duty-handover-pdf"),
    path("duty/handover/<int:pk>/take", handover.take, name="duty-handover-take"),
    path("duty/handover/<int:pk>/<slug:name>", handover.step, name="duty-handover-step"),
    path("duty/quick", quick.reports, name="duty-quicks"),
    path("duty/quick/make", quick.make, name="duty-quick-make"),
    path("duty/quick/hours", quick.hours, name="duty-quick-hours"),
    path("duty/quick/<int:pk>", quick.report, name="duty-quick"),
    path("duty/quick/<int:pk>.pdf", quick.report_pdf, name="duty-quick-pdf"),
    path("duty/quick/<int:pk>/send", quick.send, name="duty-quick-send"),
]
