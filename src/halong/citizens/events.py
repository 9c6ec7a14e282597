"""What citizens' reports tell other modules: ids and words for states, never anything about a citizen."""

from halong.core.events import event


@event
class ReportChanged:
    """Something happened to a report: ``event_id`` is the entry of its timeline, ``kind`` that entry's kind."""

    report_id: int
    event_id: int
    kind: str


@event
class ReportArrived:
    """A report has come in and was looked at."""

    report_id: int


@event
class PhotoSent:
    """A photo came in and waits to be checked."""

    photo_id: int


@event
class MediaLinked:
    """A partner's report has a picture at an address, which is to be fetched."""

    report_id: int
    key_id: int
    url: str
