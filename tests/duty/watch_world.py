"""Samples of the log, calls, hand-over notes and quick reports for ``tests/test_access.py``."""


def things(base):
    """One of each."""
    from halong.duty.log import write_log
    from halong.duty.models import Call, Handover, QuickReport

    moment, person = base.moment, base.person
    return {
        "duty-log-correct": write_log("note", text="t").pk,
        "duty-log-pdf day": "2026-11-23",
        "duty-call": Call.objects.create(said="s", started_at=moment, taken_at=moment, by=person).pk,
        "duty-handover": Handover.objects.create(
            since=moment, made_at=moment, outgoing=person, outgoing_name="p"
        ).pk,
        "duty-handover-step name": "save",
        "duty-quick": QuickReport.objects.create(hour=moment, made_at=moment).pk,
    }
