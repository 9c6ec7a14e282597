"""Keys made of words."""

import re
from collections.abc import Container

from halong.core.text import fold
from halong.playbooks.schema import KEY_LENGTH

LEAST = 3  # room for a number at the end


def free_key(words: str, taken: Container[str]) -> str:
    """A key for a step, a check or a figure, made of its words, that isn't taken."""
    stem = re.sub(r"[^a-z0-9]+", "_", fold(words)).strip("_")[: KEY_LENGTH - LEAST].strip("_")
    stem = stem if stem[:1].isalpha() else f"s_{stem}".strip("_")[: KEY_LENGTH - LEAST]
    number = 1
    while (key := stem if number == 1 else f"{stem}_{number}") in taken:
        number += 1
    return key
