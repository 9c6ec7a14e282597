"""Writing a warning: from an incident, a playbook's step, or from nothing; and changing what was written."""

import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.audit.actions import record
from halong.core.errors import Conflict, Invalid
from halong.core.events import publish
from halong.core.live import touch
from halong.core.permissions import Actor, require
from halong.places.models import Place
from halong.warnings.areas import AreaDraft, common_place, drawn, whole
from halong.warnings.events import WarningChanged
from halong.warnings.kinds import KINDS
from halong.warnings.models import Act, Area, Warning
from halong.warnings.words import faults_of

NUMBER_LOCK = 0x68616C6F6E670077  # "halong", "w": one new number at a time
BACK_TO_DRAFT = {"state": Warning.State.DRAFT, "authority": None, "approved_by": None, "approved_at": None}
NO_BULLETIN = {
    "risk_level": None, "bulletin_issuer": "", "bulletin_number": "", "bulletin_at": None, "bulletin_text": ""
}  # fmt: skip
Ring = tuple[tuple[float, float], ...]
CATEGORIES = frozenset(
    {"Geo", "Met", "Safety", "Security", "Rescue", "Fire", "Health", "Env", "Transport", "Infra", "CBRNE", "Other"}
)  # fmt: skip


@dataclass(frozen=True)
class BulletinDraft:
    """The official bulletin that a risk level comes from."""

    issuer: str
    number: str
    hour: datetime | None  # without it it is refused
    text: str
    level: int


@dataclass(frozen=True)
class WarningDraft:
    """What a warning says. ``polygon`` is a ring of (longitude, latitude); ``status`` "" is Actual, or Exercise where the
    installation is simulated or under exercise. Times are aware; without ``expires`` it holds for six hours.
    """

    event: str
    headline_vi: str = ""
    headline_en: str = ""
    description_vi: str = ""
    description_en: str = ""
    instruction_vi: str = ""
    instruction_en: str = ""
    severity: str = Warning.Severity.UNKNOWN
    urgency: str = Warning.Urgency.UNKNOWN
    certainty: str = Warning.Certainty.UNKNOWN
    category: str = ""
    onset: datetime | None = None
    expires: datetime | None = None
    places: tuple[Place, ...] = ()
    polygon: Ring = ()
    polygon_name: str = ""
    incident: str = ""
    bulletin: BulletinDraft | None = None
    status: str = ""
    simulated: bool = False
    areas: tuple[AreaDraft, ...] = field(default=(), repr=False)  # instead of places and polygon (an update)


@transaction.atomic
def draft_warning(draft: WarningDraft, *, by: Any, key: str = "", replaces: Warning | None = None) -> Warning:
    """Write a draft. The same ``key`` gives the same warning, however often it is called. Raises Invalid.

    A draft may lack words, but not what can't be said in CAP at all; what is still missing stands in
    ``completeness.missing_of`` and stops the check.
    """
    known = Warning.objects.filter(key=key).first() if key else None
    if known is not None:
        require(by, "warnings.draft", known)
        return known
    areas = _areas(draft)
    draft = replace(draft, simulated=draft.simulated or _is_simulated(draft))
    warning = Warning(
        key=key or None,
        status=_status(draft),
        msg_type=Warning.MsgType.UPDATE if replaces else Warning.MsgType.ALERT,
        replaces=replaces,
        sender=sender(),
        made_at=timezone.now(),
        changed_at=timezone.now(),
        simulated=draft.simulated,
        place=common_place(areas),
        **_fields(draft),
    )
    require(by, "warnings.draft", warning)
    insert(warning, areas, by=by)
    return warning


@transaction.atomic
def edit_warning(warning: Warning, draft: WarningDraft, *, by: Any) -> Warning:
    """Change the words of a draft, or of a checked or approved warning, which becomes a draft again.

    ``warning`` is as the person saw it: raises Conflict when somebody changed it meanwhile.
    """
    require(by, "warnings.draft", warning)
    draft = replace(draft, status=draft.status or warning.status)
    draft = replace(draft, simulated=draft.simulated or _is_simulated(draft))
    areas = _areas(draft)
    fields = _fields(draft) | {
        "place": common_place(areas),
        "status": _status(draft),
        "simulated": draft.simulated,
    }
    require(by, "warnings.draft", Warning(place=fields["place"]))
    now = timezone.now()
    seen = Warning.objects.filter(pk=warning.pk, version=warning.version)
    seen.filter(state__in=(Warning.State.CHECKED, Warning.State.APPROVED)).update(**BACK_TO_DRAFT)
    done = seen.filter(state=Warning.State.DRAFT).update(
        **fields, version=warning.version + 1, changed_at=now
    )
    if not done:
        raise Conflict(_("Somebody has changed this warning meanwhile. Look at it again."))
    Area.objects.filter(warning=warning).delete()
    _write_areas(warning, areas)
    warning.refresh_from_db()
    note_act(warning, Act.Kind.WRITE, by=by)
    record(by, "warnings.edit", warning, number=warning.number, version=warning.version)
    tell_changed(warning, "edited")
    return warning


