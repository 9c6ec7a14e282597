"""What citizens' reports put on the public home page."""

from typing import Any

from django.utils.translation import gettext as _

from halong.citizens.queries.public import notices
from halong.citizens.views.words import script_words
from halong.places.models import Place

MOST_NOTICES = 3


def home_of(place: Place | None) -> dict[str, Any]:
    """Notices of services of the place, words for the list of one's own reports, and where else one may go."""
    return {
        "service_notices": notices(place)[:MOST_NOTICES],
        "report_words": script_words(),
        "more_pages": [
            ("public-notices", "bell", _("Notices of services")),
            ("public-report-figures", "chart-bar", _("Figures of reports")),
            ("public-suggestions", "bulb", _("Suggestions")),
            ("citizen-data", "shield-lock", _("My data")),
        ],
    }
