from django.urls import path

from halong.alerts import views
from halong.alerts.quality import views as quality

urlpatterns = [
    path("alerts", views.alerts, name="alerts"),
    path("alerts/acknowledge", views.acknowledge_many, name="alerts-acknowledge"),
    path("alerts/rows", views.rows, name="alerts-rows"),
    path("alerts/quality", quality.quality, name="alerts-quality"),
    path("alerts/quality/rules/<int:pk>", quality.tune, name="alerts-tune"),
    path("alerts/quality/<int:pk>/undo", quality.undo, name="alerts-tune-undo"),
    path("alerts/maintenance", quality.maintenance, name="alerts-maintenance"),
    path("alerts/maintenance/<int:pk>/end", quality.end, name="alerts-maintenance-end"),
    path("alerts/<int:pk>", views.alert, name="alert"),
    path("alerts/<int:pk>/apart", quality.apart, name="alert-apart"),
    path("alerts/<int:pk>/status", views.status, name="alert-status"),
    path("alerts/<int:pk>/series.json", views.series, name="alert-series"),
    path("alerts/<int:pk>/dialog/<slug:kind>", views.dialog, name="alert-dialog"),
    path("alerts/<int:pk>/acknowledge", views.acknowledge, name="alert-acknowledge"),
    path("alerts/<int:pk>/shelve", views.shelve, name="alert-shelve"),
    path("alerts/<int:pk>/unshelve", views.unshelve, name="alert-unshelve"),
    path("alerts/<int:pk>/note", views.note, name="alert-note"),
    path("alerts/<int:pk>/false-alarm", views.false_alarm, name="alert-false-alarm"),
]