def insert(warning: Warning, areas: tuple[AreaDraft, ...], *, by: Any) -> None:
    """Write a new warning with its areas and its first act, in the caller's transaction."""
    warning.number, warning.identifier = _new_number()
    warning.save(force_insert=True)
    _write_areas(warning, areas)
    note_act(warning, Act.Kind.WRITE, by=by)
    record(by, "warnings.draft", warning, number=warning.number, status=warning.status)
    tell_changed(warning, "draft")


def note_act(warning: Warning, kind: str, *, by: Actor, note: str = "") -> Act:
    """Keep what somebody did, in the caller's transaction."""
    return Act.objects.create(
        warning=warning, kind=kind, by=by if isinstance(by, User) else None, actor=by.actor_name[:200],
        at=timezone.now(), version=warning.version, note=note[:1000],
    )  # fmt: skip


def tell_changed(warning: Warning, state: str) -> None:
    """Publish that it changed, and make pages new."""
    publish(WarningChanged(warning.pk, warning.incident, state))
    touch("warnings", str(warning.pk))


def sender() -> str:
    """Who sends, as CAP wants it: a name of the Internet's naming system that is this installation's."""
    return f"canhbao@{settings.HALONG_MAIL_DOMAIN}"


def _status(draft: WarningDraft) -> str:
    """The status asked for, as far as this installation may have it."""
    if settings.HALONG_EXERCISE:
        return Warning.Status.EXERCISE
    if draft.status == Warning.Status.ACTUAL and draft.simulated:
        raise Invalid(
            _("What is simulated can't become a real warning."), fields={"status": _("Not for this.")}
        )
    return draft.status or (Warning.Status.EXERCISE if draft.simulated else Warning.Status.ACTUAL)


def _is_simulated(draft: WarningDraft) -> bool:
    """Before go-live nothing real is known: what isn't asked to be real is an exercise."""
    return settings.HALONG_SIMULATE and draft.status != Warning.Status.ACTUAL


def _fields(draft: WarningDraft) -> dict[str, Any]:
    kind = KINDS.get(draft.event)
    if kind is None:
        raise Invalid(_("This kind of event isn't known."), fields={"event": _("Choose one of the list.")})
    category = draft.category or kind.category
    if category not in CATEGORIES:
        raise Invalid(_("This isn't a category of CAP."), fields={"category": category})
    fields = {
        name: getattr(draft, name)
        for name in (
            "event", "headline_vi", "headline_en", "description_vi", "description_en", "instruction_vi",
            "instruction_en", "severity", "urgency", "certainty", "onset", "incident",
        )
    }  # fmt: skip
    for name, choices in (
        ("severity", Warning.Severity),
        ("urgency", Warning.Urgency),
        ("certainty", Warning.Certainty),
    ):
        if fields[name] not in choices.values:
            raise Invalid(_("This isn't a word of CAP."), fields={name: str(fields[name])})
    expires = draft.expires or (draft.onset or timezone.now()) + timedelta(hours=6)
    fields |= {"category": category, "responses": list(kind.responses), "expires": expires}
    fields |= _bulletin(draft.bulletin)
    faults = faults_of(draft)
    if faults:
        raise Invalid(next(iter(faults.values())), fields=faults)
    return fields


def _bulletin(bulletin: BulletinDraft | None) -> dict[str, Any]:
    if bulletin is None:
        return dict(NO_BULLETIN)
    if not (bulletin.issuer and bulletin.number and bulletin.hour and bulletin.text):
        words = _("A disaster-risk level needs the bulletin's issuer, number, hour and text.")
        raise Invalid(words, fields={"bulletin_number": words})
    return {
        "risk_level": bulletin.level or None,
        "bulletin_issuer": bulletin.issuer,
        "bulletin_number": bulletin.number,
        "bulletin_at": bulletin.hour,
        "bulletin_text": bulletin.text,
    }


def _areas(draft: WarningDraft) -> tuple[AreaDraft, ...]:
    areas = draft.areas or tuple(whole(place) for place in draft.places)
    return areas + ((drawn(draft.polygon, draft.polygon_name),) if draft.polygon else ())


def _write_areas(warning: Warning, areas: tuple[AreaDraft, ...]) -> None:
    Area.objects.bulk_create(
        Area(warning=warning, place=area.place, name_vi=area.name_vi, name_en=area.name_en, ring=area.ring)
        for area in areas
    )


def _new_number() -> tuple[str, str]:
    """The next number of the year, and the identifier of CAP that goes with it (its chance part keeps it unique also
    against an installation that was put back from a backup).
    """
    year = timezone.localdate().year
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBER_LOCK])
        cursor.execute(
            "SELECT coalesce(max(split_part(number, '-', 3)::int), 0) + 1 FROM warnings_warning WHERE number LIKE %s",
            [f"CB-{year}-%"],
        )
        number = f"CB-{year}-{cursor.fetchone()[0]:04d}"
    return number, f"{number}-{uuid.uuid4().hex[:12]}"
