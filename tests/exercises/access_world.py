"""Samples of exercises for ``tests/test_access.py``."""

WORDS = {"exercise step": "pause", "tour tour": "operator"}


def things(base):
    """An exercise that is closed, a call of a run, somebody who takes part."""
    from halong.exercises.models import Exercise, Participant, Played

    exercise = Exercise.objects.create(
        folder="20261123-squall", scenario="squall", title="Dông", title_en="Squall", speed=10, port=1, state="closed",
        trainer=base.person, started_at=base.moment,
    )  # fmt: skip
    played = Played.objects.create(
        key="call", kind="call", title="Chủ tàu gọi", title_en="A call", minute=1, at=base.moment
    )
    participant = Participant.objects.create(user=base.person)
    return {
        "exercise": exercise.pk,
        "exercise-call": played.pk,
        "exercise-play key": "bulletin",
        "exercise-entry-renew": participant.pk,
        "exercise-enter code": "not-a-code",
    }
