from django.urls import path

from halong.stages import views

urlpatterns = [
    path("stages", views.stages, name="stages"),
    path("stages/propose", views.propose, name="stage-propose"),
    path("stages/<int:pk>/approve", views.approve, name="stage-approve"),
    path("stages/<int:pk>/refuse", views.refuse, name="stage-refuse"),
    path("stages/rules", views.rules, name="stage-rules"),
    path("stages/rules/<int:level>", views.rule, name="stage-rule"),
    path("stages/bulletins/new", views.bulletin_new, name="bulletin-new"),
    path("stages/bulletins/<int:pk>", views.bulletin, name="bulletin"),
    path("stages/bulletins/<int:pk>/end", views.bulletin_end, name="bulletin-end"),
    path("stages/shell/chip", views.chip, name="stage-chip"),
    path("stages/shell/line", views.line, name="stage-line"),
]
