"""Everything that happens to playbooks. A published version never changes: the next one begins as its copy."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import User
from halong.audit.actions import record
from halong.core.errors import Conflict, Invalid
from halong.core.live import touch
from halong.core.permissions import SYSTEM, require
from halong.core.text import fold
from halong.playbooks.checking import check_plan
from halong.playbooks.kinds import KINDS
from halong.playbooks.models import Playbook, PlaybookVersion
from halong.playbooks.queries import draft_of, published_of
from halong.playbooks.schema import STEPS, StepPlan, dump_steps, read_steps

TOPIC = "playbooks"
NEEDED = "playbooks.edit"
LAST_KEY = 60


@dataclass(frozen=True)
class Head:
    """What a playbook is for: its name, the kind of incident, and from which severity on."""

    name: str
    kind: str
    severity: int = 1
    name_en: str = ""


@transaction.atomic
def create_playbook(
    head: Head, *, by: Any, key: str = "", steps: Sequence[StepPlan] = (), basis: str = ""
) -> Playbook:
    """Begin a playbook with a draft of its first version. Raises Invalid."""
    require(by, NEEDED)
    _check_head(head)
    now = timezone.now()
    playbook = Playbook.objects.create(key=key or _free_key(head.name), changed_at=now, **head.__dict__)
    PlaybookVersion.objects.create(
        playbook=playbook,
        number=1,
        steps=dump_steps(steps),
        basis=basis,
        created_by=_person(by),
        changed_at=now,
    )
    record(by, "playbooks.create", playbook, kind=head.kind, steps=len(steps))
    touch(TOPIC)
    return playbook


@transaction.atomic
def change_head(playbook: Playbook, head: Head, *, by: Any) -> Playbook:
    """Rename a playbook, or let it fit another kind or severity; incidents that run aren't touched."""
    require(by, NEEDED)
    _check_head(head)
    before = Playbook.objects.select_for_update().get(pk=playbook.pk)
    changed = {name: value for name, value in head.__dict__.items() if getattr(before, name) != value}
    if changed:
        Playbook.objects.filter(pk=playbook.pk).update(**changed, changed_at=timezone.now())
        record(
            by, "playbooks.rename", playbook, **{k: f"{getattr(before, k)} → {v}" for k, v in changed.items()}
        )
        touch(TOPIC)
    playbook.refresh_from_db()
    return playbook


@transaction.atomic
def begin_draft(playbook: Playbook, *, by: Any) -> PlaybookVersion:
    """The draft of the next version: the one that there is, or a copy of what is published."""
    require(by, NEEDED)
    _lock(playbook)
    draft = draft_of(playbook)
    if draft is not None:
        return draft
    latest = playbook.versions.order_by("-number").first()
    assert latest is not None  # a playbook is made with its first version
    draft = PlaybookVersion.objects.create(
        playbook=playbook, number=latest.number + 1, steps=latest.steps, basis=latest.basis, created_by=_person(by),
        changed_at=timezone.now(),
    )  # fmt: skip
    record(by, "playbooks.draft", playbook, version=draft.number)
    touch(TOPIC)
    return draft


@transaction.atomic
def save_draft(
    playbook: Playbook, steps: Sequence[StepPlan], *, by: Any, edits: int, basis: str | None = None
) -> PlaybookVersion:
    """Replace the steps of the draft as it stood after ``edits`` changes; it may still be unfinished, ``publish_playbook``
    judges it as a whole. Raises Conflict if somebody else changed it meanwhile, Invalid for more than STEPS steps.
    """
    require(by, NEEDED)
    if len(steps) > STEPS:  # nobody could read the draft any more
        raise Invalid(_("A playbook is a list of at most %(n)d steps.") % {"n": STEPS})
    _lock(playbook)
    mine = PlaybookVersion.objects.filter(playbook=playbook, published_at__isnull=True, edits=edits)
    changed: dict[str, Any] = {"steps": dump_steps(steps)}
    if basis is not None:
        changed["basis"] = _short(basis, "basis")
    if not mine.update(**changed, edits=edits + 1, changed_at=timezone.now()):
        raise Conflict(_("Somebody else has changed this draft meanwhile."))
    draft = PlaybookVersion.objects.get(playbook=playbook, published_at__isnull=True)
    record(by, "playbooks.change", playbook, version=draft.number, steps=len(steps))
    touch(TOPIC)
    return draft


@transaction.atomic
def drop_draft(playbook: Playbook, *, by: Any, edits: int) -> None:
    """Throw the draft away; what is published stays. Raises Conflict if it was changed, or is all there is."""
    require(by, NEEDED)
    _lock(playbook)
    if published_of(playbook) is None:
        raise Conflict(_("This draft is all there is of the playbook: end the playbook instead."))
    mine = PlaybookVersion.objects.filter(playbook=playbook, published_at__isnull=True, edits=edits)
    if not mine.delete()[0]:
        raise Conflict(_("Somebody else has changed this draft meanwhile."))
    record(by, "playbooks.drop", playbook)
    touch(TOPIC)


