"""Words that belong to others: only a cited decision may name a state of emergency or a civil-defence level."""

import re
import unicodedata

from django.utils.translation import gettext as _

from halong.core.errors import Invalid
from halong.core.text import fold

_FORBIDDEN = re.compile(
    r"tinh trang khan cap|cap do phong thu dan su|phong thu dan su cap"
    r"|states? of emergency|emergency state|civil defen[cs]e (?:level|stage)"
)


def check_words(**texts: str) -> None:
    """Raise Invalid naming the field that says what only a cited decision can: such words go into ``basis``."""
    faults = {name: _refusal() for name, text in texts.items() if declares(text)}
    if faults:
        raise Invalid(_refusal(), fields=faults)


def declares(text: str) -> bool:
    """Whether it says what only a cited decision can. Punctuation and line ends are spaces: they hide no word."""
    return _FORBIDDEN.search(" ".join(re.sub(r"[\W_]+", " ", bare(text)).split())) is not None


def bare(text: str) -> str:
    """Folded and without invisible signs."""
    return fold("".join(char for char in text if unicodedata.category(char) != "Cf"))


def _refusal() -> str:
    return _(
        "A state of emergency or a level of civil defence can only be named in the basis, as the decision cited there says."
    )
