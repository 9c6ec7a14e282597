"""Places to go at the desk."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from halong.core.registry import MenuItem

DESK = (
    MenuItem(
        "reports-triage", pgettext_lazy("menu", "Receive"), "inbox", "reports-triage", 14, "reports.triage"
    ),
    MenuItem("reports", _("Reports"), "message-report", "reports", 15, "reports.view"),
    MenuItem("suggestions", _("Suggestions"), "bulb", "suggestions", 40, "suggestions.handle"),
    MenuItem(
        "service-notices",
        pgettext_lazy("menu", "Notices"),
        "speakerphone",
        "service-notices",
        41,
        "notices.publish",
    ),
    MenuItem("reports-set-up", _("Set-up of reports"), "settings", "reports-set-up", 530, "reports.set_up"),
    MenuItem("data-requests", _("Data requests"), "shield-lock", "data-requests", 640, "privacy.handle"),
)
