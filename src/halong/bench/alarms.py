"""Alerts: how soon one stands on an operator's screen while a thousand come in ten minutes, and a flood of 10,000."""

import http.client
import json
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.utils import timezone

from halong.alerts.models import Alert
from halong.bench.browser import chromium
from halong.bench.ingest import SERIES, Stage
from halong.bench.live import cookies
from halong.bench.rows import PROPERTY, URN
from halong.core.permissions import SYSTEM
from halong.places.models import Place
from halong.rules.actions import create_rule, switch_rule
from halong.rules.drafts import RuleDraft

PACE_S = 0.6  # a thousand in ten minutes
ALERTS = 1_000
LIMIT = 900.0
FLOOD = 10_000
KINDS = 40
PATIENCE_MS = 15_000
WATCH = """() => {
  window.seen = {};
  const look = () => {
    const count = document.querySelector('#alerts .tabs [aria-current] .count')?.textContent.replace(/\\D/g, '') || '0';
    if (!(count in window.seen)) window.seen[count] = Date.now();
  };
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
  look();
}"""


def measure(stage: Stage, say: Callable[[str], None], scale: float = 1.0) -> dict[str, float]:
    """Both figures; the alerts are taken away again."""
    try:
        return to_screen(stage, say, max(20, int(ALERTS * scale))) | flood(stage, say, int(FLOOD * scale))
    finally:
        _take_away()


def _take_away() -> None:
    """Remove the alerts, while jobs that were begun for them may still add to them."""
    until = time.monotonic() + PATIENCE_MS / 1000
    while True:
        try:
            Alert.objects.all().delete()
        except IntegrityError:
            if time.monotonic() > until:
                raise
            time.sleep(0.5)
        else:
            return


def to_screen(stage: Stage, say: Callable[[str], None], count: int) -> dict[str, float]:
    """Seconds from the answer to a reading beyond its limit (committed with its crossing) until the operator's list shows
    one alert more, the 99th percentile, one alert every 0.6 s.
    """
    draft = RuleDraft(
        "bench alarms", "threshold", {"limit": LIMIT, "unit": "GQ"}, property=PROPERTY, types=["Device"]
    )
    rule = create_rule(draft, by=SYSTEM, enabled=True)
    before = Alert.objects.calling(timezone.now()).exclude(state=Alert.State.CLEARED).count()
    cookie = cookies()[0].partition("=")[2]
    time.sleep(3)  # every process has heard of the rule
    try:
        took = _watched(stage, say, cookie, before, min(count, SERIES))
    finally:
        switch_rule(rule, by=SYSTEM, enabled=False)
    if not took:
        return {}
    slowest = statistics.quantiles(took, n=100)[-1]
    say(
        f"{len(took)} alerts, one every {PACE_S} s: on the operator's screen after p50 {statistics.median(took):.2f}, "
        f"p99 {slowest:.2f}, most {max(took):.2f} s"
    )
    return {"alert_to_screen_p99_s": slowest}


def _watched(stage: Stage, say: Callable[[str], None], cookie: str, before: int, count: int) -> list[float]:
    base = f"http://127.0.0.1:{stage.product.port}"
    with chromium("alerts on the operator's screen", say) as browser:
        if browser is None:
            return []
        context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="vi-VN")
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": base}])
        page = context.new_page()
        page.goto(f"{base}/alerts")
        page.wait_for_selector('[data-live-state][data-state="on"]', state="attached", timeout=PATIENCE_MS)
        page.evaluate(WATCH)
        answered = []
        began = time.monotonic()
        for n in range(count):
            _push(stage, n)
            answered.append(time.time())
            page.wait_for_timeout(max(0.0, began + (n + 1) * PACE_S - time.monotonic()) * 1000)
        until = time.monotonic() + PATIENCE_MS / 1000
        seen: dict[str, float] = {}
        # asked again and again: the page forbids waiting by a script of ours
        while str(before + count) not in seen:
            if time.monotonic() > until:
                raise AssertionError(f"of {count} alerts the screen shows {max(map(int, seen)) - before}")
            page.wait_for_timeout(100)
            seen = page.evaluate("() => window.seen")
    return delays(answered, {int(n): at / 1000 for n, at in seen.items()}, before)


def delays(answered: list[float], seen: dict[int, float], before: int) -> list[float]:
    """For each alert the time until the screen's count had reached it: the first look that showed as many or more."""
    looks = sorted(seen.items())
    return [
        max(0.0, min(at for shown, at in looks if shown > before + n) - moment)
        for n, moment in enumerate(answered)
    ]


def _push(stage: Stage, n: int) -> None:
    item = {
        "entity": URN.format(n), "property": PROPERTY, "time": datetime.now(UTC).isoformat(), "value": LIMIT + 50,
    }  # fmt: skip
    connection = http.client.HTTPConnection("127.0.0.1", stage.product.port, timeout=30)
    headers = {"Authorization": f"Bearer {stage.key}", "Content-Type": "application/json"}
    connection.request("POST", "/ingest/v1/observations", json.dumps([item]), headers)
    answer = connection.getresponse()
    answer.read()
    connection.close()
    if answer.status != 200:
        raise AssertionError(f"the reading was answered with {answer.status}")


def flood(stage: Stage, say: Callable[[str], None], count: int) -> dict[str, float]:
    """Rows of the list of alerts while so many of 40 rules stand all over the province, and what the page takes."""
    rules = [
        create_rule(RuleDraft(f"flood {n}", "threshold", {"limit": 1e6}, property=PROPERTY), by=SYSTEM)
        for n in range(KINDS)
    ]
    places: list[Any] = list(Place.objects.order_by("pk")) or [None]
    now = timezone.now()
    Alert.objects.bulk_create(
        (
            Alert(
                rule=rules[n % KINDS], cause=f"flood:{n}", title=f"Flood {n}", priority=1 + n % 3,
                place=places[n % len(places)], sector="environment", raised_at=now - timedelta(milliseconds=50 * n),
                changed_at=now,
            )
            for n in range(count)
        ),
        batch_size=1000,
    )  # fmt: skip
    connection = http.client.HTTPConnection("127.0.0.1", stage.product.port, timeout=60)
    cookie, rows, took = cookies()[0], 0, []
    for _round in range(5):
        began = time.perf_counter()
        connection.request("GET", "/alerts", headers={"Host": "localhost", "Cookie": cookie})
        answer = connection.getresponse()
        body = answer.read().decode()
        took.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            raise AssertionError(f"/alerts answers {answer.status}")
        rows = body.count('<tr class="row-')
    connection.close()
    say(f"a flood of {count:,} alerts: {rows} rows, the page in {statistics.median(took):.0f} ms")
    return {"flood_10k_rows": float(rows)}
