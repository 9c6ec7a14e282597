"""The rota for trying things out: laid down with the first accounts and in exercises, gone at go-live."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.people import person  # noqa: F401 -- a fixture

from halong.core.permissions import SYSTEM
from halong.duty.actions.paging import start_chains
from halong.duty.actions.rota import add_shift
from halong.duty.actions.sample import remove_simulated
from halong.duty.actions.teams import ensure_teams
from halong.duty.models import Chain, Member, Pattern, Rota, Run, Shift, Team
from halong.duty.queries import on_duty, on_twice
from halong.duty.subjects import Subject
from halong.exercises.models import Participant
from halong.profiles.description import BUILT_IN, ProfileError
from halong.profiles.duty import lay_down_rota, read_duty

WATCH, LEAD = "Trực ban trung tâm", "Lãnh đạo trực"


@pytest.fixture
def teams(db, settings):
    """The teams that the profile's playbooks and stages call, while things are simulated."""
    settings.HALONG_SIMULATE, settings.HALONG_PROFILE = True, "quang_ninh"
    ensure_teams([WATCH, LEAD], by=SYSTEM)
    return {team.name: team for team in Team.objects.all()}


@pytest.fixture
def accounts(person):
    """The first accounts, as far as they matter here."""
    return {role: person(role, role) for role in ("operator", "leader", "officer")}


def names(team, role="", at=None):
    return [user.username for user in on_duty(team, at or timezone.now(), role)]


def test_somebody_is_on_at_every_hour(teams, accounts):
    assert lay_down_rota() == 2
    for hours in (0, 6, 12, 18, 24 * 7):
        at = timezone.now() + timedelta(hours=hours)
        assert names(teams[WATCH], "officer", at) == ["operator"]
        assert names(teams[WATCH], "leader", at) == ["leader"]
        assert names(teams[LEAD], "command", at) == ["leader"]
    assert on_twice(teams.values(), timezone.now(), timezone.now() + timedelta(days=7)) == []
    before = Shift.objects.count()
    assert lay_down_rota() == 0
    assert (Shift.objects.count(), Chain.objects.count()) == (before, 2)


@pytest.mark.parametrize(("priority", "minutes"), [(1, 5), (2, 15)])
def test_the_operator_is_told_at_once_and_the_leader_later(teams, accounts, priority, minutes):
    lay_down_rota()
    (run,) = start_chains(Subject("alert", "1", "Mực nước", "/alerts/1", priority, simulated=True))
    assert [page.person.username for page in run.pages.all()] == ["operator"]
    assert run.next_at == run.started_at + timedelta(minutes=minutes)
    assert (run.simulated, run.chain.name.partition(":")[0]) == (True, "Minh họa")


def test_nothing_is_laid_down_without_simulation_or_over_a_real_rota(teams, accounts, settings):
    settings.HALONG_SIMULATE = False
    assert lay_down_rota() == 0
    settings.HALONG_SIMULATE = True
    now = timezone.now()
    add_shift(teams[WATCH], accounts["officer"], "officer", now, now + timedelta(hours=8), by=SYSTEM)
    assert lay_down_rota() == 1
    assert names(teams[WATCH]) == ["officer"]
    assert Chain.objects.count() == 0


def test_in_an_exercise_everybody_who_is_trained_is_on(teams, accounts, person, settings):
    settings.HALONG_EXERCISE = True
    people = [
        accounts["operator"],
        person("lan", "operator"),
        accounts["leader"],
        person("trainer", "operator"),
    ]
    for user in people:
        Participant.objects.create(user=user, trainer=user.username == "trainer")
    assert lay_down_rota() == 2
    assert sorted(names(teams[WATCH], "officer")) == ["lan", "operator"]
    assert Team.objects.get(name=WATCH).at_once == 2


def test_in_an_exercise_of_officers_only_somebody_is_on(teams, accounts, settings):
    settings.HALONG_EXERCISE = True
    Participant.objects.create(user=accounts["officer"])
    lay_down_rota()
    assert names(teams[WATCH]) == ["officer"]


def test_going_live_removes_it_and_leaves_what_people_made(teams, accounts):
    lay_down_rota()
    now = timezone.now()
    add_shift(teams[WATCH], accounts["officer"], "officer", now, now + timedelta(hours=8), by=SYSTEM)
    Chain.objects.filter(priority=2).update(name="Của chúng tôi")
    start_chains(Subject("alert", "1", "Mực nước", "/alerts/1", 1, simulated=True))
    removed = remove_simulated(by=SYSTEM)
    assert (removed["duty members"], removed["chains"], removed["calls to people"]) == (3, 1, 1)
    assert names(teams[WATCH]) == ["officer"]
    assert [chain.name for chain in Chain.objects.all()] == ["Của chúng tôi"]
    assert not Pattern.objects.exists()
    assert not Run.objects.exists()
    assert not Member.objects.exists()
    assert not Rota.objects.filter(name__startswith="Minh họa").exists()


def test_the_shipped_file_and_faults(tmp_path):
    turns, chains = read_duty(BUILT_IN / "quang_ninh")
    assert {turn.team for turn in turns} == {WATCH, LEAD}
    assert [chain.steps for chain in chains] == [
        [(0, "officer"), (5, "leader")],
        [(0, "officer"), (15, "leader")],
    ]
    assert read_duty(tmp_path) == ([], [])
    (tmp_path / "duty.toml").write_text(
        'x = 1\n[[turn]]\nteam = "A"\npart = "cook"\naccounts = "king"\nbegins = ["7"]\nhours = 12\n'
        '[[chain]]\nteam = 1\n[[chain]]\nteam = "A"\nname = "B"\npriority = 1\nsteps = [{ after = 0 }]\n',
        encoding="utf-8",
    )
    with pytest.raises(ProfileError) as caught:
        read_duty(tmp_path)
    assert caught.value.detail.splitlines() == [
        "duty.toml: x is unknown",
        "duty.toml, turn 1: there is no part 'cook'",
        "duty.toml, turn 1: there is no role 'king'",
        "duty.toml, turn 1: begins are times of day, 07:00:00",
        "duty.toml, chain 1: name is missing",
        "duty.toml, chain 1: priority is missing",
        "duty.toml, chain 1: steps is missing",
        "duty.toml, chain 1: team isn't of the right kind",
        "duty.toml, chain 2: a step has after and part",
    ]
