from django.urls import path

from halong.analysis import views

urlpatterns = [
    path("unusual", views.unusual, name="unusual"),
    path("unusual/rows", views.rows, name="unusual-rows"),
    path("unusual/<int:pk>/dialog/<slug:state>", views.dialog, name="unusual-dialog"),
    path("unusual/<int:pk>/settle", views.settle, name="unusual-settle"),
    path("unusual/<int:pk>/nearby", views.unusual_neighbours, name="unusual-neighbours"),
    path("unusual/<int:pk>/nearby.geojson", views.unusual_geojson, name="unusual-neighbours-geojson"),
    path("alerts/<int:pk>/nearby", views.alert_neighbours, name="alert-neighbours"),
    path("alerts/<int:pk>/nearby.geojson", views.alert_geojson, name="alert-neighbours-geojson"),
    path("series/<int:pk>/forecast/<slug:plan>.json", views.series_json, name="series-forecast-json"),
    path("series/<int:pk>/forecast/<slug:plan>.csv", views.series_csv, name="series-forecast-csv"),
    path(
        "indicators/<int:pk>/forecast/<slug:plan>.json", views.indicator_json, name="indicator-forecast-json"
    ),
    path("indicators/<int:pk>/forecast/<slug:plan>.csv", views.indicator_csv, name="indicator-forecast-csv"),
]
