"""What goes to the other side, and what became of it there. Run by a job; every step survives a worker that is killed.

GeoReport knows no way to send something exactly once. So a report is noted as *doubtful* before it is sent; whatever is
doubtful is looked for on the other side by its mark, and sent again only after it wasn't found several times, under the
same ``Idempotency-Key`` and ``external_id``, by which servers that know them (Halong does) make it one.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.citizens.actions.exchange import note_trouble
from halong.connectors.http.fetch import Answer, NotSentError
from halong.connectors.open311.client import Client
from halong.connectors.open311.forms import Open311Form, table_of
from halong.connectors.open311.letter import fields_of, may_go
from halong.connectors.open311.models import Exchange
from halong.connectors.open311.taking import link_with, mark_of
from halong.connectors.open311.wire import MARK, UnreadableError, rows_of
from halong.core.errors import Conflict, HalongError
from halong.ingest.actions.trials import run_apart
from halong.ingest.models import Source
from halong.ingest.secrets import unseal

AT_ONCE = 20
LEASE = timedelta(minutes=3)  # after which a doubtful one is looked for, if whoever sent it was killed
PAUSES = [timedelta(seconds=s) for s in (30, 60, 300, 900, 3600, 3 * 3600)]
LOOKS = 3  # in vain, before it is sent again
TRIES = 8  # of sending, before a person must look
State = Exchange.State
logger = logging.getLogger(__name__)


def settings_of(source: Source) -> dict[str, Any]:
    """A source's settings, with what holds where nobody chose."""
    return {**Open311Form.defaults(), **source.settings}


def client_of(source: Source) -> Client:
    """The other side of a source."""
    return Client.of(settings_of(source), unseal(source.secrets))


def send_due() -> int:
    """Send, look for, ask for numbers: what is due; returns how much was done."""
    rows = due(State.WAITING, State.DOUBTFUL, State.TOKEN).order_by("due_at")[:AT_ONCE]
    steps = {State.WAITING: send, State.DOUBTFUL: look_for, State.TOKEN: ask_number}
    done = 0
    for link in rows:
        done += guarded(link, partial(steps[State(link.state)], link))
    return done


def send(link: Exchange) -> None:
    """Post a report to the other side, once: who else sends it at this moment loses the race for the row."""
    if not may_go(link.report, link.source):  # withdrawn, or no longer public, since it was put here
        Exchange.objects.filter(pk=link.pk, state=State.WAITING).update(state=State.DROPPED, due_at=None)
        return
    now = timezone.now()
    claimed = Exchange.objects.filter(pk=link.pk, state=State.WAITING, attempts=link.attempts)
    if not claimed.update(
        state=State.DOUBTFUL, attempts=F("attempts") + 1, looks=0, sent_at=now, due_at=now + LEASE
    ):
        return
    link.attempts += 1
    number = link.report.number
    try:
        fields = fields_of(link.report, link.source, table_of(str(settings_of(link.source)["push"])))
        answer = run_apart(client_of(link.source).send("requests", fields, key=f"{number}-{link.pk}"))
    except NotSentError as error:
        _put_off(link, State.WAITING, str(error), patient=True)
    except Conflict as error:
        _put_off(link, State.DOUBTFUL, str(error))
    else:
        _answered(link, answer)


def _answered(link: Exchange, answer: Answer) -> None:
    try:
        rows = rows_of(answer.content)
    except UnreadableError:
        rows = []
    row = rows[0] if rows else {}
    words = "; ".join(row.get("description", "") for row in rows) or f"HTTP {answer.status}"
    if 200 <= answer.status < 300 and row.get("service_request_id"):
        _link(link, row["service_request_id"])
    elif 200 <= answer.status < 300 and row.get("token"):
        Exchange.objects.filter(pk=link.pk).update(
            state=State.TOKEN, token=row["token"][:200], error="", due_at=timezone.now() + PAUSES[0]
        )
    elif 400 <= answer.status < 500 and answer.status not in (408, 425, 429):
        _fail(link, f"{answer.status}: {words[:500]}")
    else:
        _put_off(link, State.DOUBTFUL, f"{answer.status}: {words[:500]}")


def look_for(link: Exchange) -> None:
    """Look whether what was sent has arrived, by its mark."""
    start = (link.sent_at or link.created_at) - timedelta(hours=1)
    code = table_of(str(settings_of(link.source)["push"])).get(link.report.category.code, "")
    rows = run_apart(
        client_of(link.source).rows(
            "requests", service_code=code, start_date=_written(start), page_size="1000"
        )
    )
    wanted = mark_of(link.source_id, link.report_id)
    found = next(
        (row for row in rows if (mark := MARK.search(row.get("description", ""))) and mark[2] == wanted), None
    )
    if found is not None and found.get("service_request_id"):
        _link(link, found["service_request_id"])
    elif link.looks + 1 < LOOKS:
        pause = PAUSES[min(link.looks + 1, len(PAUSES) - 1)]
        Exchange.objects.filter(pk=link.pk).update(looks=F("looks") + 1, due_at=timezone.now() + pause)
    else:
        _put_off(link, State.WAITING, link.error)


def ask_number(link: Exchange) -> None:
    """Ask which number a token has become."""
    rows = run_apart(client_of(link.source).rows(f"tokens/{link.token}"))
    number = next((row["service_request_id"] for row in rows if row.get("service_request_id")), "")
    if number:
        _link(link, number)
    else:
        pause = PAUSES[min(link.looks, len(PAUSES) - 1)]
        Exchange.objects.filter(pk=link.pk).update(looks=F("looks") + 1, due_at=timezone.now() + pause)


def due(*states: str) -> "QuerySet[Exchange]":
    """What is in one of these states and must be looked at now."""
    rows = Exchange.objects.filter(state__in=states, due_at__lte=timezone.now(), source__enabled=True)
    return rows.select_related("source__agency", "report__category", "report__place", "report__agency")


def guarded(link: Exchange, step: Callable[[], object]) -> int:
    """One link's trouble is its own."""
    try:
        step()
    except HalongError as error:
        _put_off(link, link.state, error.detail or str(error))
    except Exception:
        logger.exception("exchange %s", link.pk)
        _put_off(link, link.state, _("It went wrong here; the log says how."))
    return 1


def _link(link: Exchange, number: str) -> None:
    try:
        with transaction.atomic():
            link_with(link, number[:200])
    except IntegrityError:
        _fail(
            link,
            _("The other side gave a number that another report has: %(number)s") % {"number": number[:200]},
        )


def _put_off(link: Exchange, state: str, words: str, *, patient: bool = False) -> None:
    """Try again later; after many tries a person must look, unless ``patient``: the other side is just away."""
    if link.attempts >= TRIES and state == State.WAITING and not patient:
        _fail(link, words)
        return
    pause = PAUSES[min(max(link.attempts - 1, 0), len(PAUSES) - 1)]
    Exchange.objects.filter(pk=link.pk).update(state=state, error=words[:1000], due_at=timezone.now() + pause)


@transaction.atomic
def _fail(link: Exchange, words: str) -> None:
    Exchange.objects.filter(pk=link.pk).update(state=State.FAILED, error=words[:1000], due_at=None)
    said = _("It couldn't be passed on to %(partner)s: %(why)s") % {"partner": link.source.name, "why": words}
    note_trouble(link.report, text=said, source=link.source_id)


def _written(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
