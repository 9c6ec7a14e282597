"""What citizens' reports put on the public home page."""

from typing import Any

from django.utils.translation import gettext as _

from halong.citizens.queries.figures import flow_of
from halong.citizens.queries.public import notices
from halong.citizens.views.words import script_words
from halong.places.models import Place

MOST_NOTICES = 3
DAYS = 30


def home_of(place: Place | None) -> dict[str, Any]:
    """Notices of services of the place, words for the list of one's own reports, what became of reports in the last days,
    and where else one may go.
    """
    return {
        "service_notices": notices(place)[:MOST_NOTICES],
        "report_flow": flow_of(DAYS),
        "report_days": DAYS,
        "report_words": script_words(),
        "more_pages": [
            ("public-reports", "message-report", _("All reports")),
            ("public-report-figures", "chart-bar", _("Figures of reports")),
            ("public-suggestions", "bulb", _("Suggestions")),
            ("public-notices", "bell", _("Notices of services")),
            ("citizen-lawful", "scale", _("Complaints and denunciations")),
            ("citizen-data", "shield-lock", _("My data")),
        ],
    }
