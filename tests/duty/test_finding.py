"""What ⌘K finds of duty, and who is on in two teams at once."""

from datetime import timedelta

import pytest
from django.utils import timezone, translation
from tests.duty.conftest import NOW

from halong.core.permissions import SYSTEM
from halong.duty.actions.contacts import ContactDraft, save_contact
from halong.duty.actions.rota import add_shift
from halong.duty.actions.teams import TeamDraft, save_team
from halong.duty.finding import find_contacts, find_teams
from halong.duty.queries import on_twice


@pytest.fixture
def fire(administrator):
    """Another team."""
    return save_team(TeamDraft("Trực cứu hỏa"), by=administrator)


def test_teams_with_who_is_on(team, watch, fire):
    hits = find_teams(watch["lan"], "truc ban", 6)
    assert [(hit.label, hit.kind, hit.url) for hit in hits] == [
        ("Trực ban IOC", "Vũ Thị Lan, Lê Quang Minh", f"/duty/teams/{team.pk}")
    ]
    with translation.override("en"):
        assert [hit.kind for hit in find_teams(watch["lan"], "cứu hỏa", 6)] == ["Nobody is on duty"]
    assert [hit.label for hit in find_teams(watch["lan"], "trực", 6)] == ["Trực ban IOC", "Trực cứu hỏa"]
    assert find_teams(watch["lan"], "", 6) == find_teams(watch["lan"], "không có", 6) == []


def test_contacts_with_their_numbers(administrator, watch, person):
    draft = ContactDraft(name="Ban Quản lý Vịnh Hạ Long", post="Trực ban", telephone="0203 000 111")
    kept = save_contact(draft, by=administrator)
    (hit,) = find_contacts(watch["lan"], "quan ly vinh", 6)
    assert (hit.label, hit.kind) == ("Ban Quản lý Vịnh Hạ Long", "Trực ban · 0203 000 111")
    assert hit.url.endswith(f"#contact-{kept.pk}")
    assert [one.label for one in find_contacts(watch["lan"], "ban quản lý vịnh hạ long", 6)] == [hit.label]
    nobody = person("nobody", "citizen")
    assert find_contacts(nobody, "quan ly", 6) == find_teams(nobody, "truc", 6) == []


def test_on_in_two_teams_at_once(team, watch, fire, client, administrator):
    until = NOW + timedelta(hours=2)
    add_shift(fire, watch["lan"], "officer", NOW - timedelta(minutes=5), until, by=SYSTEM)
    now = timezone.now()
    (found,) = on_twice([team, fire], now, now + timedelta(days=1))
    assert (found.person, found.start, found.end) == (watch["lan"], now, until)
    assert {one.name for one in found.teams} == {"Trực ban IOC", "Trực cứu hỏa"}
    client.force_login(administrator)
    client.cookies["django_language"] = "en"
    words = client.get("/duty", headers={"Accept-Language": "en"}).content.decode()
    assert words.count(f"/duty/teams/{fire.pk}") >= 2
    add_shift(fire, watch["minh"], "command", NOW, until, by=SYSTEM)  # who leads, leads several
    assert len(on_twice([team, fire], now, now + timedelta(days=1))) == 1
