"""What follows from an entry of a report's timeline, each in a job of its own, at least once."""

from halong.accounts.models import ApiKey
from halong.citizens.actions.clock import watch_cluster
from halong.citizens.actions.partners import fetch_media
from halong.citizens.actions.photographs import check_photo
from halong.citizens.events import MediaLinked, PhotoSent, ReportChanged
from halong.citizens.models import Photo, Report, ReportEvent
from halong.citizens.proposals import keep_proposal
from halong.citizens.telling import tell_about
from halong.core.events import subscribe

WAITS = ("returned", "restored", "unmerged", "changed")


@subscribe(ReportChanged)
def follow_up(happened: ReportChanged) -> None:
    """Tell people; propose category and agency for what waits; look whether many report the same.

    What has just come in is looked at in parts (``actions.arriving``): a storm brings hundreds in a second.
    """
    entry = (
        ReportEvent.objects.select_related(
            "report__category", "report__place", "report__agency__parent", "report__assignee", "agency"
        )
        .filter(pk=happened.event_id)
        .first()
    )
    if entry is None:
        return
    if entry.kind in WAITS and entry.report.is_open:
        keep_proposal(entry.report)
    tell_about(entry)
    if entry.kind == "followed":
        watch_cluster(entry.report, entry)


@subscribe(PhotoSent)
def check(happened: PhotoSent) -> None:
    """Check a photo that came in."""
    photo = Photo.objects.select_related("report").filter(pk=happened.photo_id).first()
    if photo is not None:
        check_photo(photo)


@subscribe(MediaLinked)
def fetch(happened: MediaLinked) -> None:
    """Fetch a picture that a partner has linked."""
    report = Report.objects.select_related("place", "category").filter(pk=happened.report_id).first()
    key = ApiKey.objects.filter(pk=happened.key_id, revoked_at=None).first()
    if report is not None and key is not None:
        fetch_media(report, happened.url, by=key)
