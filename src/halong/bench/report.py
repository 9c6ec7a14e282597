"""The figures, their aims, and the machine: as a table for people and as JSON."""

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Figure:
    """One figure: ``aim`` and ``floor`` are the least where ``more`` is better, else the most."""

    key: str
    words: str
    unit: str
    aim: float
    floor: float
    more: bool
    digits: int = 2


NO_FLOOR = 1e9  # where it depends on hardware that a machine may not have

FIGURES = (
    Figure("ingest_http_1000_ratio", "HTTP, batches of 1,000, rules on, answer after commit", "of raw COPY", 0.5, 0.4, True),
    Figure("ingest_http_100_ratio", "HTTP, batches of 100, likewise", "of raw COPY", 0.35, 0.25, True),
    Figure("ingest_http_single_per_s", "HTTP, single readings, 64 connections", "per second", 4_000, 2_500, True, 0),
    Figure("mqtt_store_ratio", "MQTT QoS 1, one reading a message, to disk", "of receiving alone", 0.5, 0.5, True),
    Figure("station_files_per_s", "station files of five readings through the FTP server", "per second", 300, 300, True, 0),
    Figure("latest_10k_ms", "newest readings of 10,000 series (20 million rows stored)", "ms", 10, 10, False, 1),
    Figure("day_series_ms", "a day of one series", "ms", 5, 5, False, 1),
    Figure("hourly_100x30d_ms", "30 days of hourly means of 100 series", "ms", 150, 150, False, 0),
    Figure("live_p99_ms", "1,000 live clients, 10 topics, an event a second each: delay, p99", "ms", 50, 50, False, 0),
    Figure("live_core_share", "processor that the web process needs for that", "of a core", 0.25, 0.25, False),
    Figure("wall_update_s", "from a reading's commit to its number on a wall in a browser, p95", "s", 1, 1, False),
    Figure("wall_heap_growth_mib", "growth of a wall's page over the soak", "MiB", 5, 5, False, 1),
    Figure("wall_web_growth_mib", "growth of the web process over the soak", "MiB", 20, 20, False, 1),
    Figure("map_10k_frame_ms", "frame of the map, 10,000 things, drawn in software", "ms", 100, NO_FLOOR, False, 0),
    Figure("search_ms", "search across everything, 10,000 things, p95", "ms", 100, 100, False, 0),
    Figure("idle_rss_mib", "memory of the whole product at rest, profile loaded (sum of PSS)", "MiB", 700, 700, False, 0),
    Figure("restart_first_page_s", "second start to first page", "s", 6, 6, False, 1),
    Figure("panorama_server_ms", "panorama at the server: 10,000 stations, 90 d of hours, 5 y of days", "ms", 300, 300,
           False, 0),
    Figure("indicator_page_ms", "page of an indicator at the server, likewise", "ms", 200, 200, False, 0),
    Figure("indicator_hour_ms", "one hour of an indicator over 10,000 stations, all nodes", "ms", 1_000, 1_000, False, 0),
    Figure("panorama_5y_first_paint_s", "first paint of the panorama, likewise", "s", 1.5, 1.5, False),
    Figure("panorama_first_paint_s", "first paint of the panorama, profile loaded", "s", 1.5, 1.5, False),
    Figure("report_form_slow3g_s", "form of reports usable on slow 3G (400 ms, 500 kbit/s), nothing cached", "s", 1.5, 1.5,
           False),
    Figure("report_form_kib", "the form on the wire, compressed, without the map (120 kB)", "KiB", 117, 117, False, 0),
    Figure("report_post_5mb_s", "answer to a citizen's photo of 5 MB, the slowest of 10", "s", 1, 1, False),
    Figure("report_list_200k_ms", "public list, its filters and map among 200,000 reports, the worst p95", "ms", 200, 200,
           False, 0),
    Figure("similar_reports_ms", "similar reports among 200,000, p95", "ms", 50, 50, False, 1),
    Figure("open311_posts_per_s", "reports through Open311 for 20 s, all stored", "per second", 200, 200, True, 0),
    Figure("alert_to_screen_p99_s", "from crossing to the operator's screen, 1,000 alerts in ten minutes, p99", "s",
           1, 1, False),
    Figure("flood_10k_rows", "rows of the list of alerts in a flood of 10,000", "rows", 29, 29, False, 0),
    Figure("incident_5k_timeline_ms", "room of an incident with 5,000 rows in its timeline, p95", "ms", 200, 200, False, 0),
    Figure("anomaly_precision", "flags that belong to a fault put in (see docs/analysis.md)", "of flags", 0.9, 0.9, True),
    Figure("anomaly_recall", "faults put in that are flagged", "of faults", 0.8, 0.8, True),
    Figure("anomaly_false_per_month", "flags on untouched series", "a series and month", 1, 1, False),
    Figure("forecast_vs_naive", "error of the 24-hour forecast against repeating yesterday", "of naive", 1, 1, False),
)  # fmt: skip


