"""Topic patterns: ``province/{station}/{property}`` is subscribed to as ``province/+/+`` and names its parts."""

import re
from collections.abc import Mapping
from functools import lru_cache

_PART = re.compile(r"\{([A-Za-z_]\w*)\}")


@lru_cache(maxsize=1024)
def filter_of(pattern: str) -> str:
    """The topic filter to subscribe with."""
    return "/".join("+" if _PART.search(level) else level for level in pattern.split("/"))


@lru_cache(maxsize=1024)
def regex_of(pattern: str) -> re.Pattern[str]:
    """What a topic must look like, with a group for each named part. Raises ValueError for a pattern that is none."""
    if not pattern or "\0" in pattern:
        raise ValueError(pattern)
    levels = pattern.split("/")
    written = []
    for index, level in enumerate(levels):
        if level == "#" and index == len(levels) - 1:
            written.append(".*")
        elif level == "+":
            written.append("[^/]*")
        elif "#" in level or "+" in level:
            raise ValueError(level)
        else:
            pieces = _PART.split(level)
            written.append(
                "".join(f"(?P<{p}>[^/]+)" if n % 2 else re.escape(p) for n, p in enumerate(pieces))
            )
    try:
        return re.compile("/".join(written).replace("/.*", "(?:/.*)?"))
    except re.error as error:
        raise ValueError(pattern) from error


@lru_cache(maxsize=16_384)
def parts_of(pattern: str, topic: str) -> Mapping[str, str] | None:
    """The named parts of a topic, or None if it doesn't fit."""
    match = regex_of(pattern).fullmatch(topic)
    return match.groupdict() if match else None


def example_of(pattern: str, **parts: str) -> str:
    """A topic that fits, with these parts; a part that isn't given stands for itself."""
    topic = _PART.sub(lambda match: parts.get(match.group(1), match.group(1)), pattern)
    return "/".join("x" if level in {"+", "#"} else level for level in topic.split("/"))
