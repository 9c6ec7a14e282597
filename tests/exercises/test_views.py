"""The pages of both instances."""

import pytest
from django.utils import timezone

from halong.accounts.models import SIMULATED
from halong.core.permissions import SYSTEM
from halong.exercises import folder
from halong.exercises.actions import running
from halong.exercises.models import Exercise, Participant, Played, Practice, Run, TourVisit
from halong.exercises.setup import this_scenario
from halong.exercises.tours import TOURS


@pytest.fixture
def as_user(client):
    def sign_in(user):
        client.force_login(user)
        return client

    return sign_in


def test_the_list_shows_scenarios_and_who_has_practised(as_user, chair, person, tmp_path, monkeypatch):
    monkeypatch.setenv("HALONG_HOME", str(tmp_path))
    person("lan", "operator", full_name="Vũ Thị Lan")
    person(f"{SIMULATED}truc-ban", "operator", full_name="Mô phỏng: trực ban")
    page = as_user(chair).get("/exercises").content.decode()
    words = ("Ngày bão", "Tràn dầu trên vịnh Hạ Long", "Ai đã diễn tập gì", "Vũ Thị Lan")
    assert all(word in page for word in words)
    assert "Mô phỏng: trực ban" not in page  # nobody signs in as the simulation's own


def test_an_officer_runs_none(as_user, person):
    assert as_user(person("hoa", "officer")).get("/exercises").status_code == 403


def test_the_form_makes_an_exercise_with_its_links(as_user, chair, person, tmp_path, monkeypatch):
    monkeypatch.setenv("HALONG_HOME", str(tmp_path))
    lan = person("lan", "operator")
    client = as_user(chair)
    assert client.get("/exercises/new?scenario=boat-in-fog").status_code == 200
    answer = client.post("/exercises/new", {"scenario": "boat-in-fog", "speed": "10", "trainees": [lan.pk]})
    exercise = Exercise.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/exercises/{exercise.pk}")
    page = client.get(f"/exercises/{exercise.pk}").content.decode()
    codes = folder.read_json(tmp_path / "exercises" / exercise.folder / "codes.json")
    assert [f"/exercise/enter/{code}" in page for code in codes.values()] == [True, True]


def test_the_form_says_what_is_missing(as_user, chair, tmp_path, monkeypatch):
    monkeypatch.setenv("HALONG_HOME", str(tmp_path))
    answer = as_user(chair).post("/exercises/new", {"scenario": "boat-in-fog", "speed": "7"})
    assert (answer.status_code, Exercise.objects.count()) == (422, 0)


def test_in_the_main_instance_there_is_no_console(as_user, chair):
    assert [as_user(chair).get(f"/exercise{path}").status_code for path in ("", "/messages", "/score")] == [
        404
    ] * 3


def test_the_trainer_sees_the_console_and_others_what_came_in(as_user, trainer, trainee):
    running.begin_run(by=trainer)
    running.play_event(this_scenario().event("bulletin"), by=SYSTEM)
    Played.objects.update(state="done")
    console = as_user(trainer).get("/exercise").content.decode()
    assert ["Xác nhận gió" in console, "Chủ tàu gọi" in console] == [True, True]
    page = as_user(trainee).get("/exercise").content.decode()
    assert ["Tin dông" in page, "Xác nhận gió" in page, "Chủ tàu gọi" in page] == [True, False, False]


def test_only_the_trainer_presses_its_buttons(as_user, trainer, trainee):
    assert as_user(trainee).post("/exercise/clock/begin").status_code == 403
    assert as_user(trainee).post("/exercise/play/extra").status_code == 403
    client = as_user(trainer)
    client.post("/exercise/clock/begin")
    client.post("/exercise/clock/speed", {"speed": "60"})
    client.post("/exercise/play/extra")
    client.post("/exercise/inject", {"kind": "message", "title": "Mất điện"})
    run = Run.objects.get()
    assert (run.state, run.speed) == ("running", 60)
    assert list(Played.objects.values_list("title", "by__username")) == [
        ("Tin thêm", "an"),
        ("Mất điện", "an"),
    ]


def test_a_reading_of_nothing_is_not_put_in(as_user, trainer):
    wanted = {"kind": "reading", "title": "x", "thing": "qn-none", "value": "1"}
    answer = as_user(trainer).post("/exercise/inject", wanted)
    assert (answer.status_code, Played.objects.count()) == (422, 0)


def test_the_score_opens_to_all_once_it_is_over(as_user, trainer, trainee):
    running.begin_run(by=trainer)
    assert as_user(trainee).get("/exercise/score").status_code == 403
    running.end_run(by=trainer)
    client = as_user(trainee)
    assert [client.get(f"/exercise/score{kind}").status_code for kind in ("", ".csv")] == [200, 200]
    paper = client.get("/exercise/score.pdf")
    assert (paper.content[:5], paper["Content-Disposition"]) == (
        b"%PDF-",
        'inline; filename="DIEN-TAP-20261123-squall.pdf"',
    )


def test_a_result_is_kept_for_the_main_instance(instance, trainer):
    from halong.exercises.result import keep_result

    running.begin_run(by=trainer)
    running.end_run(by=trainer)
    made = keep_result()
    assert folder.read_json(instance / "result.json") == made


def test_practice_stands_on_ones_own_page(as_user, chair):
    exercise = Exercise.objects.create(
        folder="one", scenario="landslide", title="Sạt lở", title_en="Landslide", speed=1, port=1, state="closed",
        trainer=chair, started_at=timezone.now(),
    )  # fmt: skip
    day = timezone.localdate()
    Practice.objects.create(
        user=chair, exercise=exercise, scenario="landslide", role="leader", on=day, expires_on=day
    )
    assert "Sạt lở" in as_user(chair).get("/account").content.decode()


@pytest.mark.parametrize("tour", TOURS)
def test_a_tour_is_told_in_both_languages(client, db, tour):
    said = client.get(f"/tours/{tour}.json").json()
    client.cookies["django_language"] = "en"
    english = client.get(f"/tours/{tour}.json").json()
    assert len(said["steps"]) == len(english["steps"]) == len(TOURS[tour].steps)
    pairs = zip(said["steps"], english["steps"], strict=True)
    assert [step for step, other in pairs if step["title"] == other["title"]] == []


def test_how_far_one_came_in_a_tour_is_remembered(as_user, chair):
    client = as_user(chair)
    assert "tour-fresh" in client.get("/exercises").content.decode()
    client.post("/tours/leader", {"step": "3"})
    assert client.get("/tours/leader.json").json()["step"] == 3
    client.post("/tours/leader", {"step": "4", "over": "1"})
    assert client.get("/tours/leader.json").json()["step"] == 0
    assert TourVisit.objects.get().over_at is not None
    assert "tour-fresh" not in client.get("/exercises").content.decode()


def test_a_new_link_is_shown_once_to_the_trainer(as_user, trainer, trainee):
    participant = Participant.objects.get(user=trainee)
    answer = as_user(trainer).post(f"/exercise/people/{participant.pk}", follow=True)
    assert "/exercise/enter/" in answer.content.decode()


def test_a_report_is_put_in_by_its_names_and_not_by_codes(as_user, trainer):
    running.begin_run(by=trainer)
    page = as_user(trainer).get("/exercise").content.decode()
    assert [f'<select name="{name}"' in page for name in ("category", "place")] == [True, True]
    wanted = {"kind": "report", "title": "x", "text": "y", "category": "no-such", "place": "1"}
    answer = as_user(trainer).post("/exercise/inject", wanted)
    assert (answer.status_code, Played.objects.count()) == (422, 0)
