"""Everything that changes stages, their rules, suggestions and bulletins."""

from halong.stages.actions.changing import approve_stage, propose_by_criteria, propose_stage, refuse_stage
from halong.stages.actions.risk import BulletinDraft, end_bulletin, enter_bulletin, note_suggestions
from halong.stages.actions.rules import RuleDraft, ensure_rules, save_rule

__all__ = [
    "BulletinDraft",
    "RuleDraft",
    "approve_stage",
    "end_bulletin",
    "ensure_rules",
    "enter_bulletin",
    "note_suggestions",
    "propose_by_criteria",
    "propose_stage",
    "refuse_stage",
    "save_rule",
]
