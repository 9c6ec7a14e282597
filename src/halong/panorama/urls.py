from django.urls import include, path

from halong.panorama import plate, views
from halong.panorama.wall import display, editor

urlpatterns = [
    path("", include("halong.panorama.briefing.urls")),
    path("", views.panorama, name="panorama"),
    path("panorama/<slug:part>", views.part, name="panorama-part"),
    path("sectors", views.sectors, name="sectors"),
    path("sectors/environment/standards", views.sector_standards, name="sector-standards"),
    path("sectors/<slug:key>", views.sector, name="sector"),
    path("map", plate.map_page, name="map"),
    path("map/things.json", plate.things, name="map-things"),
    path("map/measure.json", plate.measure, name="map-measure"),
    path("map/replay.json", plate.last_day, name="map-replay"),
    path("map/areas.json", plate.areas, name="map-areas"),
    path("things.geojson", views.things_geojson, name="things-geojson"),
    path("entities/<int:pk>", views.entity, name="entity"),
    path("entities/<int:pk>/now", views.entity_now, name="entity-now"),
    path("entities/<int:pk>/series/<str:name>.json", views.series_json, name="series-json"),
    path("entities/<int:pk>/series/<str:name>.csv", views.series_csv, name="series-csv"),
    path("wall", display.wall, name="wall"),
    path("wall/tiles", display.tiles, name="wall-tiles"),
    path("wall/things.geojson", display.things, name="wall-things"),
    path("wall/<int:pk>", display.wall, name="wall-layout"),
    path("walls", editor.layouts, name="walls"),
    path("walls/new", editor.new, name="wall-new"),
    path("walls/<int:pk>/edit", editor.edit, name="wall-edit"),
    path("walls/<int:pk>/save", editor.save, name="wall-save"),
    path("walls/<int:pk>/tile", editor.tile, name="wall-tile"),
    path("walls/<int:pk>/panel", editor.panel, name="wall-panel"),
    path("walls/<int:pk>/duplicate", editor.duplicate, name="wall-duplicate"),
    path("walls/<int:pk>/delete", editor.delete, name="wall-delete"),
    path("walls/<int:pk>/screens", editor.screens, name="wall-screens"),
]
