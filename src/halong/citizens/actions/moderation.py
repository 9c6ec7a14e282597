"""What the public sees: photos released with faces and plates covered, texts corrected, reports withheld. All is logged."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.citizens import images
from halong.citizens.actions.steps import Kind, happened, said
from halong.citizens.masking import mask_public
from halong.citizens.models import Category, Moderation, Photo, PhotoCopy, Report
from halong.citizens.permissions import require_person
from halong.citizens.simulated import moment
from halong.core.errors import Conflict, Invalid
from halong.core.text import fold

Act = Moderation.Act
SHOWN_STATES = ("routed", "working", "answered", "resolved", "closed")
MOST_BOXES = 50


@transaction.atomic
def release_photo(photo: Photo, *, by: Any, covered: Sequence[Sequence[float]] = ()) -> Photo:
    """Make the public copy: smaller, and pixelated where ``covered`` says ([left, top, width, height] as shares 0–1)."""
    person = _moderator(by, photo.report)
    if photo.state != Photo.State.READY:
        raise Conflict(_("This photo is still being checked."))
    boxes = _boxes(covered)
    work = photo.copies.get(kind=PhotoCopy.Kind.WORK)
    public, small = images.public_copies(bytes(work.content), boxes)
    for kind, made in ((PhotoCopy.Kind.PUBLIC, public), (PhotoCopy.Kind.SMALL, small)):
        PhotoCopy.objects.update_or_create(
            photo=photo,
            kind=kind,
            defaults={
                "media_type": made.media_type,
                "width": made.width,
                "height": made.height,
                "size": len(made.content),
                "content": made.content,
            },
        )
    Photo.objects.filter(pk=photo.pk).update(released_at=moment(), released_by=person, covered=boxes)
    _log(photo.report, Act.COVERED if boxes else Act.RELEASED, person, photo=photo)
    photo.refresh_from_db()
    return photo


@transaction.atomic
def take_back_photo(photo: Photo, *, by: Any, reason: str) -> Photo:
    """The public sees it no longer; its public copies are deleted."""
    person = _moderator(by, photo.report)
    reason = said(reason, "reason", least=5, most=300)
    if not Photo.objects.filter(pk=photo.pk, released_at__isnull=False).update(
        released_at=None, released_by=None, covered=[]
    ):
        raise Conflict(_("This photo isn't public."))
    photo.copies.filter(kind__in=[PhotoCopy.Kind.PUBLIC, PhotoCopy.Kind.SMALL]).delete()
    _log(photo.report, Act.TAKEN_BACK, person, reason=reason, photo=photo)
    photo.refresh_from_db()
    return photo


@transaction.atomic
def edit_public_text(report: Report, *, by: Any, text: str, reason: str = "") -> Report:
    """Change what the public reads; what tells who somebody is gets covered again."""
    person = _moderator(by, report)
    text = mask_public(said(text, "text", most=2000), keep_numbers=report.category.numbers_matter).text
    _change(report, public_text=text, public_folded=fold(text))
    _log(report, Act.EDITED, person, reason=reason[:300])
    return report


@transaction.atomic
def withhold_report(report: Report, *, by: Any, reason: str) -> Report:
    """Keep a report from the public; handling goes on."""
    person = _moderator(by, report)
    _change(report, withheld=True, public=False)
    _log(report, Act.WITHHELD, person, reason=said(reason, "reason", least=5, most=300))
    return report


@transaction.atomic
def show_report(report: Report, *, by: Any) -> Report:
    """Show it again, if its kind and state are public at all."""
    person = _moderator(by, report)
    if report.category.exposure == Category.Exposure.HIDDEN:
        raise Invalid(_("Reports of this kind are never public."))
    _change(report, withheld=False, public=report.state in SHOWN_STATES)
    _log(report, Act.SHOWN, person)
    return report


def _moderator(by: Any, report: Report) -> User:
    return require_person(by, "reports.moderate", report)[0]


def _change(report: Report, **changes: Any) -> None:
    now = moment()
    if not Report.objects.filter(pk=report.pk, changed_at=report.changed_at).update(
        **changes, changed_at=now
    ):
        raise Conflict(_("Somebody else has just changed this report."))
    for name, value in {**changes, "changed_at": now}.items():
        setattr(report, name, value)


def _log(report: Report, act: str, person: User, *, reason: str = "", photo: Photo | None = None) -> None:
    Moderation.objects.create(report=report, photo=photo, act=act, reason=reason, by=person, at=moment())
    happened(report, Kind.MODERATED, person, act=str(act), photo=photo.pk if photo else 0)


def _boxes(covered: Sequence[Sequence[float]]) -> list[list[float]]:
    boxes = [[float(side) for side in box] for box in covered]
    good = all(
        len(box) == 4 and all(0 <= side <= 1 for side in box) and box[2] > 0 and box[3] > 0 for box in boxes
    )
    if not good or len(boxes) > MOST_BOXES:
        raise Invalid(_("A covered part lies outside of the picture."))
    return boxes
