"""Samples of playbooks for ``tests/test_access.py``."""

WORDS = {"playbook name": "copy"}


def things(base):
    """A playbook with a published version, the one before it, and a draft."""
    from halong.playbooks.models import Playbook, PlaybookVersion

    steps = [{"key": "call", "title": "t"}]
    book = Playbook.objects.create(key="p", name="p", kind="fire", changed_at=base.moment)
    for number in (1, 2):
        PlaybookVersion.objects.create(
            playbook=book, number=number, steps=steps, changed_at=base.moment, published_at=base.moment
        )
    PlaybookVersion.objects.create(playbook=book, number=3, steps=steps, changed_at=base.moment)
    return {"playbook": book.pk, "playbook-step key": "call"}
