"""What follows when a warning changes: the duty log, and telling who is next."""

from halong.core.events import subscribe
from halong.duty.log import write_log
from halong.duty.models import LogEntry
from halong.warnings.events import WarningChanged
from halong.warnings.models import Warning
from halong.warnings.telling import tell_deciders


@subscribe(WarningChanged)
def log_change(happened: WarningChanged) -> None:
    """Write the duty log, once a state and version; editing isn't an event of the watch."""
    warning = Warning.objects.select_related("approved_by").filter(pk=happened.warning_id).first()
    if warning is None or happened.state == "edited":
        return
    data = {
        "what": f"warning-{happened.state}", "title": warning.headline_vi, "number": warning.number,
        "status": warning.status, "where": ", ".join(area.name_vi for area in warning.areas.all()[:5]),
    }  # fmt: skip
    write_log(
        LogEntry.Kind.WARNING, data=data, about=("warning", str(warning.pk)), where=warning,
        key=f"warning:{warning.pk}:{warning.version}:{happened.state}",
    )  # fmt: skip


@subscribe(WarningChanged)
def tell_next(happened: WarningChanged) -> None:
    """Tell whoever may approve that a checked warning waits."""
    warning = Warning.objects.filter(pk=happened.warning_id, state=Warning.State.CHECKED).first()
    if warning is not None:
        tell_deciders(warning)
