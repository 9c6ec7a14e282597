from django.urls import path

from halong.audit import views

urlpatterns = [
    path("audit", views.log, name="audit"),
    path("audit/export.csv", views.download, name="audit-export"),
    path("audit/verify", views.verify, name="audit-verify"),
]
