"""Which kinds of matter people call about: filled by the module that knows playbooks, so that both use the same words."""

from dataclasses import dataclass
from typing import Any

from halong.core.registry import Registry


@dataclass(frozen=True)
class CallKind:
    """A kind of matter: its words, its icon, the sector that it belongs to."""

    key: str
    label: Any  # a lazy translation
    icon: str
    sector: str = ""


call_kinds: Registry[CallKind] = Registry()


def kind_label(key: str) -> str:
    """A kind in words; its key if nobody knows it any more."""
    found = call_kinds.get(key)
    return str(found.label) if found is not None else key
