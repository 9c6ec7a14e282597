"""Everything that is done about duty; each module of this package holds what belongs together. What other modules call is
named here.
"""

from halong.duty.actions.calls import CallDraft, take_call
from halong.duty.actions.paging import acknowledge_page, end_runs, page_team, start_chains, test_alarm
from halong.duty.subjects import Subject

__all__ = [
    "CallDraft",
    "Subject",
    "acknowledge_page",
    "end_runs",
    "page_team",
    "start_chains",
    "take_call",
    "test_alarm",
]
