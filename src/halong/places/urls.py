from django.urls import path

from halong.places.views import agencies, places

urlpatterns = [
    path("places", places.places, name="places"),
    path("places.geojson", places.places_geojson, name="places-geojson"),
    path("places.csv", places.export_places, name="places-export"),
    path("places/new", places.new_place, name="place-new"),
    path("places/import", places.import_places, name="places-import"),
    path("places/<int:pk>/edit", places.place, name="place-edit"),
    path("agencies", agencies.agencies, name="agencies"),
    path("agencies.csv", agencies.export_agencies, name="agencies-export"),
    path("agencies/new", agencies.new_agency, name="agency-new"),
    path("agencies/import", agencies.import_agencies, name="agencies-import"),
    path("agencies/<int:pk>/edit", agencies.agency, name="agency-edit"),
]
