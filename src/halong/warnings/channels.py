"""Taking published warnings to where people meet them: at least once each; a failure is tried again and shown.

Where a warning may go is settled by its dispatches, and the database lets Exercise and Test have none but the file outbox.
"""

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F, Q
from django.utils import timezone

from halong.citizens import codes, outward, push
from halong.core.live import touch
from halong.core.permissions import SYSTEM, require
from halong.home import private
from halong.notify.gateways import GatewayError, gateway
from halong.warnings import sms
from halong.warnings.models import Area, Dispatch, Outlet, Warning

AT_ONCE = 50
LEASE = timedelta(minutes=5)
BACK_OFF = (1, 2, 5, 10, 20, 40, 60)  # minutes after each failed attempt; then it has failed
TIMEOUT = 15.0
PERMANENT = frozenset({400, 401, 403, 404, 405, 410, 413, 415, 422})
State, Channel = Dispatch.State, Dispatch.Channel
log = logging.getLogger(__name__)

PUSHES = """
INSERT INTO warnings_dispatch (warning_id, status, channel, target, subscriber_id, state, attempts, error, due_at)
SELECT %s, %s, 'push', 'subscriber:' || s.id, s.id, 'waiting', 0, '', %s
FROM warnings_subscriber s LEFT JOIN places_place p ON p.id = s.place_id
WHERE s.place_id IS NULL OR EXISTS (
    SELECT 1 FROM warnings_area a JOIN places_place r ON r.id = a.place_id
    WHERE a.warning_id = %s AND (p.path LIKE r.path || '%%' OR r.path LIKE p.path || '%%')
)
ON CONFLICT (warning_id, channel, target) DO NOTHING
"""


class _Failed(Exception):
    """It couldn't be handed over; ``permanent``: it never can."""

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent


def queue(warning: Warning) -> None:
    """Write a dispatch a target, in the transaction that publishes. What isn't Actual goes to the file outbox only."""
    now = timezone.now()
    if warning.status != Warning.Status.ACTUAL or settings.HALONG_EXERCISE:
        _write([Dispatch(channel=Channel.FILE, target="outbox", due_at=now)], warning)
        return
    shown = [
        Dispatch(channel=channel, target="public", state=State.SENT, attempts=1, due_at=now, sent_at=now)
        for channel in (Channel.PAGE, Channel.FEED)  # with the commit everybody can read it there
    ]
    told = [
        Dispatch(channel=outlet.channel, target=f"outlet:{outlet.pk}", outlet=outlet, due_at=now)
        for outlet in _outlets(warning)
    ]
    _write(shown + told, warning)
    with connection.cursor() as cursor:
        cursor.execute(PUSHES, [warning.pk, warning.status, now, warning.pk])


def _write(dispatches: list[Dispatch], warning: Warning) -> None:
    for dispatch in dispatches:
        dispatch.warning, dispatch.status = warning, warning.status
    Dispatch.objects.bulk_create(dispatches)


def _outlets(warning: Warning) -> list[Outlet]:
    """Those whose place overlaps the warning's, above or below."""
    found = {outlet.pk: outlet for outlet in Outlet.objects.filter(ended_at=None, place=None)}
    paths = list(Area.objects.filter(warning=warning).values_list("place__path", flat=True))
    for outlet in Outlet.objects.filter(ended_at=None, place__isnull=False).select_related("place"):
        mine = outlet.place.path if outlet.place else ""
        if any(path.startswith(mine) or mine.startswith(path) for path in paths):
            found[outlet.pk] = outlet
    return list(found.values())


def deliver_due(*, by: Any = SYSTEM) -> int:
    """Try what is due; returns how many were tried. Each is claimed first, so that two workers don't send the same; a worker
    killed between sending and noting sends once more. Short messages and webhooks go before thousands of browsers.
    """
    require(by, "system.manage")
    tried, pushed = 0, set()
    waiting = Dispatch.objects.filter(state=State.WAITING, due_at__lte=timezone.now())
    waiting = waiting.order_by("attempts", F("subscriber").asc(nulls_first=True), "due_at")
    for dispatch in waiting.select_related("warning__authority", "outlet", "subscriber")[:AT_ONCE]:
        mine = Dispatch.objects.filter(pk=dispatch.pk, state=State.WAITING, due_at=dispatch.due_at)
        if mine.update(due_at=timezone.now() + LEASE, attempts=F("attempts") + 1):
            tried += 1
            _try(dispatch)
            if dispatch.channel == Channel.PUSH:
                pushed.add(dispatch.warning_id)
            else:
                touch("warnings", str(dispatch.warning_id))
    # thousands of browsers: pages are told once a batch, as every public page reads again after it
    for pk in pushed:
        touch("warnings", str(pk))
    return tried


