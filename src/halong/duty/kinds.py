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
