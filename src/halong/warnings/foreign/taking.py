"""Taking in another's alert that a source delivered: once, judged before it is kept, earlier ones followed."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from lxml import etree

from halong.audit.actions import record as audit
from halong.core.errors import Malformed
from halong.core.live import touch
from halong.core.permissions import SYSTEM
from halong.ingest.batch import Outcome, Reason, Record
from halong.ingest.models import Source
from halong.ingest.records import RefusedError
from halong.warnings.cap.meaning import judge, musts
from halong.warnings.cap.message import Alert, Info
from halong.warnings.cap.schema import parse
from halong.warnings.foreign.islands import touches_islands
from halong.warnings.foreign.marks import Signature, judge_signature
from halong.warnings.foreign.reading import alert_of, shape_of, undrawn_of
from halong.warnings.models import ForeignWarning

KIND = "cap.alert"
TOPIC = "foreign-warnings"
AHEAD = timedelta(hours=1)  # that another's clock may be fast
ENDLESS = timedelta(days=1)  # how long one stands that says no end
LANGUAGES = ("vi", "en")  # which block stands for the alert in lists
TYPES = frozenset({"Alert", "Update", "Cancel"})
STATUSES = frozenset({"Actual", "Exercise", "Test"})
State = ForeignWarning.State
ENDS = {"Update": State.UPDATED, "Cancel": State.CANCELLED}


def take_alert(source_id: int, record: Record) -> Outcome:
    """Keep an alert. Raises RefusedError, with the reason, for what breaks CAP 1.2, for a bad signature where a certificate
    is known, and for messages that are no alerts to people.
    """
    source = Source.objects.get(pk=source_id)
    try:
        root = parse(record.payload)
    except Malformed as error:
        raise RefusedError(Reason.MALFORMED, error.detail[:300]) from error
    broken = musts(judge(root))
    if broken:
        raise RefusedError(Reason.MALFORMED, f"{broken[0].where}: {broken[0].words}"[:300])
    alert = alert_of(root)
    _refuse_others(alert)
    signature, note = _signature(source, record.payload, root)
    return _keep(source, alert, record.payload, signature, note)


def _refuse_others(alert: Alert) -> None:
    if alert.msg_type not in TYPES or alert.status not in STATUSES:
        text = _("A message between systems, no alert: %(kind)s, %(status)s.")
        raise RefusedError(
            Reason.NOT_TAKEN, text % {"kind": alert.msg_type, "status": alert.status}, keep=False
        )
    if alert.scope != "Public":
        raise RefusedError(
            Reason.NOT_TAKEN,
            _("It isn't meant for the public: %(scope)s.") % {"scope": alert.scope},
            keep=False,
        )
    if len(alert.sender) > 300 or len(alert.identifier) > 500:
        raise RefusedError(Reason.MALFORMED, _("Its identifier is too long."))
    if alert.sent > timezone.now() + AHEAD:
        raise RefusedError(Reason.FUTURE, alert.sent.isoformat())


def _signature(source: Source, content: bytes, root: etree._Element) -> tuple[str, str]:
    """The mark and its note. Raises RefusedError where a certificate is known, and this wasn't signed with it."""
    certificate = source.settings.get("certificate") or ""
    mark, note = judge_signature(content, root, certificate)
    if certificate and mark == Signature.BAD:
        raise RefusedError(Reason.NOT_TAKEN, _("The signature isn't good: %(why)s") % {"why": note})
    if certificate and mark == Signature.NONE:
        raise RefusedError(
            Reason.NOT_TAKEN, _("It isn't signed, though the certificate of this source is known.")
        )
    return mark, note


