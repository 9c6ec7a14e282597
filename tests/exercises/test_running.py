"""The run: its clock, what is put in, who may."""

from datetime import timedelta

import pytest
from django.utils import timezone

from halong.core.errors import Conflict, Forbidden, Invalid, NotFound
from halong.core.permissions import SYSTEM
from halong.exercises.actions import running
from halong.exercises.models import Played, Run
from halong.exercises.setup import this_scenario
from halong.notify.models import Notice


def test_the_clock_of_the_story_runs_by_its_speed_and_stands_in_a_pause(trainer):
    begun = running.begin_run(by=trainer)
    assert begun.minute_at(begun.since + timedelta(seconds=30)) == 5.0
    Run.objects.update(since=timezone.now() - timedelta(seconds=60))
    paused = running.pause_run(by=trainer)
    assert round(paused.minute_at(timezone.now() + timedelta(hours=1)), 1) == 10.0
    assert running.resume_run(by=trainer).state == "running"


def test_another_speed_holds_from_now_on(trainer):
    running.begin_run(by=trainer)
    Run.objects.update(since=timezone.now() - timedelta(seconds=60))
    run = running.set_speed(60, by=trainer)
    assert round(run.minute, 1) == 10.0
    assert round(run.minute_at(run.since + timedelta(seconds=60)), 1) == 70.0


def test_a_speed_that_is_not_offered_is_refused(trainer):
    with pytest.raises(Invalid):
        running.set_speed(7, by=trainer)


def test_only_the_trainer_moves_the_clock(trainee):
    for act in (running.begin_run, running.pause_run, running.end_run):
        with pytest.raises(Forbidden):
            act(by=trainee)
    assert Run.objects.get().state == "waiting"


def test_outside_of_an_exercise_there_is_no_run(trainer, settings):
    settings.HALONG_EXERCISE = False
    with pytest.raises(NotFound):
        running.begin_run(by=SYSTEM)


def test_an_ended_run_takes_nothing_more(trainer):
    running.begin_run(by=trainer)
    running.end_run(by=trainer)
    with pytest.raises(Conflict):
        running.begin_run(by=trainer)
    with pytest.raises(Conflict):
        running.inject(running.Inject("message", "Thêm"), by=trainer)


def test_an_event_is_played_once(trainer):
    running.begin_run(by=trainer)
    event = this_scenario().event("bulletin")
    assert running.play_event(event, by=SYSTEM).title == "Tin dông"
    assert running.play_event(event, by=SYSTEM) is None
    assert Played.objects.count() == 1


def test_a_restart_lets_the_clock_stand(trainer):
    running.begin_run(by=trainer)
    Run.objects.update(since=timezone.now() - timedelta(seconds=60))
    run = running.prepare_run(10, by=SYSTEM)
    assert (run.state, round(run.minute, 1)) == ("paused", 10.0)


def test_bulletins_reach_everybody_in_their_language_once(trainer):
    from halong.exercises.telling import tell_people

    running.begin_run(by=trainer)
    played = running.play_event(this_scenario().event("bulletin"), by=SYSTEM)
    assert [tell_people(played), tell_people(played)] == [2, 0]
    assert set(Notice.objects.values_list("user__username", "title")) == {
        ("an", "Tin dông"),
        ("binh", "Squall warning"),
    }


def test_the_hour_of_the_call_is_that_of_ringing_up(trainer):
    running.begin_run(by=trainer)
    played = running.play_event(this_scenario().event("call"), by=SYSTEM)
    running.note_call(played, by=trainer)
    first = Played.objects.get().data["rung_at"]
    running.note_call(played, by=trainer)
    assert Played.objects.get().data["rung_at"] == first
