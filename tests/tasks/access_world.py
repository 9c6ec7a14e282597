"""A co-owner's part for ``tests/test_access.py``."""

WORDS = {"task number": 1}


def things(base):
    """The part of an agency in the task."""
    from halong.tasks.models import CoOwner

    part = CoOwner.objects.create(task=base.task, agency=base.agency, added_at=base.moment)
    return {"task-part number": part.pk, "task-part step": "finish"}
