"""How long nobody looked."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from halong.observations.lookout import AWAY, look
from halong.observations.models import Lookout

pytestmark = pytest.mark.django_db


def test_only_a_time_without_looks_is_told_and_only_once():
    with connection.cursor() as cursor:
        assert look(cursor, "one") == timedelta()  # the first ever
        assert look(cursor, "one") == timedelta()
        Lookout.objects.update(looked_at=timezone.now() - timedelta(hours=3))
        assert timedelta(hours=3) <= look(cursor, "one") < timedelta(hours=3, seconds=30)
        assert look(cursor, "one") == timedelta()


def test_a_busy_machine_is_not_away_and_each_watcher_counts_for_itself():
    now = timezone.now()
    Lookout.objects.create(name="one", looked_at=now - AWAY + timedelta(seconds=20))
    Lookout.objects.create(name="other", looked_at=now - 2 * AWAY)
    with connection.cursor() as cursor:
        assert look(cursor, "one") == timedelta()
        assert look(cursor, "other") >= 2 * AWAY
