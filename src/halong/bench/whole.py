"""The product as a whole: what it needs at rest, how soon it is back, how soon the leader sees something."""

import contextlib
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from halong.bench.browser import chromium
from halong.bench.product import Product

REST_S = 20.0
PAINTS = 5


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """A place for a product's data that goes at the end."""
    place = Path(tempfile.mkdtemp(prefix="halong-bench-"))
    place.chmod(0o755)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def measure(say: Callable[[str], None]) -> dict[str, float]:
    """Memory at rest, restart and first paint, with the profile loaded and without simulation."""
    with folder() as place:
        product = Product(place / "home")
        try:
            say(f"first start with an empty folder: {product.start('/c'):.1f} s to the first page")
            product.answers("/c")
            time.sleep(REST_S)
            figures = {"idle_rss_mib": memory(product, say)}
            product.stop()
            restarts = []
            for _ in range(3):
                restarts.append(product.start("/c"))
                product.stop()
            figures["restart_first_page_s"] = sorted(restarts)[1]
            say(f"started again: {', '.join(f'{seconds:.1f}' for seconds in restarts)} s to the first page")
            product.start("/c")
            painted = first_paint(product, say)
            if painted is not None:
                figures["panorama_first_paint_s"] = painted
        finally:
            product.stop()
    return figures


def memory(product: Product, say: Callable[[str], None]) -> float:
    """Proportional set size of every process of the product, in MiB."""
    parts: dict[str, float] = {}
    for pid, command in product.processes().items():
        with contextlib.suppress(OSError, StopIteration):
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            kibibytes = int(next(line for line in lines if line.startswith("Pss:")).split()[1])
            name = command.strip().rpartition(" ")[2] if "-m halong" in command else "database"
            parts[name] = parts.get(name, 0.0) + kibibytes / 1024
    say("at rest: " + ", ".join(f"{name} {size:.0f} MiB" for name, size in sorted(parts.items())))
    return sum(parts.values())


def first_paint(product: Product, say: Callable[[str], None]) -> float | None:
    """Seconds from the request of the panorama to its first contentful paint for a leader; the median of 5, None where there
    is no browser.
    """
    lines = (product.home / "initial-passwords.txt").read_text().splitlines()
    password = next(line.split()[1] for line in lines if line.startswith("leader"))
    paints: list[float] = []
    with chromium("the first paint", say) as browser:
        if browser is None:
            return None
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        base = f"http://127.0.0.1:{product.port}"
        page.goto(f"{base}/login")
        page.fill("input[name=username]", "leader")
        page.fill("input[name=password]", password)
        page.click("main button[type=submit]")
        page.wait_for_load_state()
        for _ in range(PAINTS):
            page.goto(f"{base}/")
            page.wait_for_timeout(1500)
            # a page that paints nothing fails here
            paints.append(
                page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
            )
        title = page.title()
    say(f"first paint of {title!r}: {', '.join(f'{paint:.0f}' for paint in paints)} ms")
    return sorted(paints)[PAINTS // 2] / 1000
