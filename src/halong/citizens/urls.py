"""Addresses of citizens' reports."""

from django.urls import include, path

urlpatterns = [path("", include("halong.citizens.open311.urls"))]