def _try(dispatch: Dispatch) -> None:
    mine = Dispatch.objects.filter(pk=dispatch.pk)
    try:
        _send(dispatch)
    except Exception as error:  # whatever one target brings about must not hold up the others
        if not isinstance(error, _Failed):
            log.exception("dispatch %s", dispatch.pk)
        never = isinstance(error, _Failed) and error.permanent
        over = never or dispatch.attempts >= len(BACK_OFF)
        mine.update(
            state=State.FAILED if over else State.WAITING,
            error=(str(error) if isinstance(error, _Failed) else type(error).__name__)[:300],
            due_at=timezone.now() + timedelta(minutes=0 if over else BACK_OFF[dispatch.attempts]),
        )
    else:
        mine.update(state=State.SENT, error="", sent_at=timezone.now())


def _send(dispatch: Dispatch) -> None:
    if dispatch.channel != Channel.FILE and (settings.HALONG_EXERCISE or dispatch.status != "Actual"):
        raise _Failed("under exercise nothing leaves", permanent=True)
    SENDERS[dispatch.channel](dispatch)


def _send_push(dispatch: Dispatch) -> None:
    subscriber, warning = dispatch.subscriber, dispatch.warning
    if subscriber is None:
        raise _Failed("the browser took its consent back", permanent=True)
    english = subscriber.language == "en" and warning.headline_en
    title = warning.headline_en if english else warning.headline_vi
    text = (warning.instruction_en if english else warning.instruction_vi) or (
        warning.description_en if english else warning.description_vi
    )
    try:
        push.send(
            codes.unseal(subscriber.sealed), title=title, text=text[:300], url=f"/c/warnings/{warning.number}",
            tag=f"warning-{_first(warning).number}",
        )  # fmt: skip
    except push.PushError as error:
        if error.gone:
            subscriber.delete()
        raise _Failed(str(error), permanent=error.gone) from error


def _first(warning: Warning) -> Warning:
    """The first of a series: an update takes the place of what it replaces on a telephone's screen."""
    while warning.replaces is not None:
        warning = warning.replaces
    return warning


def _send_short(dispatch: Dispatch) -> None:
    outlet = dispatch.outlet
    assert outlet is not None
    try:
        way = gateway(dispatch.channel)
        if way is None:
            raise _Failed("no gateway is set up", permanent=True)
        way.send(outlet.target, sms.text_of(dispatch.warning), f"warning-{dispatch.pk}")
    except GatewayError as error:
        raise _Failed(str(error), permanent=error.permanent) from error


def _send_webhook(dispatch: Dispatch) -> None:
    """POST the signed message: out into the Internet, and to a machine inside only where the outlet says so."""
    outlet, warning = dispatch.outlet, dispatch.warning
    assert outlet is not None
    headers = {"Content-Type": "application/cap+xml", "Idempotency-Key": f"{warning.identifier}:{outlet.pk}"}
    try:
        answer = outward.call(
            "POST", outlet.target, headers=headers, content=warning.xml.encode(), seconds=TIMEOUT, inside=outlet.inside
        )  # fmt: skip
    except outward.OutwardError as error:
        raise _Failed(str(error), permanent=error.never) from error
    if not answer.good:
        raise _Failed(f"HTTP {answer.status}", permanent=answer.status in PERMANENT)


def _send_file(dispatch: Dispatch) -> None:
    """The message and what telephones would have shown, as two files: nothing leaves the machine."""
    warning = dispatch.warning
    folder = private("warnings", private("outbox", private("files")))
    (folder / f"{warning.identifier}.xml").write_text(warning.xml, encoding="utf-8")
    short = {"to": "*", "text": sms.text_of(warning), "id": warning.identifier}
    (folder / f"{warning.identifier}.json").write_text(
        json.dumps(short, ensure_ascii=False), encoding="utf-8"
    )


SENDERS: dict[str, Callable[[Dispatch], None]] = {
    Channel.PUSH: _send_push,
    Channel.SMS: _send_short,
    Channel.ZALO: _send_short,
    Channel.WEBHOOK: _send_webhook,
    Channel.FILE: _send_file,
}


def failed_since(since: datetime) -> int:
    """How many dispatches have failed for good, or wait after several attempts."""
    return (
        Dispatch.objects.filter(
            Q(state=State.FAILED, due_at__gte=since) | Q(state=State.WAITING, attempts__gt=2)
        )
        .exclude(channel=Channel.PUSH)
        .count()
    )


def trouble() -> str | None:
    """What is wrong with warnings on their way, in a sentence; None when all is well."""
    count = failed_since(timezone.now() - timedelta(days=1))
    if not count:
        return None
    first = Dispatch.objects.exclude(error="").exclude(channel=Channel.PUSH).order_by("-pk").first()
    return f"{count} hand-overs of public warnings have failed: {first.error if first else '?'}"
