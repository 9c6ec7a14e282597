"""What waits for a leader: his own agency's answers and wishes for more time, and those that others may decide, too."""

from dataclasses import dataclass, field
from typing import Any

from halong.accounts.models import Grant, Role
from halong.accounts.permissions import scopes_of
from halong.citizens.models import Answer, Extension
from halong.citizens.permissions import principals
from halong.citizens.queries.queues import waiting_approvals, waiting_extensions
from halong.context.scope import Scope

MOST = 200


@dataclass(frozen=True)
class Waiting:
    """``mine`` is addressed to this person, ``others`` to the heads of agencies below, whose superior he is."""

    mine: list[Answer | Extension] = field(default_factory=list)
    others: list[Answer | Extension] = field(default_factory=list)


def waiting_for(user: Any, scope: Scope) -> Waiting:
    """Everything that waits in a scope and that this person may decide. A fixed number of queries."""
    rows: list[Answer | Extension] = [
        *waiting_approvals(user, scope)[:MOST], *waiting_extensions(user, scope)[:MOST]
    ]  # fmt: skip
    led = {one.agency.pk for one in scopes_of(user) if one.agency and "reports.approve" in one.permissions}
    led |= {row.agency_id for row in principals(user)}
    headless = _without_head({row.agency_id for row in rows} - led) if led else set()
    found = Waiting()
    for row in rows:
        (found.mine if _decider(row, headless) in led else found.others).append(row)
    return found


def _without_head(agencies: set[int]) -> set[int]:
    """Those in which nobody may approve: their superior's head does."""
    grants = Grant.objects.filter(agency__in=agencies, role=Role.LEADER, user__is_active=True)
    return agencies - set(grants.values_list("agency", flat=True))


def _decider(row: Answer | Extension, headless: set[int]) -> int | None:
    """The agency whose head is asked: the one that answers; its superior for a further extension."""
    further = isinstance(row, Extension) and row.report.extensions > 0
    return row.agency.parent_id if further or row.agency_id in headless else row.agency_id
