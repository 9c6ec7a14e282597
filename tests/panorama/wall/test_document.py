"""The document of a layout: what fits on a wall, and what doesn't."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.panorama.wall.conftest import page, tile

from halong.core.errors import Invalid
from halong.core.registry import wall_tiles
from halong.panorama.wall.document import COLUMNS, ROWS, read_pages, read_turn, stored_pages


def test_pages_are_read_and_written_as_they_were():
    given = [
        page(tile("map", 0, 0, 8, 6), tile("text", 8, 0, 4, 2, settings={"title": "Hạ Long"}), seconds=45)
    ]
    read = read_pages(given)
    assert stored_pages([one.as_json() for one in read]) == read
    assert read[0].seconds == 45
    assert dict(read[0].tiles[1].settings) == {"title": "Hạ Long"}


@pytest.mark.parametrize(
    "given",
    [
        None,
        [],
        [page()] * 13,
        [page(seconds=19)],
        [page(seconds=3601)],
        [page(seconds="30")],
        [page(seconds=True)],
        [{"seconds": 30}],
        [page(tile("no-such-kind"))],
        [page(tile(x=10))],
        [page(tile(y=-1))],
        [page(tile(w=1))],
        [page(tile(), tile("text", 2, 1, 3, 2))],
        [page(tile(), tile(x=4) | {"id": "clock00"})],
        [page(tile(place="elsewhere", kind="alerts"))],
        [page(tile(settings=[]))],
        [page(tile() | {"id": "<b>"})],
        [page(*(tile("text", x, y, 2, 1) for x in range(0, 12, 2) for y in range(8)))],
    ],
)
def test_what_does_not_fit_is_refused(given):
    with pytest.raises(Invalid):
        read_pages(given)


def test_a_tile_keeps_only_the_settings_of_its_kind():
    [one] = read_pages([page(tile("text", settings={"title": "A" * 900, "thing": "7", "text": ""}))])
    assert dict(one.tiles[0].settings) == {"title": "A" * 400}


def test_a_tile_that_looks_at_no_place_follows_none():
    [one] = read_pages([page(tile("clock", place="turn"), tile("alerts", 4, 0, 4, 2, place="turn"))])
    assert [one.tiles[0].turns, one.tiles[1].turns] == [False, True]


def test_a_tile_whose_kind_is_gone_is_left_out():
    stored = [page(tile() | {"place": "", "settings": {}}, tile("camera", 4) | {"place": "", "settings": {}})]
    assert [one.kind for one in stored_pages(stored)[0].tiles] == ["clock"]


boxes = st.builds(
    tile,
    st.sampled_from(["clock", "text", "map", "value"]),
    *(st.integers(-2, 14) for _ in range(4)),
)


@given(st.lists(boxes, max_size=6))
def test_what_is_accepted_lies_on_the_grid_and_never_over_another(boxes):
    for n, box in enumerate(boxes):
        box["id"] = f"t{n}"
    try:
        [one] = read_pages([page(*boxes)])
    except Invalid:
        return
    cells = [cell for read in one.tiles for cell in read.cells()]
    assert len(cells) == len(set(cells))
    assert all(0 <= x < COLUMNS and 0 <= y < ROWS for x, y in cells)
    assert all((t.w, t.h) >= (wall_tiles[t.kind].least[0], 0) for t in one.tiles)


@pytest.mark.parametrize(("seconds", "places"), [(19, []), (60, ["1"]), ("60", []), (60, "1"), (60, [True])])
def test_turning_is_checked(seconds, places):
    with pytest.raises(Invalid):
        read_turn(seconds, places)
