from django.urls import path

from halong.connectors.open311 import views

urlpatterns = [
    path("sources/exchange", views.exchanges, name="open311-exchange"),
    path("sources/exchange/<int:pk>", views.settle, name="open311-settle"),
]
