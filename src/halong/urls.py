"""Every address of the product; each app lists its own."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from halong.api import guarded_urls
from halong.core import live_asgi, views
from halong.metrics import metrics

APPS = [
    "accounts",
    "audit",
    "places",
    "notify",
    "tasks",
    "context",
    "observations",
    "rules",
    "ingest",
    "alerts",
    "citizens",
    "stages",
    "duty",
    "warnings",
    "playbooks",
    "incidents",
    "exercises",
    "programme",
    "indicators",
    "analysis",
    "panorama",
    "openness",
    "web",
    "simulation",
    "connectors.open311",
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("api/v1/", guarded_urls()),
    path("live/allowed", live_asgi.allowed, name="live-allowed"),
    path("choose", views.choose, name="choose"),
    *(path("", include(f"halong.{app}.urls")) for app in APPS if find_spec(f"halong.{app}.urls")),
]
