from django.urls import path

from halong.tasks import views

urlpatterns = [
    path("tasks", views.tasks, name="tasks"),
    path("tasks.csv", views.tasks_csv, name="tasks-csv"),
    path("tasks/scorecard", views.score, name="tasks-scorecard"),
    path("tasks/scorecard.csv", views.score_csv, name="tasks-scorecard-csv"),
    path("tasks/new", views.new, name="task-new"),
    path("tasks/people", views.people, name="task-people"),
    path("tasks/<int:pk>", views.task, name="task"),
    path("tasks/<int:pk>/files/<int:number>", views.file, name="task-file"),
    path("tasks/<int:pk>/parts/<int:number>/<slug:step>", views.part, name="task-part"),
    path("tasks/<int:pk>/dialog/<slug:step>", views.dialog, name="task-dialog"),
    path("tasks/<int:pk>/<slug:step>", views.take, name="task-step"),
]