@transaction.atomic
def _keep(source: Source, alert: Alert, content: bytes, signature: str, note: str) -> Outcome:
    now, chosen = timezone.now(), _chosen(alert)
    expires = max((info.expires for info in alert.infos if info.expires), default=None)
    holds = ["islands"] if touches_islands(alert) else []
    holds += ["signature"] if signature == Signature.BAD else []
    state = _state(alert, expires, now)
    kept, new = ForeignWarning.objects.get_or_create(
        sender=alert.sender, identifier=alert.identifier, sent=alert.sent,
        defaults={
            "source": source, "status": alert.status, "msg_type": alert.msg_type, "state": state,
            "references": [list(one) for one in alert.references], "event": chosen.event[:300],
            "headline": chosen.headline[:500], "sender_name": chosen.sender_name[:300], "severity": chosen.severity,
            "urgency": chosen.urgency, "certainty": chosen.certainty, "onset": chosen.onset, "expires": expires,
            "infos": [_plain(info) for info in alert.infos], "shape": shape_of(alert), "undrawn": undrawn_of(alert),
            "signature": signature, "signature_note": note, "held": bool(holds), "holds": holds, "xml": content,
            "received_at": now, "ended_at": None if state == State.STANDING else now,
        },
    )  # fmt: skip
    if not new:
        return Outcome(duplicate=1)
    _end_earlier(kept, alert, now)
    _end_if_replaced(kept, now)
    audit(SYSTEM, "warnings.take_foreign", kept, held=kept.held, signature=signature)
    touch(TOPIC)
    return Outcome(accepted=1)


def _state(alert: Alert, expires: datetime | None, now: datetime) -> str:
    if alert.msg_type == "Cancel":
        return State.CANCELLED
    return State.EXPIRED if (expires or alert.sent + ENDLESS) <= now else State.STANDING


def _chosen(alert: Alert) -> Info:
    """The block that stands for the alert in lists: Vietnamese, else English, else the first."""
    empty = Info("", "", "", "", ())
    ranked = sorted(alert.infos, key=lambda info: _rank(info.language))
    return ranked[0] if ranked else empty


def _rank(language: str) -> int:
    short = language.casefold()[:2]
    return LANGUAGES.index(short) if short in LANGUAGES else len(LANGUAGES)


def _plain(info: Info) -> dict[str, Any]:
    return {
        "language": info.language, "event": info.event, "headline": info.headline, "description": info.description,
        "instruction": info.instruction, "sender_name": info.sender_name, "severity": info.severity,
        "urgency": info.urgency, "certainty": info.certainty, "categories": list(info.categories),
        "onset": info.onset.isoformat() if info.onset else None,
        "expires": info.expires.isoformat() if info.expires else None,
        "web": info.web if info.web.startswith(("http://", "https://")) else "",
        "areas": [area.description for area in info.areas],
    }  # fmt: skip


def _end_earlier(kept: ForeignWarning, alert: Alert, now: datetime) -> None:
    """What an Update or Cancel names is over; only the same sender can end his own."""
    if kept.msg_type not in ENDS:
        return
    for sender, identifier, sent in alert.references:
        if sender == kept.sender:
            earlier = ForeignWarning.objects.filter(sender=sender, identifier=identifier, sent=_moment(sent))
            earlier.exclude(pk=kept.pk).filter(sent__lte=kept.sent, replaced_by=None).update(
                state=ENDS[kept.msg_type], replaced_by=kept, ended_at=now
            )


def _end_if_replaced(kept: ForeignWarning, now: datetime) -> None:
    """It came later than the message that updates or cancels it."""
    later = ForeignWarning.objects.filter(
        sender=kept.sender, msg_type__in=ENDS, sent__gte=kept.sent, references__contains=[[kept.identifier]]
    )  # a first look by the identifier; jsonb's @> looks into the triplets
    for one in later.exclude(pk=kept.pk).order_by("-sent").iterator():
        named = {(sender, identifier, _moment(sent)) for sender, identifier, sent in one.references}
        if (kept.sender, kept.identifier, kept.sent) in named:
            ForeignWarning.objects.filter(pk=kept.pk).update(
                state=ENDS[one.msg_type], replaced_by=one, ended_at=now
            )
            return


def _moment(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
