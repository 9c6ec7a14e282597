"""Everything that can be done about warnings. Each action checks the permission of ``by`` itself."""

from halong.warnings.actions.after import cancel_warning, expire_due, update_warning
from halong.warnings.actions.drafting import BulletinDraft, WarningDraft, draft_warning, edit_warning
from halong.warnings.actions.setup import (
    AuthorityDraft,
    add_outlet,
    end_authority,
    end_outlet,
    ensure_practice_authorities,
    ensure_wordings,
    give_authority,
)
from halong.warnings.actions.steps import (
    approve_warning,
    check_warning,
    drop_warning,
    publish_warning,
    return_warning,
)
from halong.warnings.actions.subscribing import subscribe_push, unsubscribe_push

__all__ = [
    "AuthorityDraft",
    "BulletinDraft",
    "WarningDraft",
    "add_outlet",
    "approve_warning",
    "cancel_warning",
    "check_warning",
    "draft_warning",
    "drop_warning",
    "edit_warning",
    "end_authority",
    "end_outlet",
    "ensure_practice_authorities",
    "ensure_wordings",
    "expire_due",
    "give_authority",
    "publish_warning",
    "return_warning",
    "subscribe_push",
    "unsubscribe_push",
    "update_warning",
]
