"""What people read about a run; a test and an exercise say so first."""

from typing import Any

from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy, pgettext_lazy

from halong.duty.models import Run


def lazy_title(run: Run) -> Any:
    """In the language of each reader."""
    if run.test:
        return format_lazy(gettext_lazy("TEST · duty of {team} · please answer"), team=run.title)
    return (
        format_lazy("{} · {}", gettext_lazy("EXERCISE"), run.title) if settings.HALONG_EXERCISE else run.title
    )


PRIORITY = {
    1: pgettext_lazy("priority", "critical"),
    2: pgettext_lazy("priority", "high and above"),
    3: pgettext_lazy("priority", "attention and above"),
    4: pgettext_lazy("priority", "everything"),
}
"""From which priority on a chain begins."""
