"""A province with two communes, people of each role, rows of authority."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from halong.accounts.models import Grant, User
from halong.places.models import Place
from halong.warnings import actions
from halong.warnings.actions import WarningDraft
from halong.warnings.models import Authority


def make_place(code, name, parent=None, **more):
    kind = Place.Kind.WARD if parent else Place.Kind.PROVINCE
    place = Place.objects.create(
        code=code, name=name, kind=kind, parent=parent, valid_from=date(2019, 1, 1), **more
    )
    place.path = f"{parent.path if parent else '/'}{place.pk}/"
    place.save(update_fields=["path"])
    return place


def make_person(username, role, place=None):
    person = User.objects.create(username=username)
    Grant.objects.create(user=person, role=role, place=place)
    return person


def give(delegate, *places, event="storm", practice=False, since=None, until=None):
    now = timezone.now()
    row = Authority.objects.create(
        event=event, body="Ủy ban nhân dân tỉnh", basis="Quyết định 1", delegate=delegate, practice=practice,
        since=since or now - timedelta(days=1), until=until, made_at=now,
    )  # fmt: skip
    row.places.set(places)
    return row


class World:
    """What tests of warnings stand on."""

    def __init__(self):
        self.province = make_place("22", "Quảng Ninh", lon=107.29, lat=21.2)
        self.ward = make_place("06685", "Phường Hồng Gai", self.province)
        self.other = make_place("06688", "Phường Bãi Cháy", self.province)
        self.writer = make_person("writer", "officer")
        self.operator = make_person("operator", "operator")
        self.second = make_person("second", "operator")
        self.leader = make_person("leader", "leader")
        self.admin = make_person("admin", "administrator")
        self.authority = give(self.leader, self.province)

    give = staticmethod(give)

    def published(self, **given):
        """A warning that went the whole way."""
        warning = actions.draft_warning(self.draft(**given), by=self.writer)
        actions.check_warning(warning, by=self.operator)
        actions.approve_warning(warning, by=self.leader)
        actions.publish_warning(warning, by=self.operator)
        return warning

    def draft(self, **given):
        now = timezone.now()
        said = {
            "event": "storm", "headline_vi": "Bão đổ bộ trong đêm nay", "headline_en": "Storm makes landfall tonight",
            "description_vi": "Gió cấp 10, giật cấp 12.", "description_en": "Wind of force 10.",
            "instruction_vi": "Ở trong nhà.", "instruction_en": "Stay inside.", "severity": "Severe",
            "urgency": "Expected", "certainty": "Likely", "onset": now + timedelta(hours=1),
            "expires": now + timedelta(hours=8), "places": (self.ward,), "status": "Actual", "incident": "SC-2026-0001",
        }  # fmt: skip
        return WarningDraft(**said | given)


@pytest.fixture
def world(db):
    return World()
