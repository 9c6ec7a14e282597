"""Addresses of the desk's screens of reports."""

from django.urls import path

from halong.citizens.views import desk, queue, triage

urlpatterns = [
    path("reports", queue.reports, name="reports"),
    path("reports.csv", queue.reports_csv, name="reports-csv"),
    path("reports/triage", triage.queue, name="reports-triage"),
    path("reports/triage/send", triage.send_many, name="reports-send-many"),
    path("reports/photos/<int:pk>", desk.photo, name="report-photo"),
    path("reports/proofs/<int:pk>", desk.proof, name="report-proof"),
    path("reports/x1", queue.reports, name="reports-moderation"),
    path("reports/x2", queue.reports, name="substitutes"),
    path("reports/x3", queue.reports, name="reports-figures"),
    path("reports/<int:pk>", desk.report, name="report"),
    path("reports/<int:pk>/map.geojson", desk.report_map, name="report-map"),
    path("reports/<int:pk>/answer", desk.answer, name="report-answer"),
    path("reports/<int:pk>/ask/<slug:name>", desk.dialog, name="report-dialog"),
    path("reports/<int:pk>/do/<slug:name>", desk.take, name="report-step"),
]
