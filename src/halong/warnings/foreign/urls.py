"""Addresses of others' alerts: the desk's only."""

from django.urls import path

from halong.warnings.foreign import views

urlpatterns = [
    path("warnings/foreign", views.foreign, name="foreign-warnings"),
    path("warnings/foreign/shapes.geojson", views.shapes, name="foreign-shapes"),
    path("warnings/foreign/<int:pk>", views.one, name="foreign-warning"),
]
