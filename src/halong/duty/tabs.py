"""The pages of duty that stand side by side, above each of them."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from halong.core.permissions import has_perm
from halong.core.registry import Registry


@dataclass(frozen=True)
class Tab:
    """One of the pages: ``order`` from left to right."""

    key: str
    label: Any  # a lazy translation
    url_name: str
    order: int
    permission: str = "duty.view"


duty_tabs: Registry[Tab] = Registry()


def tabs(user: object, current: str) -> list[dict[str, Any]]:
    """What the component ``tabs`` shows to somebody."""
    return [
        {"label": tab.label, "url": reverse(tab.url_name), "current": tab.key == current}
        for tab in sorted(duty_tabs, key=lambda tab: tab.order)
        if has_perm(user, tab.permission)
    ]
