from django.urls import path

from halong.openness import data, views

urlpatterns = [
    path("c", views.home, name="public-home"),
    path("c/map", views.station_list, name="public-map"),
    path("c/stations.geojson", views.stations_geojson, name="public-stations-geojson"),
    path("c/stations/<int:pk>", views.station, name="public-station"),
    path("c/method", views.method, name="public-method"),
    path("c/data", data.index, name="public-data"),
    path("c/data/stations.<str:form>", data.stations_table, name="public-data-stations"),
    path("c/data/latest.<str:form>", data.latest_table, name="public-data-latest"),
    path("c/data/<int:pk>/hours.<str:form>", data.hours_table, name="public-data-hours"),
]
