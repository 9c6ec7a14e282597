"""What the connector does when something happens to a report."""

from halong.citizens.events import ReportChanged
from halong.citizens.models import Report
from halong.connectors.open311.actions import offer_report
from halong.core.events import subscribe

OFFERS = {"routed", "accepted", "changed", "moderated", "reopened"}  # after which it may be one that goes out


@subscribe(ReportChanged)
def offer(happened: ReportChanged) -> None:
    """A report has an agency, or can be seen by the public, from now on."""
    if happened.kind not in OFFERS:
        return
    report = (
        Report.objects.select_related("category", "place", "agency").filter(pk=happened.report_id).first()
    )
    if report is not None:
        offer_report(report)
