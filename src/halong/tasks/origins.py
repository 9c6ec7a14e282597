"""What tasks come from, in words."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

# the words that modules hand over as ``origin``
ORIGINS: dict[str, Any] = {
    "alert": pgettext_lazy("origin of a task", "Alert"),
    "incident": pgettext_lazy("origin of a task", "Incident"),
    "review": pgettext_lazy("origin of a task", "After-action report"),
    "indicator": pgettext_lazy("origin of a task", "Indicator"),
    "submission": pgettext_lazy("origin of a task", "Data table"),
    "report": pgettext_lazy("origin of a task", "Citizen report"),
    "task": pgettext_lazy("origin of a task", "Task"),
}


def origin_word(origin: str) -> Any:
    """What a task comes from, as the list says it; "" for one that was given by itself."""
    return ORIGINS.get(origin, _("What it comes from")) if origin else ""
