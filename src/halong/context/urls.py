from django.urls import path

from halong.context import views

urlpatterns = [
    path("entities", views.entities, name="entities"),
    path("entities.csv", views.export_entities, name="entities-export"),
    path("entities/new", views.new_entity, name="entity-new"),
    path("entities/import", views.import_entities, name="entities-import"),
    path("entities/unplaced", views.unplaced, name="entities-unplaced"),
    path("entities/<int:pk>/edit", views.edit_entity, name="entity-edit"),
    path("entities/<int:pk>/place", views.place_entity, name="entity-place"),
    path("entities/<int:pk>/delete", views.remove_entity, name="entity-delete"),
    path("entities/<int:pk>/attributes", views.edit_attribute, name="entity-attribute"),
    path("entities/<int:pk>/attributes/delete", views.remove_attribute, name="entity-attribute-delete"),
]
