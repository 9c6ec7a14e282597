"""A thousand browsers that listen, and what they cost."""

import http.client
import importlib
import time
from collections.abc import Callable
from typing import Any

from django.test import Client as Browser

from halong.bench.ingest import run_load
from halong.bench.product import Product, cpu_seconds

CLIENTS = 1_000
TOPICS = 10
SECONDS = 15
SESSIONS = 40
FRAGMENT = "/panorama/tiles"


def cookies() -> list[str]:
    """Sessions of an operator."""
    accounts = importlib.import_module("halong.accounts.models")
    user, _new = accounts.User.objects.get_or_create(username="bench")
    accounts.Grant.objects.get_or_create(user=user, role="operator", place=None, agency=None, sector="")
    found = []
    for _ in range(SESSIONS):
        browser = Browser()
        browser.force_login(user)
        found.append(f"sessionid={browser.cookies['sessionid'].value}")
    return found


def measure(product: Product, say: Callable[[str], None], clients: int = CLIENTS) -> dict[str, float]:
    """The delay from NOTIFY to the last browser, and the share of a core that the web process needs."""
    sessions = cookies()
    task: dict[str, Any] = {
        "kind": "listen", "port": product.port, "url": product.url, "cookies": sessions, "clients": clients,
        "topics": TOPICS, "seconds": SECONDS, "pid": product.web_pid(),
    }  # fmt: skip
    answer = run_load(task)
    share = answer["cpu"] / answer["seconds"]
    expected = clients * TOPICS * SECONDS
    say(
        f"{clients} streams heard {answer['heard']:,} of {expected:,} messages; delay p50 {answer['p50_ms']:.1f}, "
        f"p99 {answer['p99_ms']:.1f} ms; {share:.0%} of a core"
    )
    fragment(product, sessions[0], say)
    return {"live_p99_ms": answer["p99_ms"], "live_core_share": share}


def fragment(product: Product, cookie: str, say: Callable[[str], None], count: int = 100) -> None:
    """How long a page's part takes when it is fetched again after a message."""
    connection = http.client.HTTPConnection("127.0.0.1", product.port, timeout=30)
    times = []
    before = cpu_seconds(product.web_pid())
    for _ in range(count):
        began = time.perf_counter()
        connection.request(
            "GET", FRAGMENT, headers={"Host": "localhost", "Cookie": cookie, "HX-Request": "true"}
        )
        answer = connection.getresponse()
        answer.read()
        times.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            say(f"{FRAGMENT} answers {answer.status}")
            return
    used = (cpu_seconds(product.web_pid()) - before) / count * 1000
    times.sort()
    say(
        f"a fragment of the panorama again: p50 {times[count // 2]:.1f}, p95 {times[int(count * 0.95)]:.1f} ms; "
        f"{used:.1f} ms of processor each"
    )
