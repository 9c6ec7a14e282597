"""What duty tells other modules."""

from datetime import datetime

from halong.core.events import event


@event
class PageChanged:
    """People were told of something, or not: ``what`` is held, told, nobody, failed, answered or exhausted; ``kind`` and
    ``ref`` name the subject ("incident", "17"). ``step`` counts from 0; ``page_id`` is 0 where it isn't about one of them.
    """

    run_id: int
    what: str
    step: int
    page_id: int
    kind: str
    ref: str
    at: datetime
