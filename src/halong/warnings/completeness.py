"""What a warning still lacks before it can be checked, approved, published: for screens and actions alike."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from halong.warnings import authorities
from halong.warnings.building import judged
from halong.warnings.models import Warning
from halong.warnings.words import BLANK, TEXTS, faults_of


@dataclass(frozen=True)
class Need:
    """Something that is missing. ``stops_check``: it can't even be checked; ``advice``: it can go out without."""

    key: str
    words: str
    stops_check: bool = True
    advice: bool = False


def missing_of(warning: Warning) -> list[Need]:
    """Everything that stands in the way of publishing, the most basic first; then advice."""
    needs = [*_words(warning), *_where_and_when(warning)]
    if not needs:
        needs += _cap(warning)
    if not authorities.covering(warning, timezone.now()):
        words = _("No row of authority covers this event, these places and this hour: it stays a draft.")
        needs.insert(0, Need("authority", words, stops_check=False))
    return sorted(needs, key=lambda need: need.advice)


def _words(warning: Warning) -> list[Need]:
    needs = []
    if not warning.headline_vi.strip():
        needs.append(Need("headline_vi", _("The headline is missing.")))
    if not warning.description_vi.strip() and not warning.bulletin_text:
        needs.append(Need("description_vi", _("What happens isn't said.")))
    if not warning.instruction_vi.strip() and warning.msg_type != Warning.MsgType.CANCEL:
        needs.append(Need("instruction_vi", _("What people should do isn't said.")))
    if any((warning.headline_en, warning.description_en, warning.instruction_en)) and not all(
        (warning.headline_en, warning.description_en)
    ):
        needs.append(Need("headline_en", _("The English words are begun, but not complete.")))
    if not warning.headline_en:
        words = _("There is no English: visitors won't understand it.")
        needs.append(Need("english", words, stops_check=False, advice=True))
    needs += [Need(name, words) for name, words in faults_of(warning).items()]
    blank = next((name for name in TEXTS if BLANK in getattr(warning, name)), "")
    if blank:
        needs.append(Need(blank, _("A gap of the prepared words (…) isn't filled in.")))
    return needs


def _where_and_when(warning: Warning) -> list[Need]:
    now, needs = timezone.now(), []
    if not warning.areas.exists():
        needs.append(Need("places", _("No place is chosen.")))
    if warning.expires <= now:
        needs.append(Need("expires", _("Its time is over already.")))
    elif warning.onset is not None and warning.expires <= warning.onset:
        needs.append(Need("expires", _("It ends before it begins.")))
    unknown = [name for name in ("severity", "urgency", "certainty") if getattr(warning, name) == "Unknown"]
    if unknown:
        needs.append(Need(unknown[0], _("How severe, how urgent and how certain it is must be said.")))
    return needs


def _cap(warning: Warning) -> list[Need]:
    """What the strict validator of CAP says of the message; its words are English, as the standard is."""
    return [
        Need(f"cap:{one.where}", f"CAP, {one.where}: {one.words}", one.level == "must", one.level != "must")
        for one in judged(warning, timezone.now())
        if not one.where.endswith("senderName")  # comes with the approval
    ]
