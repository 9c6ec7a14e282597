"""What became of linked reports on the other side, and the pictures that it links. Run by a job."""

import logging
from datetime import datetime, timedelta
from functools import partial

from django.db.models import F, Q
from django.utils import timezone

from halong.citizens.actions.photographs import attach_photo
from halong.connectors.open311.models import Exchange
from halong.connectors.open311.outbox import AT_ONCE, State, client_of, due, guarded, settings_of
from halong.connectors.open311.taking import note_state
from halong.core.errors import Conflict, HalongError
from halong.core.permissions import SYSTEM
from halong.ingest.actions.trials import run_apart
from halong.ingest.models import Source

LIST = 50  # numbers asked for at once
AFTERWARDS = timedelta(days=30)  # for which a closed one is still asked for, now and then
MEDIA_TRIES = 4
logger = logging.getLogger(__name__)


def follow_due() -> int:
    """Ask for the states of linked reports, a list of numbers at a time."""
    done = 0
    sources = Source.objects.filter(enabled=True, pk__in=due(State.LINKED).values("source")).select_related(
        "agency"
    )
    for source in sources:
        links = list(due(State.LINKED).filter(source=source).order_by("due_at")[:LIST])
        wanted = {link.their_id: link for link in links}
        try:
            rows = run_apart(client_of(source).rows("requests", service_request_id=",".join(wanted)))
        except HalongError as error:
            logger.info("states of %s: %s", source, error)
            rows = []
        for row in rows:
            link = wanted.get(row.get("service_request_id", ""))
            if link is not None:
                guarded(link, partial(note_state, link, row))
        for link in links:
            link.refresh_from_db(fields=["is_open"])
            Exchange.objects.filter(pk=link.pk).update(due_at=_next_look(link, source))
        done += len(links)
    return done


def fetch_pictures() -> int:
    """Fetch pictures that the other side links; they go into the same quarantine as every other one."""
    links = Exchange.objects.filter(~Q(media_url=""), media_tries__lt=MEDIA_TRIES, source__enabled=True)
    done = 0
    for link in links.select_related("source", "report__place", "report__category").order_by(
        "media_tries", "pk"
    )[:AT_ONCE]:
        Exchange.objects.filter(pk=link.pk).update(media_tries=F("media_tries") + 1)
        try:
            content = run_apart(client_of(link.source).picture(link.media_url))
            attach_photo(link.report, content, key=link.media_url, by=SYSTEM)
        except Conflict as error:  # not there now; tried again, a few times
            logger.info("picture of %s: %s", link, error)
            continue
        except HalongError:
            pass  # no picture, or one too many
        Exchange.objects.filter(pk=link.pk, media_url=link.media_url).update(media_url="")
        done += 1
    return done


def _next_look(link: Exchange, source: Source) -> datetime | None:
    now = timezone.now()
    interval = timedelta(seconds=int(str(settings_of(source).get("interval_s") or 300)))
    if link.is_open is not False:
        return now + interval
    return now + max(interval, timedelta(hours=6)) if now - link.changed_at < AFTERWARDS else None
