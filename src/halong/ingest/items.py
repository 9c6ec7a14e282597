"""Readings as the HTTP door takes them and as quarantine keeps them: JSON objects, read again."""

from datetime import datetime

from halong.core.errors import HalongError
from halong.ingest.batch import Batch, Observation, Reason, Rejected
from halong.ingest.http import decode

MEMBERS = (b'"entity"', b'"property"', b'"value"')


def looks_like_items(payload: bytes) -> bool:
    """Whether something that was set aside is a reading in JSON, whatever door it came through."""
    start = payload.lstrip()[:1]
    return start in {b"{", b"["} and all(member in payload for member in MEMBERS)


def decode_items(payload: bytes, origin: str) -> Batch:
    """The readings of a JSON object or array; what is none is in ``rejected``."""
    body = payload if payload.lstrip().startswith(b"[") else b"[" + payload + b"]"
    try:
        items, rejected, _origins = decode(body)
    except HalongError as error:
        return Batch(rejected=[Rejected(Reason.MALFORMED, str(error)[:300], origin, payload)])
    batch = Batch(rejected=[Rejected(part.reason, part.detail, origin, part.payload) for part in rejected])
    for item in items:
        try:
            time = datetime.fromisoformat(item.time.upper())
        except ValueError:
            batch.rejected.append(Rejected(Reason.BAD_TIME, item.time[:300], origin, payload))
        else:
            batch.observations.append(
                Observation(item.entity, item.property, time, item.value, item.unit, item.quality)
            )
    return batch
