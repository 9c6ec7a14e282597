"""Samples of stages for ``tests/test_access.py``."""


def things(base):
    """A proposal by somebody else, and a bulletin."""
    from halong.stages.models import Bulletin, StageChange

    change = StageChange.objects.create(
        level=2, before=1, reason="r", proposed_name="somebody", proposed_at=base.moment
    )
    bulletin = Bulletin.objects.create(
        issuer="i", number="1", issued_at=base.moment, hazard="storm", text="t", entered_at=base.moment
    )
    return {
        "stage-approve": change.pk,
        "stage-refuse": change.pk,
        "stage-rule level": 2,
        "bulletin": bulletin.pk,
        "bulletin-end": bulletin.pk,
    }
