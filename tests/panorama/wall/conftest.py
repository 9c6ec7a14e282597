import pytest

from halong.core.permissions import SYSTEM
from halong.panorama.wall.actions import LayoutDraft, create_layout


def tile(kind="clock", x=0, y=0, w=3, h=2, **more):
    """A tile as the editor sends it."""
    return {"id": f"{kind}{x}{y}"[:12], "kind": kind, "x": x, "y": y, "w": w, "h": h, **more}


def page(*tiles, seconds=30):
    return {"seconds": seconds, "tiles": list(tiles)}


@pytest.fixture
def make_layout(db):
    def make(*pages, name="Phòng trực", **given):
        draft = LayoutDraft(name, list(pages) or [page(tile())], **given)
        return create_layout(draft, by=SYSTEM)

    return make
