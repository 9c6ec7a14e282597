"""What the criteria of the operating stages may ask about incidents."""

from django.utils.translation import gettext_lazy as _

from halong.incidents.models import Incident
from halong.stages.facts import Facts, Values


def values() -> Values:
    """Incidents that somebody still has to work on, by severity."""
    open_ones = Incident.objects.under_way()
    return {
        "incidents.open": float(open_ones.count()),
        "incidents.major": float(open_ones.filter(severity__gte=Incident.Severity.MAJOR).count()),
        "incidents.extraordinary": float(open_ones.filter(severity=Incident.Severity.EXTRAORDINARY).count()),
    }


FACTS = Facts(
    {
        "incidents.open": _("Incidents under way"),
        "incidents.major": _("Major and extraordinary incidents under way"),
        "incidents.extraordinary": _("Extraordinary incidents under way"),
    },
    values,
)
