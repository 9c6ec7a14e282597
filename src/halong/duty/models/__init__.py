"""Who is on, who is told, who answers for what; what was written down."""

from halong.duty.models.calls import Call
from halong.duty.models.chains import Chain, Page, PushDevice, Run
from halong.duty.models.contacts import Contact
from halong.duty.models.handover import Handover
from halong.duty.models.log import LogEntry
from halong.duty.models.quick import QuickHours, QuickReport
from halong.duty.models.rota import Override, Pattern, Rota, Shift
from halong.duty.models.teams import CalendarLink, DutyRole, Member, Team

__all__ = [
    "CalendarLink",
    "Call",
    "Chain",
    "Contact",
    "DutyRole",
    "Handover",
    "LogEntry",
    "Member",
    "Override",
    "Page",
    "Pattern",
    "PushDevice",
    "QuickHours",
    "QuickReport",
    "Rota",
    "Run",
    "Shift",
    "Team",
]
