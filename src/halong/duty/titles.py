"""What people read about runs and chains."""

from typing import Any

from django.utils.functional import lazy
from django.utils.translation import pgettext_lazy

from halong.duty.models import Run


def lazy_title(run: Run) -> Any:
    """``Run.shown`` in the language of each reader."""
    return lazy(lambda: run.shown, str)()


PRIORITY = {
    1: pgettext_lazy("priority", "critical"),
    2: pgettext_lazy("priority", "high and above"),
    3: pgettext_lazy("priority", "attention and above"),
    4: pgettext_lazy("priority", "everything"),
}
"""From which priority on a chain begins."""
