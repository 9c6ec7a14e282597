"""A warning that is only shown: what stands in a form that may not be complete yet. Nothing is kept."""

from typing import Any

from django.utils import timezone

from halong.core.errors import HalongError
from halong.warnings.areas import AreaDraft, drawn, whole
from halong.warnings.forms.draft import TEXTS, DraftForm
from halong.warnings.models import Warning


def sketch(form: DraftForm) -> tuple[Warning, tuple[AreaDraft, ...]]:
    """The form as a warning and its areas, with what can be read of it."""
    form.is_valid()
    given = form.cleaned_data
    said: dict[str, Any] = {name: given.get(name, "") for name in TEXTS}
    for name in ("bulletin_issuer", "bulletin_number", "bulletin_text"):
        said[name] = given.get(name, "")
    found = Warning(
        number="CB-…",
        event=given.get("event", "other"),
        status=given.get("status") or "Exercise",
        severity=given.get("severity", "Unknown"),
        onset=given.get("onset"),
        expires=given.get("expires") or timezone.now(),
        bulletin_at=given.get("bulletin_at"),
        **said,
    )
    return found, _areas(given)


def _areas(given: dict[str, Any]) -> tuple[AreaDraft, ...]:
    areas = tuple(whole(place) for place in given.get("places") or ())
    try:
        return areas + ((drawn(given["ring"], given.get("area_name", "")),) if given.get("ring") else ())
    except HalongError:  # said when it is saved
        return areas
