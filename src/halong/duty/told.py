"""What is written down of people who were told: its facts, once and for all, and their words in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.core.events import publish
from halong.core.formats import format_datetime, format_duration
from halong.duty.events import PageChanged
from halong.duty.models import Page, Run

HELD, TOLD, NOBODY, FAILED = "held", "told", "nobody", "failed"
ANSWERED, EXHAUSTED = "answered", "exhausted"


@dataclass(frozen=True)
class Facts:
    """What happened: when, by whom, and what ``said`` needs; ``key`` is the same whenever the event is delivered."""

    run: Run
    at: datetime
    key: str
    by: User | None = None
    data: dict[str, Any] = field(default_factory=dict)


def tell_others(run: Run, what: str, *, step: int = 0, page: Page | None = None) -> None:
    """Publish it in the transaction of what happened. A test is nobody else's news."""
    if not run.test:
        page_id = page.pk if page is not None else 0
        kind, ref = run.subject_kind, run.subject_ref
        publish(PageChanged(run.pk, what, step, page_id, kind, ref, timezone.now()))


def facts_of(happened: PageChanged) -> Facts | None:
    """The facts of an event; None where its run is gone."""
    run = Run.objects.select_related("team", "over_by").filter(pk=happened.run_id).first()
    if run is None:
        return None
    page = run.pages.select_related("person", "contact").filter(pk=happened.page_id).first()
    key = f"page:{run.pk}:{happened.what}:{happened.step}:{happened.page_id}"
    data: dict[str, Any] = {"what": happened.what, "run": run.pk, "team": run.team.name, "title": run.title}
    at, by = happened.at, None
    if happened.what == HELD:
        data["until"] = run.quiet_until.isoformat() if run.quiet_until else ""
    elif happened.what in (TOLD, NOBODY):
        pages = list(run.pages.select_related("person", "contact").filter(step=happened.step))
        at = pages[0].at if pages else at
        data |= _of_step(pages)
    elif happened.what == FAILED and page is not None:
        data |= {"who": name_of(page), "channel": page.channel, "reason": page.error}
    elif happened.what == ANSWERED:
        by, at = run.over_by, run.over_at or at
        data |= {"who": str(by) if by else name_of(page), "seconds": (at - run.started_at).total_seconds()}
        data["channel"] = page.channel if page is not None and page.person == by else ""
    else:
        at = run.over_at or at
        data["seconds"] = (at - run.started_at).total_seconds()
    return Facts(run, at, key, by, data)


def _of_step(pages: Iterable[Page]) -> dict[str, Any]:
    """Who was told through what. What failed later says so itself; what never could be tried is left out here."""
    told: dict[str, list[str]] = {}
    reasons: dict[str, None] = {}
    for page in pages:
        if page.state == Page.State.FAILED and not page.attempts:
            reasons[page.error] = None
        else:
            told.setdefault(name_of(page), []).append(page.channel)
    return {"told": [[name, ways] for name, ways in told.items()], "reason": " ".join(reasons)}


def name_of(page: Page | None) -> str:
    """Whom a page is for."""
    return str((page.person or page.contact or "") if page is not None else "")


def channel_name(channel: str) -> str:
    """A way of telling in words."""
    return str(dict(Page.Channel.choices).get(channel, channel))


def said(data: dict[str, Any]) -> str:
    """What happened in words."""
    team, who = data.get("team", ""), data.get("who", "")
    seconds = format_duration(float(data.get("seconds") or 0))
    what = data.get("what")
    if what == HELD:
        until = parse_datetime(str(data.get("until", "")))
        when = format_datetime(until) if until else ""
        return _("Quiet hours: {team} is told at {time}.").format(team=team, time=when)
    if what == TOLD:
        people = ", ".join(f"{name} ({_ways(ways)})" for name, ways in data.get("told", ()))
        return _("Told: {people} · {team}.").format(people=people, team=team)
    if what == NOBODY:
        words = _("Nobody of {team} could be told.").format(team=team)
        return f"{words} {data.get('reason', '')}".strip()
    if what == FAILED:
        words = _("{who} couldn't be told by {channel}.")
        return words.format(who=who, channel=channel_name(str(data.get("channel", "")))) + (
            f" {data['reason']}" if data.get("reason") else ""
        )
    if what == ANSWERED:
        channel = str(data.get("channel", ""))
        through = f" ({channel_name(channel)})" if channel else ""
        return _("{who} answered after {time}.").format(who=f"{who}{through}", time=seconds)
    return _("Nobody of {team} answered within {time}: call by telephone.").format(team=team, time=seconds)


def _ways(ways: Iterable[str]) -> str:
    return ", ".join(channel_name(way) for way in dict.fromkeys(ways))
