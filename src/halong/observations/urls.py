from django.urls import path

from halong.observations import views

urlpatterns = [
    path("entities/<int:pk>/series/new", views.new_series, name="series-new"),
    path("series/<int:pk>/edit", views.series, name="series-edit"),
    path("series/<int:pk>/delete", views.delete_series, name="series-delete"),
    path("series.csv", views.export_series, name="series-export"),
    path("series/import", views.import_series, name="series-import"),
]
