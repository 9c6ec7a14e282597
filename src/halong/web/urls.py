from django.urls import path

from halong.web import views

app_name = "web"
urlpatterns = [
    path("search", views.search, name="search"),
    path("c/manifest.webmanifest", views.web_manifest, name="manifest"),
    path("c/sw.js", views.service_worker, name="worker"),
    path("c/offline", views.offline, name="offline"),
    path("sw.js", views.desk_worker, name="desk-worker"),
    path("offline", views.desk_offline, name="desk-offline"),
    path("styleguide", views.styleguide, name="styleguide"),
    path("styleguide/<slug:data>.json", views.styleguide, name="styleguide-data"),
]
