"""What the page of one warning shows, and what the person who looks may do."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from halong.accounts.models import User
from halong.core.permissions import has_perm
from halong.core.registry import number_pages
from halong.warnings import authorities, queries, sms
from halong.warnings.actions.steps import CHECKERS
from halong.warnings.areas import AreaDraft
from halong.warnings.banner import MARKS
from halong.warnings.building import said_description
from halong.warnings.completeness import Need, missing_of
from halong.warnings.kinds import practice_mark
from halong.warnings.models import Act, Area, Authority, Warning

STATES = {
    "draft": "attention", "checked": "attention", "approved": "high", "published": "critical", "updated": "normal",
    "cancelled": "normal", "expired": "normal", "dropped": "normal",
}  # fmt: skip


@dataclass(frozen=True)
class Eye:
    """One of the four eyes: which act, who did it and when, or whom it waits for."""

    label: Any
    done: bool
    who: str
    at: Any
    waits: str


@dataclass(frozen=True)
class Step:
    """A button: the action, its words, and whether it asks for a reason."""

    key: str
    label: Any
    icon: str
    kind: str = ""
    reason: bool = False


def context(warning: Warning, user: Any) -> dict[str, Any]:
    """The page."""
    acts = queries.acts_of(warning)
    needs = missing_of(warning) if warning.is_open else []
    rows = authorities.covering(warning, timezone.now()) if warning.is_open else []
    areas = list(warning.areas.all())
    return {
        "warning": warning,
        "needs": [need for need in needs if not need.advice],
        "advice": [need for need in needs if need.advice],
        "eyes": eyes(warning, acts, rows),
        "authority_rows": rows,
        "steps": steps_of(warning, user, needs, acts, rows),
        "hindrance": hindrance(warning, user, acts, rows),
        "timeline": [_entry(act) for act in reversed(acts)],
        "channels": queries.channel_states(warning),
        "troubled": queries.troubled(warning),
        "series": queries.series_of(warning),
        "incident_url": page_of_incident(warning, user),
        "areas": areas,
        **preview(warning, areas),
    }


def page_of_incident(warning: Warning, user: Any) -> str:
    """The address of its incident, for somebody who may see that; else ""."""
    find = number_pages.get("incident")
    return find(warning.incident, user) if find and warning.incident else ""


def preview(warning: Warning, areas: Iterable[Area | AreaDraft]) -> dict[str, Any]:
    """As a citizen sees it: both languages, and as a short message with its length."""
    texts = []
    for language in warning.languages:
        text = sms.text_of(warning, language)
        plain = sms.bare(text)
        texts.append(
            {"language": language, "text": text, "length": sms.length(text), "bare": sms.length(plain)}
        )
    return {
        "short": texts,
        "said": [
            {
                "language": language,
                "headline": getattr(warning, f"headline_{language}"),
                "practice": practice_mark(warning.status, language),
                "description": said_description(warning, language),
                "instruction": getattr(warning, f"instruction_{language}"),
                "areas": [area.name_vi if language == "vi" else area.name_en for area in areas],
            }
            for language in warning.languages
        ],
        "mark": MARKS[warning.severity],
    }


def eyes(warning: Warning, acts: list[Act], rows: list[Authority]) -> list[Eye]:
    """Writer, checker, approver, publisher of the words as they stand, and whom each missing act waits for."""
    mine = [act for act in acts if act.version == warning.version]
    back = max((act.pk for act in acts if act.kind == Act.Kind.RETURN), default=0)
    writers = list(dict.fromkeys(act.actor for act in acts if act.kind == Act.Kind.WRITE))
    last = {act.kind: act for act in mine if act.pk > back or act.kind == Act.Kind.WRITE}
    delegates = ", ".join(dict.fromkeys(str(row.delegate) for row in rows))
    waits = {
        Act.Kind.CHECK: _("somebody on duty who wrote none of it"),
        Act.Kind.APPROVE: delegates or _("nobody: a row of authority is missing"),
        Act.Kind.PUBLISH: _("whoever checks or approves"),
    }
    found = [Eye(pgettext("act", "Wrote"), True, ", ".join(_named(name) for name in writers), None, "")]
    for kind, label in ((Act.Kind.CHECK, pgettext("act", "Checked")), (Act.Kind.APPROVE, pgettext("act", "Approved")),
                        (Act.Kind.PUBLISH, pgettext("act", "Published"))):  # fmt: skip
        act = last.get(kind)
        found.append(
            Eye(
                label, act is not None, _named(act.actor) if act else "", act.at if act else None, waits[kind]
            )
        )
    return found


def _named(actor: str) -> str:
    return "Halong" if actor == "system" else actor


CHECK = Step("check", gettext_lazy("It is right: check"), "checks", "primary")
APPROVE = Step("approve", gettext_lazy("Approve"), "signature", "primary")
PUBLISH = Step("publish", gettext_lazy("Publish now"), "speakerphone", "danger")
RETURN = Step("return", gettext_lazy("Send back"), "arrow-back-up", reason=True)
DROP = Step("drop", pgettext_lazy("draft", "Give up"), "trash", "quiet", reason=True)
UPDATE = Step("update", gettext_lazy("Update"), "pencil", "primary")
OVER = Step("over", gettext_lazy("The danger is over: end it"), "circle-check")
MISTAKE = Step("mistake", gettext_lazy("Given by mistake: cancel it"), "ban", "quiet")


def steps_of(
    warning: Warning, user: Any, needs: list[Need], acts: list[Act], rows: list[Authority]
) -> list[Step]:
    """What this person may do now."""
    wrote = isinstance(user, User) and any(act.kind == "write" and act.by_id == user.pk for act in acts)
    may_check = any(has_perm(user, permission, warning) for permission in CHECKERS)
    may_draft = has_perm(user, "warnings.draft", warning)
    mine = has_perm(user, "warnings.approve", warning) and any(row.delegate_id == user.pk for row in rows)
    possible: dict[str, list[tuple[bool, Step]]] = {
        "draft": [
            (may_check and not wrote and not any(need.stops_check for need in needs), CHECK), (may_draft, DROP),
        ],
        "checked": [(mine and not wrote, APPROVE), (may_check, RETURN), (may_draft, DROP)],
        "approved": [(may_check, PUBLISH), (may_check, RETURN), (may_draft, DROP)],
        "published": [
            (may_draft and warning.msg_type != "Cancel", UPDATE),
            ((may_check or may_draft) and warning.msg_type != "Cancel", OVER),
            ((may_check or may_draft) and warning.msg_type != "Cancel", MISTAKE),
        ],
    }  # fmt: skip
    return [step for may, step in possible.get(warning.state, []) if may]


def hindrance(warning: Warning, user: Any, acts: list[Act], rows: list[Authority]) -> str:
    """Why the next step isn't this person's, in a sentence; "" when it is, or when nothing waits."""
    wrote = any(act.kind == "write" and act.by_id == getattr(user, "pk", None) for act in acts)
    if warning.state == "draft" and wrote:
        return _("You wrote it: somebody else checks it.")
    if warning.state == "checked":
        if wrote:
            return _("You wrote it: somebody else approves it.")
        if not any(row.delegate_id == getattr(user, "pk", None) for row in rows):
            return _("You have no authority for it; it waits for whoever has.")
    return ""


def _entry(act: Act) -> dict[str, Any]:
    words = pgettext_lazy("version of the words", "words no. %(n)d") % {"n": act.version}
    return {
        "at": act.at,
        "title": act.get_kind_display(),
        "text": act.note,
        "by": f"{_named(act.actor)} · {words}",
    }
