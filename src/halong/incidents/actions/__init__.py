"""Everything that happens to incidents. ``incident.version`` is what the person saw: see ``actions.moving``."""

from halong.incidents.actions.changing import FIELDS, change_incident
from halong.incidents.actions.declaring import declare_incident
from halong.incidents.actions.ending import (
    StillOpen,
    close_incident,
    contain_incident,
    dismiss_incident,
    reopen_incident,
)
from halong.incidents.actions.joining import (
    link_incidents,
    merge_incident,
    split_incident,
    unlink_incidents,
    unmerge_incident,
)
from halong.incidents.actions.noting import add_note, give_task, record_decision
from halong.incidents.actions.parts import add_parts, take_out_part
from halong.incidents.actions.reporting import make_situation_report
from halong.incidents.actions.reviewing import save_review, sign_review
from halong.incidents.actions.roles import end_role, give_role, hand_over_incident
from halong.incidents.drafts import (
    CorrectionDraft,
    Declared,
    IncidentDraft,
    NoteDraft,
    PartRef,
    ReviewDraft,
)
from halong.incidents.timeline import write_entry

__all__ = [
    "FIELDS",
    "CorrectionDraft",
    "Declared",
    "IncidentDraft",
    "NoteDraft",
    "PartRef",
    "ReviewDraft",
    "StillOpen",
    "add_note",
    "add_parts",
    "change_incident",
    "close_incident",
    "contain_incident",
    "declare_incident",
    "dismiss_incident",
    "end_role",
    "give_role",
    "give_task",
    "hand_over_incident",
    "link_incidents",
    "make_situation_report",
    "merge_incident",
    "record_decision",
    "reopen_incident",
    "save_review",
    "sign_review",
    "split_incident",
    "take_out_part",
    "unlink_incidents",
    "unmerge_incident",
    "write_entry",
]
