"""What tasks tell other modules."""

from halong.core.events import event


@event
class TaskChanged:
    """Something happened to a task: ``event_id`` is the entry of its timeline, ``kind`` that entry's kind."""

    task_id: int
    event_id: int
    kind: str
