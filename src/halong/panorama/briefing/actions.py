"""Making briefings, and sending them on."""

from collections.abc import Iterable
from datetime import datetime, time
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from halong.accounts.models import Grant, Role, User
from halong.audit.actions import record
from halong.context.scope import Scope
from halong.core.errors import Invalid
from halong.core.formats import format_date, local
from halong.core.permissions import SYSTEM, has_perm, require
from halong.indicators.models import Indicator, Value
from halong.notify.actions import File, tell
from halong.panorama.briefing.content import gather
from halong.panorama.briefing.pdf import render
from halong.panorama.models import Briefing

AT = time(7, 0)  # in Vietnam
NOTE = 2000
MOST_READERS = 50  # that one sending may have
LOCK = 0x68616C6F6E670007  # "halong", 7: one process makes briefings at a time


def make_due(now: datetime | None = None, *, by: Any = SYSTEM) -> int:
    """Make what is due today and isn't there yet, from seven o'clock on: for the whole province, and for every scope that
    a leader has. Returns how many were made. A worker that was away at seven makes them when it is back; where indicators
    are defined but none has a value yet (the first minutes of an installation) it waits for them.
    """
    require(by, "system.manage")
    now = now or timezone.now()
    if local(now).time() < AT:
        return 0
    if Indicator.objects.exists() and not Value.objects.exists():
        return 0
    day = local(now).date()
    known = set(Briefing.objects.filter(day=day).values_list("place", "agency", "sector"))
    made = 0
    for scope in scopes():
        if _key(scope) not in known:
            made += make_briefing(scope, now, by=by) is not None
    return made


def scopes() -> list[Scope]:
    """The whole province, and every other scope that an active leader has."""
    grants = Grant.objects.filter(role=Role.LEADER, user__is_active=True).select_related("place", "agency")
    found = {_key(Scope()): Scope()}
    for grant in grants.order_by("pk"):
        scope = Scope(sector=grant.sector, place=grant.place, agency=grant.agency)
        found.setdefault(_key(scope), scope)
    return list(found.values())


def _key(scope: Scope) -> tuple[int | None, int | None, str]:
    place, agency = scope.place, scope.agency
    return (place.pk if place else None, agency.pk if agency else None, scope.sector)


@transaction.atomic
def make_briefing(scope: Scope, now: datetime, *, by: Any = SYSTEM) -> Briefing | None:
    """Make the briefing of a scope as it stands now, in both languages, and tell the scope's leaders. None when there is
    one of this day already; another process that makes it at the same time waits and finds it.
    """
    require(by, "system.manage")
    day = local(now).date()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    there = Briefing.objects.filter(day=day, place=scope.place, agency=scope.agency, sector=scope.sector)
    if there.exists():
        return None
    content = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            content[language] = gather(scope, day, now)
    made = Briefing.objects.create(
        day=day, place=scope.place, agency=scope.agency, sector=scope.sector, content=content, made_at=now
    )
    record(by, "briefings.make", made)
    _tell(made, leaders_of(scope), key=f"briefing:{made.pk}")
    return made


def leaders_of(scope: Scope) -> list[User]:
    """Those whose scope it is."""
    held = Grant.objects.filter(
        role=Role.LEADER, place=scope.place, agency=scope.agency, sector=scope.sector, user__is_active=True
    )
    return list(User.objects.filter(grants__in=held).distinct().order_by("pk"))


@transaction.atomic
def send_briefing(briefing: Briefing, readers: Iterable[User], *, by: Any, note: str = "") -> int:
    """Send a briefing on to people who may see it, with a note; returns how many got it. The PDF goes along."""
    require(by, "briefings.view", briefing)
    people = list({user.pk: user for user in readers}.values())
    if not people:
        raise Invalid(_("Choose who shall get it."), fields={"readers": _("Choose who shall get it.")})
    if len(people) > MOST_READERS:
        words = _("At most %(count)d people at once.") % {"count": MOST_READERS}
        raise Invalid(words, fields={"readers": words})
    strangers = [str(user) for user in people if not has_perm(user, "briefings.view", briefing)]
    if strangers:
        words = _("%(names)s may not see this briefing.") % {"names": ", ".join(strangers)}
        raise Invalid(words, fields={"readers": words})
    entry = record(by, "briefings.send", briefing, count=len(people))
    said = f"{by}: {note.strip()[:NOTE]}" if note.strip() else f"{by}"
    return _tell(briefing, people, key=f"briefing:{briefing.pk}:{entry.pk}", text=said)


def _tell(briefing: Briefing, people: Iterable[User], *, key: str, text: str = "") -> int:
    """Tell each in his language, with the PDF in that language."""
    told = 0
    for language, _name in settings.LANGUAGES:
        readers = [user for user in people if (user.language or settings.LANGUAGE_CODE) == language]
        if readers:
            content = briefing.content[language]
            told += tell(
                readers,
                kind="briefing",
                title=format_lazy(gettext_lazy("Morning briefing {day}, {scope}"), day=format_date(briefing.day),
                                  scope=content["scope"]),
                text=text or "\n".join(point["text"] for point in content["points"]),
                url=reverse("briefing", args=[f"{briefing.day:%Y-%m-%d}", briefing.pk]),
                key=key,
                attachment=File(file_name(briefing, language), "application/pdf", pdf_of(briefing, language)),
            )  # fmt: skip
    return told


def pdf_of(briefing: Briefing, language: str) -> bytes:
    """The two pages, made from the content that was kept."""
    return render(briefing.content[language], briefing.made_at, language)


def file_name(briefing: Briefing, language: str) -> str:
    """What the PDF is called: ``bao-cao-nhanh-2026-11-23.pdf``."""
    return f"{'briefing' if language == 'en' else 'bao-cao-nhanh'}-{briefing.day:%Y-%m-%d}.pdf"
