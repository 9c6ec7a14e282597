from django.urls import path

from halong.notify import views

urlpatterns = [
    path("notices", views.notices, name="notices"),
    path("notices/bell", views.bell, name="notices-bell"),
    path("notices/read", views.read_all, name="notices-read-all"),
    path("notices/deliveries", views.deliveries, name="notices-deliveries"),
    path("notices/deliveries/<int:pk>/retry", views.retry, name="notices-retry"),
    path("notices/<int:pk>", views.notice, name="notice"),
    path("notices/<int:pk>/file", views.file, name="notice-file"),
]
