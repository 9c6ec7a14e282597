"""The main instance's side: making the second one, following it, closing it; practice and its expiry."""

import json
from datetime import date, timedelta

import pytest
from django.utils import timezone

from halong.core.errors import Conflict, Forbidden, Invalid, NotFound
from halong.core.permissions import SYSTEM
from halong.exercises import folder
from halong.exercises.actions import holding
from halong.exercises.actions.practice import expiry, lay_down_rule, remind_due, rule_on
from halong.exercises.models import Exercise, Practice
from halong.notify.models import Notice


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HALONG_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def operator(person):
    return person("lan", "operator", email="lan@example.vn", phone="0900 000 000")


def draft(trainer, *trainees, **changes):
    given = {"scenario": "landslide", "speed": 30, "trainer": trainer, "trainees": trainees}
    return holding.ExerciseDraft(**given | changes)


def start(chair, operator, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        return holding.start_exercise(draft(chair, operator), by=chair)


def test_a_second_instance_is_asked_for_with_names_and_roles_only(
    home, chair, operator, settings, django_capture_on_commit_callbacks
):
    exercise = start(chair, operator, django_capture_on_commit_callbacks)
    place = home / "exercises" / exercise.folder
    assert folder.wanted_in(home) == [place]
    text = (place / "exercise.json").read_text()
    order = folder.read_order(place)
    assert [(p.username, p.trainer) for p in order.people] == [("chair", True), ("lan", False)]
    assert ("lan@example.vn" in text, "0900" in text) == (False, False)
    codes = json.loads((place / "codes.json").read_text())
    assert set(codes) == {"chair", "lan"}
    assert not [code for code in codes.values() if code in text]
    assert (place / "codes.json").stat().st_mode & 0o777 == 0o600
    main = (settings.HALONG_PORT, settings.HALONG_FTP_PORT, settings.HALONG_SFTP_PORT)
    assert (order.main_ports, order.url) == (main, f"http://127.0.0.1:{order.port}")


def test_the_second_instance_inherits_no_way_out(home, chair, operator, django_capture_on_commit_callbacks):
    exercise = start(chair, operator, django_capture_on_commit_callbacks)
    given = {
        "DATABASE_URL": "postgresql://main", "HALONG_SMTP_URL": "smtp://x", "HALONG_SMS_URL": "https://x",
        "HALONG_ZALO_URL": "https://x", "HALONG_MQTT_URL": "mqtt://x", "HALONG_PUBLIC_URL": "https://main", "PATH": "/bin",
    }  # fmt: skip
    own = folder.environment(holding.place_of(exercise), given)
    assert set(own) == {
        "PATH", "HALONG_HOME", "HALONG_PORT", "HALONG_FTP_PORT", "HALONG_SFTP_PORT", "HALONG_SIMULATE", "HALONG_PROFILE",
    }  # fmt: skip
    assert own["HALONG_HOME"] == str(holding.place_of(exercise))


def test_one_exercise_at_a_time(home, chair, operator, django_capture_on_commit_callbacks):
    start(chair, operator, django_capture_on_commit_callbacks)
    with pytest.raises(Conflict):
        holding.start_exercise(draft(chair), by=chair)


@pytest.mark.parametrize(
    ("changes", "error"), [({"speed": 7}, Invalid), ({"scenario": "../rules"}, NotFound)]
)
def test_what_is_not_offered_is_refused(home, chair, changes, error):
    with pytest.raises(error):
        holding.start_exercise(draft(chair, **changes), by=chair)


def test_who_may_not_run_exercises_starts_none(home, person):
    officer = person("hoa", "officer")
    with pytest.raises(Forbidden):
        holding.start_exercise(draft(officer), by=officer)


def test_an_instance_under_exercise_starts_none(home, chair, settings):
    settings.HALONG_EXERCISE = True
    with pytest.raises(Forbidden):
        holding.start_exercise(draft(chair), by=chair)


def finish(exercise, score=80):
    place = holding.place_of(exercise)
    folder.write_json(place / folder.STATUS, {"state": "over", "minute": 480, "entered": 1})
    people = [
        {"username": "chair", "trainer": True, "entered_at": "2026-11-23T01:00:00+00:00", "roles": ["leader"], "actions": 0},
        {"username": "lan", "trainer": False, "entered_at": "2026-11-23T01:00:00Z", "roles": ["operator"], "actions": 9},
    ]  # fmt: skip
    result = {
        "id": exercise.folder,
        "score": score,
        "people": people,
        "outcomes": [],
        "events": [],
        "acts": [],
    }
    folder.write_json(place / folder.RESULT, result)


def test_what_came_of_it_is_taken_over_once(home, chair, operator, django_capture_on_commit_callbacks):
    exercise = start(chair, operator, django_capture_on_commit_callbacks)
    finish(exercise)
    for _time in range(2):
        held = holding.follow_exercise(exercise, by=SYSTEM)
    assert (held.state, held.score) == ("over", 80)
    assert set(Practice.objects.values_list("user__username", "role", "score")) == {
        ("chair", "trainer", 80),
        ("lan", "operator", 80),
    }


def test_a_foreign_result_is_not_taken_over(home, chair, operator, django_capture_on_commit_callbacks):
    exercise = start(chair, operator, django_capture_on_commit_callbacks)
    finish(exercise)
    folder.write_json(holding.place_of(exercise) / folder.RESULT, {"id": "another", "score": 100})
    assert holding.follow_exercise(exercise, by=SYSTEM).state == "running"


def test_closing_ends_the_instance_and_makes_room(home, chair, operator, django_capture_on_commit_callbacks):
    exercise = start(chair, operator, django_capture_on_commit_callbacks)
    finish(exercise)
    with django_capture_on_commit_callbacks(execute=True):
        closed = holding.close_exercise(exercise, by=chair)
    assert (closed.state, closed.score, folder.wanted_in(home)) == ("closed", 80, [])
    with pytest.raises(Conflict):
        holding.close_exercise(exercise, by=chair)


@pytest.mark.parametrize(
    ("day", "months", "until"),
    [
        (date(2026, 11, 23), 12, date(2027, 11, 23)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_a_practice_counts_so_many_months(db, person, day, months, until):
    lay_down_rule(by=person("quan", "administrator"), months=months, valid_from=date(2026, 1, 1))
    assert expiry(rule_on("storm-day", day), day) == until


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2028, 2, 29), date(2027, 12, 31)])
def test_without_a_rule_it_counts_a_year(db, day):
    assert timedelta(days=365) <= expiry(rule_on("storm-day", day), day) - day <= timedelta(days=366)


def test_a_scenarios_own_rule_comes_before_that_for_all_and_the_old_one_ends(person):
    quan = person("quan", "administrator")
    lay_down_rule(by=quan, months=12, valid_from=date(2026, 1, 1))
    lay_down_rule(by=quan, months=24, valid_from=date(2026, 7, 1))
    lay_down_rule(by=quan, months=6, valid_from=date(2026, 1, 1), scenario="storm-day")
    days = [expiry(rule_on(key, date(2026, 11, 1)), date(2026, 11, 1)) for key in ("storm-day", "landslide")]
    assert days == [date(2027, 5, 1), date(2028, 11, 1)]
    assert expiry(rule_on("landslide", date(2026, 3, 1)), date(2026, 3, 1)) == date(2027, 3, 1)


def test_people_hear_once_before_a_practice_expires_unless_they_practised_again(home, chair, operator):
    today = timezone.localdate()
    first = Exercise.objects.create(
        folder="one", scenario="landslide", title="Sạt lở", title_en="Landslide", speed=1, port=1, state="closed",
        trainer=chair,
        started_at="2026-01-01T00:00:00Z",
    )  # fmt: skip
    for user in (chair, operator):
        Practice.objects.create(
            user=user,
            exercise=first,
            scenario="landslide",
            role="x",
            on=today,
            expires_on=today + timedelta(days=9),
        )
    second = Exercise.objects.create(
        folder="two", scenario="landslide", title="Sạt lở", title_en="Landslide", speed=1, port=1, state="closed",
        trainer=chair,
        started_at="2026-02-01T00:00:00Z",
    )  # fmt: skip
    Practice.objects.create(
        user=chair,
        exercise=second,
        scenario="landslide",
        role="x",
        on=today,
        expires_on=today + timedelta(days=300),
    )
    assert [remind_due(by=SYSTEM), remind_due(by=SYSTEM)] == [1, 0]
    assert list(Notice.objects.values_list("user__username", "title")) == [
        ("lan", "Kết quả diễn tập “Sạt lở” sắp hết hạn")
    ]


def test_who_reads_english_hears_of_it_in_english(home, chair):
    Practice.objects.create(
        user=chair, scenario="landslide", role="x", on=date(2026, 1, 1), expires_on=timezone.localdate(),
        exercise=Exercise.objects.create(
            folder="one", scenario="landslide", title="Sạt lở", title_en="Landslide", speed=1, port=1, state="closed",
            trainer=chair, started_at="2026-01-01T00:00:00Z",
        ),
    )  # fmt: skip
    type(chair).objects.filter(pk=chair.pk).update(language="en")
    assert remind_due(by=SYSTEM) == 1
    assert Notice.objects.get().title == "Your practice of “Landslide” expires soon"
