from django.urls import path

from halong.panorama import views, wall

urlpatterns = [
    path("", views.panorama, name="panorama"),
    path("panorama/<slug:part>", views.part, name="panorama-part"),
    path("things.geojson", views.things_geojson, name="things-geojson"),
    path("entities/<int:pk>", views.entity, name="entity"),
    path("entities/<int:pk>/now", views.entity_now, name="entity-now"),
    path("entities/<int:pk>/series/<str:name>.json", views.series_json, name="series-json"),
    path("entities/<int:pk>/series/<str:name>.csv", views.series_csv, name="series-csv"),
    path("wall", wall.wall, name="wall"),
    path("wall/<slug:part>", wall.part, name="wall-part"),
]
