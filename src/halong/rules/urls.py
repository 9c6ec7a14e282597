from django.urls import path

from halong.rules import views

urlpatterns = [
    path("rules", views.rules, name="rules"),
    path("rules/new", views.choose, name="rule-choose"),
    path("rules/new/<slug:kind>", views.new, name="rule-new"),
    path("rules/fields/<slug:kind>", views.fields, name="rule-fields"),
    path("rules/try/<slug:kind>", views.start_trial, name="rule-try"),
    path("rules/trials/none", views.cancel_trial, name="rule-trial-none"),
    path("rules/trials/<int:pk>", views.go_on, name="rule-trial"),
    path("rules/<int:pk>", views.rule, name="rule"),
    path("rules/<int:pk>/edit", views.edit, name="rule-edit"),
    path("rules/<int:pk>/switch", views.switch, name="rule-switch"),
    path("rules/<int:pk>/copy", views.copy, name="rule-copy"),
    path("rules/<int:pk>/delete", views.delete, name="rule-delete"),
    path("rules/<int:pk>/try", views.try_existing, name="rule-try-existing"),
]