@transaction.atomic
def publish_playbook(playbook: Playbook, *, by: Any, edits: int, note: str = "") -> PlaybookVersion:
    """Let incidents begin with the draft from now on; those that run keep their version.

    Raises Invalid with a fault by field if the steps make no plan that can run, Conflict if the draft was changed.
    """
    require(by, NEEDED)
    _lock(playbook)
    draft = draft_of(playbook)
    if draft is None or draft.edits != edits:
        raise Conflict(_("Somebody else has changed this draft meanwhile."))
    steps = read_steps(draft.steps)
    check_plan(steps)
    before = published_of(playbook)
    if before is not None and (before.steps, before.basis) == (draft.steps, draft.basis):
        raise Invalid(_("Nothing is different from the published version."))
    if before is not None and not note.strip():
        raise Invalid(fields={"note": _("Say what changed.")})
    now = timezone.now()
    PlaybookVersion.objects.filter(pk=draft.pk).update(
        published_at=now, published_by=_person(by), note=_short(note, "note"), changed_at=now
    )
    Playbook.objects.filter(pk=playbook.pk).update(changed_at=now, ended_at=None)
    record(by, "playbooks.publish", playbook, version=draft.number, steps=len(steps))
    touch(TOPIC)
    draft.refresh_from_db()
    return draft


@transaction.atomic
def end_playbook(playbook: Playbook, *, by: Any, ended: bool = True) -> None:
    """No longer offer a playbook (or offer it again). Incidents that run keep it."""
    require(by, NEEDED)
    now = timezone.now()
    mine = Playbook.objects.filter(pk=playbook.pk, ended_at__isnull=ended)
    if not mine.update(ended_at=now if ended else None, changed_at=now):
        raise Conflict(_("That was done already."))
    record(by, "playbooks.end" if ended else "playbooks.resume", playbook)
    touch(TOPIC)
    playbook.refresh_from_db()


@transaction.atomic
def copy_playbook(playbook: Playbook, *, by: Any) -> Playbook:
    """A second playbook with the same steps, as a draft."""
    require(by, NEEDED)
    source = published_of(playbook) or draft_of(playbook)
    assert source is not None
    name = _("{name} (copy)").format(name=playbook.name)[:200]
    head = Head(name, playbook.kind, playbook.severity, playbook.name_en)
    return create_playbook(head, by=by, steps=read_steps(source.steps), basis=source.basis)


@transaction.atomic
def ensure_playbooks(rows: Iterable[Mapping[str, Any]], *, by: Any = SYSTEM) -> int:
    """Write a profile's playbooks that don't exist yet, known by their ``key``, published; returns how many are new.

    A row is a file of ``playbooks/``: ``key, name, name_en, kind, severity, basis, note`` and ``steps``. One that exists
    stays as people have made it.
    """
    known = set(Playbook.objects.values_list("key", flat=True))
    new = 0
    for row in rows:
        if row["key"] in known:
            continue
        head = Head(row["name"], row["kind"], row.get("severity", 1), row.get("name_en", ""))
        steps = read_steps(row["steps"])
        playbook = create_playbook(head, by=by, key=row["key"], steps=steps, basis=row.get("basis", ""))
        publish_playbook(playbook, by=by, edits=1, note=row.get("note", ""))
        new += 1
    return new


def _check_head(head: Head) -> None:
    faults = {}
    if not head.name.strip():
        faults["name"] = _("This must not be empty.")
    if head.kind not in KINDS:
        faults["kind"] = _("There is no such kind of incident.")
    if not 1 <= head.severity <= 4:
        faults["severity"] = _("From 1 to 4.")
    if faults:
        raise Invalid(fields=faults)


def _free_key(name: str) -> str:
    """A key made of the name, that nobody has."""
    stem = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[: LAST_KEY - 6] or "playbook"
    taken = set(Playbook.objects.filter(key__startswith=stem).values_list("key", flat=True))
    return next(key for key in (stem, *(f"{stem}-{n}" for n in range(2, 99_999))) if key not in taken)


def _lock(playbook: Playbook) -> None:
    """One person at a time: two that begin a draft at once get the same one."""
    Playbook.objects.select_for_update().get(pk=playbook.pk)


def _short(text: str, field: str) -> str:
    if len(text.strip()) > 300:
        raise Invalid(fields={field: _("At most %(n)d characters.") % {"n": 300}})
    return text.strip()


def _person(by: Any) -> User | None:
    return by if isinstance(by, User) else None