def machine() -> dict[str, object]:
    """What it was measured on."""
    words: dict[str, str] = {}
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        words.setdefault(name.strip(), value.strip())
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024
    return {
        "processor": words.get("model name", platform.processor()),
        "cores": os.cpu_count() or 1,
        "memory_mib": memory,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load_before": os.getloadavg()[0],
    }


def verdict(figure: Figure, value: float | None) -> str:
    """Whether a figure reaches its aim, its floor, or neither."""
    if value is None:
        return "not measured"
    sign = 1 if figure.more else -1
    if sign * value >= sign * figure.aim:
        return "reached"
    return "above the floor, below the aim" if sign * value >= sign * figure.floor else "NOT REACHED"


def write(
    folder: Path,
    figures: Mapping[str, float],
    notes: Sequence[str],
    on: Mapping[str, object],
    scale: float = 1.0,
) -> None:
    """``benchmarks.md`` and ``benchmarks.json``; keys in the order of FIGURES. What this run didn't measure stays as an
    earlier one found it, with its time; ``scale`` is that of the amounts.
    """
    folder.mkdir(exist_ok=True)
    before = _read(folder / "benchmarks.json")
    load = f"{on['load_before']:.1f}"
    stamp = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "scale": scale, "load_before": load}
    kept = {key: value for key, value in before.get("figures", {}).items() if key not in figures}
    known = kept | {key: round(value, 4) for key, value in figures.items()}
    ordered = {one.key: known[one.key] for one in FIGURES if one.key in known}
    measured = {key: stamp if key in figures else before.get("measured", {}).get(key, {}) for key in ordered}
    found = {"machine": dict(on), "measured_at": stamp["at"], "figures": ordered, "measured": measured}
    (folder / "benchmarks.json").write_text(json.dumps(found, indent=2) + "\n")
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`, which starts the real product in a temporary folder and loads it with clients that are",
        "processes of their own, on the same machine. Raw COPY is binary `COPY` of the same rows into the same table in",
        "the same run, in batches of 10,000 that were encoded beforehand; three runs each, the median counts.",
        "",
        f"Last run on {on['processor']}, {on['cores']} cores, {on['memory_mib']:,} MiB, {on['system']},",
        f"Python {on['python']}.",
        "Each figure says when it was measured, with which share of the amounts, and how busy the machine was before.",
        "",
        "| figure | measured | aim | | when, amounts, load |",
        "|---|---|---|---|---|",
        *(_row(one, ordered.get(one.key), measured.get(one.key, {})) for one in FIGURES),
    ]
    lines += ["", "## What was seen on the way in the last run", "", *(f"- {note}" for note in notes), ""]
    (folder / "benchmarks.md").write_text("\n".join(lines))


def _read(path: Path) -> dict[str, Any]:
    """The report of earlier runs; nothing where there is none, or none that can be read."""
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _row(one: Figure, value: float | None, measured: Mapping[str, Any]) -> str:
    shown = "—" if value is None else f"{value:,.{one.digits}f} {one.unit}"
    sign = "≥" if one.more else "≤"
    floor = f" (floor {one.floor:,g})" if one.floor not in {one.aim, NO_FLOOR} else ""
    when = (
        f"{measured['at'][:16]}, × {measured['scale']:g}, load {measured['load_before']}" if measured else ""
    )
    return f"| {one.words} (`{one.key}`) | {shown} | {sign} {one.aim:,g}{floor} | {verdict(one, value)} | {when} |"
