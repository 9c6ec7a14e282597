"""Letters that people write, without those that only play tricks on who reads them. Pure."""

import re
import unicodedata

# Controls (but for new line and tab), marks that turn or isolate the direction of writing (a text could be shown as it isn't
# written), and characters without width (they hide a number from what covers it). The joiners of emoji stay.
TRICKS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]"
    "|[\ud800-\udfff]|[\U000e0000-\U000e007f]"
)
STACKED = re.compile(r"([\u0300-\u036f]{3})[\u0300-\u036f]+")  # no letter of any language carries more marks


def plain(text: str) -> str:
    """The text in composed form (NFC), lines ended as Unix does, without what TRICKS and STACKED name."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return STACKED.sub(r"\1", unicodedata.normalize("NFC", TRICKS.sub("", lines)))
