from django.urls import path

from halong.programme import views

urlpatterns = [
    path("programme", views.programme, name="programme"),
    path("programme.csv", views.export_projects, name="programme-export"),
]
