"""Addresses of playbooks."""

from django.urls import path

from halong.playbooks.views import editing, pages

urlpatterns = [
    path("playbooks", pages.playbooks, name="playbooks"),
    path("playbooks/new", editing.new, name="playbook-new"),
    path("playbooks/settings", editing.settings, name="playbook-settings"),
    path("playbooks/<int:pk>", pages.playbook, name="playbook"),
    path("playbooks/<int:pk>/changes", pages.changes, name="playbook-changes"),
    path("playbooks/<int:pk>/head", editing.head, name="playbook-head"),
    path("playbooks/<int:pk>/edit", editing.edit, name="playbook-edit"),
    path("playbooks/<int:pk>/steps/new", editing.step, name="playbook-step-new"),
    path("playbooks/<int:pk>/steps/<slug:key>", editing.step, name="playbook-step"),
    path("playbooks/<int:pk>/arrange", editing.arrange, name="playbook-arrange"),
    path("playbooks/<int:pk>/basis", editing.basis, name="playbook-basis"),
    path("playbooks/<int:pk>/publish", editing.publish, name="playbook-publish"),
    path("playbooks/<int:pk>/<slug:name>", editing.act, name="playbook-act"),
]
