"""Words that scripts and several pages of citizens show."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext


def photo_words(reason: str) -> str:
    """Why a photo isn't taken, in words that help."""
    words = {
        "unknown-type": _("This isn't a photo that can be taken: use JPEG, PNG, WebP or HEIC."),
        "too-large": _("The photo is larger than 25 MB."),
        "too-many-pixels": _("The photo has too many pixels. Take it with a lower resolution."),
        "too-small": _("The photo is too small to show anything."),
        "unreadable": _("The photo is damaged."),
        "malware": _("The photo was refused by the malware scanner."),
    }
    return words.get(reason, _("The photo was refused."))


def script_words() -> dict[str, str]:
    """Sentences of the reporting page and of the list of one's own; ``{n}``-like places are filled in there."""
    return {
        "finding": _("Finding where you are…"),
        "found by gps": _("Found by your phone, to about {m} m"),
        "found by photo": _("Found by the photo"),
        "found by pin": _("Set on the map"),
        "no gps": _("Your phone doesn't say where you are. Choose the unit, or set a pin on the map."),
        "outside": _("This place lies outside of the province. Set it on the map."),
        "offline place": _("Position kept. The unit is named once there is network."),
        "need place": _("Say where it is: allow the position, choose a unit, or set a pin."),
        "need kind": _("Choose what it is about."),
        "need text": _("Write a few words, or add a photo."),
        "step": _("Step {n} of {of}"),
        "remove photo": _("Remove photo {n}"),
        "photo": _("Photo {n}"),
        "too many photos": _("At most {n} photos."),
        "too large": _("The photo is larger than 25 MB."),
        "no photo": _("{name} isn't a photo that can be taken: use JPEG, PNG, WebP or HEIC."),
        "too many pixels": _("{name} has too many pixels. Take it with a lower resolution."),
        "saved": _("Draft kept on this phone"),
        "checking": _("Checking that you are no robot…"),
        "waiting": pgettext("state of a draft", "Waits for network"),
        "sending": pgettext("state of a draft", "Being sent"),
        "draft": pgettext("state of a draft", "Draft"),
        "refused": pgettext("state of a draft", "Needs your look"),
        "sent": _("Sent: {number}"),
        "photos left": _("{n} photos still to be sent"),
        "will send": _("No network: kept on this phone, sent by itself once there is network."),
        "keep open": _("No network: kept on this phone, sent when this page is opened with network."),
        "no kind yet": _("Report without a kind"),
        "continue": pgettext("verb, draft", "Continue"),
        "discard": pgettext("verb, draft", "Discard"),
        "follow it": _("Follow it"),
        "forget": _("Remove from this phone"),
        "code": _("Code {code}"),
        "failed": _("That didn't work. What you wrote is kept; try again."),
        "emergency": _("This reads like an emergency. Call {number} first."),
        "push on": _("Messages on this device are on"),
        "push off": _("Messages on this device are off"),
        "push denied": _("This browser doesn't allow messages. Allow them in its settings."),
        "busy": _("The server is busy. Kept on this phone, tried again by itself."),
        "full": _(
            "The storage of this phone is full: what you add isn't kept once the page is closed. Send it before."
        ),
        "send now": _(
            "No network, and the storage of this phone is full: leave this page open until it is sent."
        ),
        "map open": pgettext("reports", "Being handled"),
        "map over": pgettext("reports", "Answered"),
        "map late": pgettext("reports", "Late"),
        "map shows": _("Reports on this part of the map: {n}"),
        "map old": _("No network: the map shows what was loaded last."),
        "reports here": _("Reports here: {n}"),
        "no storage": _("This browser keeps nothing (private mode?): send before you close the page."),
    }
