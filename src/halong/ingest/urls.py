from django.urls import path

from halong.ingest.views import quarantine, sources, tables

urlpatterns = [
    path("sources", sources.sources, name="sources"),
    path("sources/add", sources.kinds, name="source-kinds"),
    path("sources/add/<slug:kind>", sources.add, name="source-add"),
    path("sources/try/<slug:kind>", sources.trial, name="source-trial"),
    path("sources/<int:pk>", sources.source, name="source"),
    path("sources/<int:pk>/counts.json", sources.counts, name="source-counts"),
    path("sources/<int:pk>/change", sources.change, name="source-change"),
    path("sources/<int:pk>/switch", sources.switch, name="source-switch"),
    path("sources/<int:pk>/renew", sources.renew, name="source-renew"),
    path("sources/<int:pk>/remove", sources.remove, name="source-remove"),
    path("sources/<int:pk>/upload", tables.upload, name="source-upload"),
    path("sources/<int:pk>/upload/<str:token>", tables.mapping, name="source-map"),
    path("sources/<int:pk>/upload/<str:token>/preview", tables.preview, name="source-preview"),
    path("quarantine", quarantine.quarantine, name="quarantine"),
    path("quarantine/settle", quarantine.replay_many, name="quarantine-settle"),
    path("quarantine/<int:pk>", quarantine.item, name="quarantine-item"),
    path("quarantine/<int:pk>/replay", quarantine.replay, name="quarantine-replay"),
    path("quarantine/<int:pk>/discard", quarantine.discard, name="quarantine-discard"),
]
