"""People of the story: citizens who report, authorities who send bulletins and messages, those who ring up."""

import uuid
from dataclasses import dataclass

import httpx

from halong.citizens.actions.sending import Draft
from halong.citizens.models import Category, Report
from halong.exercises.models import Participant, Played
from halong.exercises.telling import tell_people
from halong.places.models import Place
from halong.simulation.citizens.doors import PATIENCE, Door, NotTaken
from halong.simulation.citizens.partner import partner_key

HEADERS = {"User-Agent": "halong-exercise"}


@dataclass(frozen=True)
class Sender:
    """How a citizen sends: by the form, or by a partner's application (Open311)."""

    partner: bool
    language: str = "vi"


def say(played: Played, base: str) -> dict[str, object]:
    """Bring an event of people through its door; what came of it, or ``trouble``."""
    if played.kind == "report":
        return _report(played, base)
    if played.kind == "call" and not Participant.is_alone():
        return {}  # the trainer reads it out on the telephone
    tell_people(played)
    return {}


def _report(played: Played, base: str) -> dict[str, object]:
    data = played.data
    category = Category.objects.filter(code=data.get("category")).order_by("-valid_from").first()
    if category is None:
        return {"trouble": f"no kind of report {data.get('category')}"}
    place = (
        Place.objects.filter(code=data.get("place")).order_by("-valid_from").first()
        if data.get("place")
        else None
    )
    draft = Draft(
        client_id=uuid.uuid5(uuid.NAMESPACE_URL, f"exercise:{played.key}:{played.at.isoformat()}"),
        category=category,
        text=str(data.get("text", played.title)),
        place=place,
        lon=data.get("lon"),
        lat=data.get("lat"),
        located=Report.Located.PIN if data.get("lon") is not None else Report.Located.UNIT,
        address=str(data.get("address", "")),
        answers=dict(data.get("answers", {})),
        insists=True,
    )
    partner = bool(data.get("partner"))
    with httpx.Client(base_url=base, timeout=PATIENCE, headers=HEADERS) as http:
        door = Door(http, partner_key() if partner else "")
        try:
            number = door.send(Sender(partner), draft, None)
        except NotTaken as error:
            return {"trouble": str(error)}
    return {"client_id": str(draft.client_id), "answered": number}
