"""What applications of partners do beyond sending: pictures by their address, additions to what they sent."""

import time

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import ApiKey
from halong.citizens import images, outward
from halong.citizens.actions.photographs import attach_photo
from halong.citizens.actions.steps import Kind, happened, said
from halong.citizens.events import MediaLinked
from halong.citizens.masking import mask
from halong.citizens.models import Photo, Question, Report, ReportEvent
from halong.core.errors import Forbidden, HalongError, Invalid
from halong.core.events import publish
from halong.core.permissions import require

TIMEOUT = 60.0  # seconds for a picture of the largest size
PAUSES = (0.0, 2.0, 10.0)  # seconds before each attempt
SERVER_FAILED = 500


@transaction.atomic
def link_media(report: Report, url: str, *, by: ApiKey) -> None:
    """A picture that lies at an address (``media_url``): fetched by a job, then checked like every other one."""
    _require_own(report, by)
    if not url.startswith(("https://", "http://")) or len(url) > 1000:
        raise Invalid(_("This is no web address."), fields={"media_url": _("This is no web address.")})
    publish(MediaLinked(report.pk, by.pk, url))


def fetch_media(report: Report, url: str, *, by: ApiKey) -> Photo | None:
    """Fetch a linked picture and take it into quarantine; None where it can't be had or is none."""
    _require_own(report, by)
    content = _content_of(url)
    if content is None:
        return None
    try:
        return attach_photo(report, content, key=url, by=by)
    except HalongError:
        return None


def _content_of(url: str) -> bytes | None:
    """What lies at an address; asked again a little later while the other side fails. None where nothing is to be had."""
    for pause in PAUSES:
        time.sleep(pause)
        try:
            answer = outward.call("GET", url, most=images.LARGEST, seconds=TIMEOUT)
        except outward.OutwardError as error:
            if error.never:
                return None
        else:
            if answer.status < SERVER_FAILED:
                return answer.content if answer.good else None
    return None


@transaction.atomic
def partner_update(report: Report, *, by: ApiKey, text: str, update_id: str = "") -> ReportEvent:
    """A partner's user adds to his own report, or answers the question that stands; the same ``update_id`` once."""
    _require_own(report, by)
    if update_id:
        known = report.events.filter(kind=Kind.REPLIED, data__update_id=update_id[:100]).first()
        if known is not None:
            return known
    plain = mask(said(text, "description", most=2000)).text
    question = Question.objects.filter(report=report, replied_at=None).first()
    if question is not None:
        Question.objects.filter(pk=question.pk, replied_at=None).update(
            reply=plain, replied_at=timezone.now()
        )
    return happened(report, Kind.REPLIED, by, note=plain, update_id=update_id[:100])


def _require_own(report: Report, by: ApiKey) -> None:
    if not isinstance(by, ApiKey) or report.api_key_id != by.pk:
        raise Forbidden
    require(by, "reports.send", report.place)
