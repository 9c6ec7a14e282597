"""Who is on, who is told, who answers for what; what was written down."""

from halong.duty.models.chains import Chain, Page, PushDevice, Run
from halong.duty.models.contacts import Contact
from halong.duty.models.rota import Override, Pattern, Rota, Shift
from halong.duty.models.teams import CalendarLink, DutyRole, Member, Team

__all__ = [
    "CalendarLink",
    "Chain",
    "Contact",
    "DutyRole",
    "Member",
    "Override",
    "Page",
    "Pattern",
    "PushDevice",
    "Rota",
    "Run",
    "Shift",
    "Team",
]
