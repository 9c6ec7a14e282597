"""Making incidents that run a playbook, and looking at their steps."""

import itertools
import uuid
from datetime import timedelta

from django.utils import timezone

from halong.core.permissions import SYSTEM
from halong.incidents.models import Incident, Role, Step
from halong.playbooks.actions import Head, create_playbook, publish_playbook
from halong.playbooks.schema import read_steps

numbers = itertools.count(1)


def make_incident(**given):
    now = timezone.now()
    return Incident.objects.create(
        **{
            "number": f"SC-2026-{next(numbers):04d}", "client_id": uuid.uuid4(), "title": "Tàu mắc cạn", "kind": "boat",
            "detected_at": now, "declared_at": now, "changed_at": now, **given,
        }
    )  # fmt: skip


def make_version(rows):
    head = Head("Tàu gặp nạn", "boat", 1, "Boat in distress")
    playbook = create_playbook(head, by=SYSTEM, steps=read_steps(rows))
    return publish_playbook(playbook, by=SYSTEM, edits=1)


def give(incident, kind, person):
    return Role.objects.create(incident=incident, kind=kind, person=person, since=timezone.now())


def states(incident):
    return {step.key: step.state for step in Step.objects.filter(incident=incident)}


def step_of(incident, key):
    return Step.objects.get(incident=incident, key=key)


def later(**delta):
    return timezone.now() + timedelta(**delta)
