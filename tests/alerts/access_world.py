"""Samples of planned maintenance and applied proposals for ``tests/test_access.py``."""

from datetime import timedelta


def things(base):
    """One of each."""
    from halong.alerts.models import Maintenance, Tuning
    from halong.rules.models import Rule

    rule = Rule.objects.create(name="tuned", kind="threshold", params={"limit": 1})
    window = Maintenance.objects.create(
        sector="environment", starts_at=base.moment, ends_at=base.moment + timedelta(hours=1), reason="r",
        by=base.person, at=base.moment,
    )  # fmt: skip
    tuning = Tuning.objects.create(
        rule=rule, kind="off-delay", before={}, after={}, version=1, days=7, count_before=2, count_after=1,
        by=base.person, at=base.moment,
    )  # fmt: skip
    return {
        "alerts-tune": rule.pk,
        "alerts-tune-undo": tuning.pk,
        "alerts-maintenance-end": window.pk,
    }
