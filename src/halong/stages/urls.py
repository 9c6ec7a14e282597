from django.urls import path

from halong.stages import views

urlpatterns = [
    path("stages", views.stages, name="stages"),
]
