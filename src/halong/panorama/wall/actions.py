"""Every change to layouts of walls."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.accounts.models import DisplayToken, User
from halong.audit import actions as audit
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.live import touch
from halong.core.permissions import Actor, has_perm, require
from halong.panorama.models import WallDisplay, WallLayout
from halong.panorama.wall.document import read_pages, read_turn
from halong.places.models import Agency, Place

TOPIC = "walls"


@dataclass(frozen=True)
class LayoutDraft:
    """What somebody wants a layout to be; ``pages`` and ``turn_places`` as JSON from the editor."""

    name: str
    pages: Any
    place: Place | None = None
    agency: Agency | None = None
    sector: str = ""
    turn_seconds: Any = 60
    turn_places: Any = ()


def _filled(layout: WallLayout, draft: LayoutDraft, by: Actor) -> WallLayout:
    """The layout as the draft wants it, checked."""
    layout.name = " ".join(draft.name.split())[:120]
    if not layout.name:
        raise Invalid(_("A layout needs a name."), fields={"name": _("A layout needs a name.")})
    layout.pages = [page.as_json() for page in read_pages(draft.pages)]
    layout.turn_seconds, layout.turn_places = read_turn(draft.turn_seconds, list(draft.turn_places))
    layout.place, layout.agency, layout.sector = draft.place, draft.agency, draft.sector
    layout.changed_at = timezone.now()
    layout.changed_by = by if isinstance(by, User) else None
    require(by, "walls.edit", layout)
    if WallLayout.objects.filter(name=layout.name).exclude(pk=layout.pk).exists():
        words = _("Another layout has this name already.")
        raise Invalid(words, fields={"name": words})
    return layout


def free_name(base: str) -> str:
    """``base``, with a number where another layout has that name."""
    taken = set(WallLayout.objects.values_list("name", flat=True))
    names = (base, *(f"{base} {number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


@transaction.atomic
def create_layout(draft: LayoutDraft, *, by: Actor) -> WallLayout:
    """Keep a new layout. Raises Invalid (name taken, pages that don't fit) and Forbidden."""
    layout = _filled(WallLayout(), draft, by)
    layout.save(force_insert=True)
    audit.record(by, "panorama.create_layout", layout, name=layout.name)
    return layout


@transaction.atomic
def save_layout(layout: WallLayout, draft: LayoutDraft, *, version: int, by: Actor) -> WallLayout:
    """Change a layout that was read as ``version``. Raises Conflict when somebody else saved it meanwhile."""
    require(by, "walls.edit", layout)
    new = _filled(layout, draft, by)
    fields = ("name", "pages", "turn_seconds", "turn_places", "place", "agency", "sector")
    values = {name: getattr(new, name) for name in (*fields, "changed_at", "changed_by")}
    changed = WallLayout.objects.filter(pk=layout.pk, version=version).update(version=version + 1, **values)
    if not changed:
        raise Conflict(_("Somebody else saved this layout meanwhile."))
    layout.version = version + 1
    audit.record(by, "panorama.save_layout", layout, name=layout.name, version=layout.version)
    touch(TOPIC)
    return layout


@transaction.atomic
def duplicate_layout(layout: WallLayout, *, by: Actor) -> WallLayout:
    """A copy under a name of its own; no screen shows it yet."""
    draft = LayoutDraft(
        free_name(_("%(name)s (copy)") % {"name": layout.name[:100]}),
        layout.pages,
        layout.place,
        layout.agency,
        layout.sector,
        layout.turn_seconds,
        layout.turn_places,
    )
    return create_layout(draft, by=by)


@transaction.atomic
def delete_layout(layout: WallLayout, *, by: Actor) -> None:
    """Forget a layout; screens that showed it show the standard one."""
    require(by, "walls.edit", layout)
    audit.record(by, "panorama.delete_layout", layout, name=layout.name)
    layout.delete()
    touch(TOPIC)


@transaction.atomic
def show_layout(layout: WallLayout, tokens: Collection[DisplayToken], *, by: Actor) -> None:
    """Let exactly these screens (of those that ``by`` may direct) show the layout; a screen shows one."""
    require(by, "walls.edit", layout)
    wanted = {token.pk for token in tokens}
    if any(not has_perm(by, "walls.edit", token) for token in tokens):
        raise Forbidden("walls.edit is needed")
    shown = WallDisplay.objects.filter(layout=layout).select_related("token")
    mine = {row.token_id for row in shown if has_perm(by, "walls.edit", row.token)}
    WallDisplay.objects.filter(layout=layout, token__in=mine - wanted).delete()
    for pk in sorted(wanted - mine):
        WallDisplay.objects.update_or_create(token_id=pk, defaults={"layout": layout})
    if wanted != mine:
        audit.record(by, "panorama.show_layout", layout, name=layout.name, screens=len(wanted))
        touch(TOPIC)
