"""Keeping layouts: by name, with versions, within what somebody may edit."""

import pytest
from tests.panorama.wall.conftest import page, tile

from halong.accounts.actions import create_display_token
from halong.audit.models import AuditEntry
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.permissions import SYSTEM
from halong.panorama.models import WallDisplay, WallLayout
from halong.panorama.wall.actions import (
    LayoutDraft,
    create_layout,
    delete_layout,
    duplicate_layout,
    save_layout,
    show_layout,
)


def test_saving_counts_versions_and_tells_who_came_second(make_layout):
    layout = make_layout()
    theirs = WallLayout.objects.get(pk=layout.pk)
    save_layout(layout, LayoutDraft("Một", [page()]), version=1, by=SYSTEM)
    with pytest.raises(Conflict):
        save_layout(theirs, LayoutDraft("Hai", [page()]), version=1, by=SYSTEM)
    layout.refresh_from_db()
    assert (layout.name, layout.version) == ("Một", 2)
    assert AuditEntry.objects.filter(action="panorama.save_layout").count() == 1


@pytest.mark.parametrize("name", ["", "   ", "Phòng trực"])
def test_a_name_is_needed_and_is_nobody_elses(make_layout, name):
    make_layout()
    with pytest.raises(Invalid) as error:
        create_layout(LayoutDraft(name, [page()]), by=SYSTEM)
    assert "name" in error.value.fields


def test_copies_have_names_of_their_own(make_layout):
    layout = make_layout()
    names = {duplicate_layout(layout, by=SYSTEM).name for _ in range(3)}
    assert len(names | {layout.name}) == 4


def test_who_edits_one_ward_makes_layouts_for_it_only(person, wards):
    operator = person("operator", place=wards[0])
    made = create_layout(LayoutDraft("Cẩm Phả", [page(tile())], place=wards[0]), by=operator)
    for place in (None, wards[1]):
        with pytest.raises(Forbidden):
            create_layout(LayoutDraft("Nơi khác", [page()], place=place), by=operator)
        with pytest.raises(Forbidden):
            save_layout(made, LayoutDraft("Cẩm Phả", [page()], place=place), version=1, by=operator)
        made.refresh_from_db()


@pytest.mark.parametrize("role", ["leader", "officer", "auditor", "citizen"])
def test_others_make_none(person, role, make_layout):
    with pytest.raises(Forbidden):
        create_layout(LayoutDraft("Của tôi", [page()]), by=person(role))
    with pytest.raises(Forbidden):
        delete_layout(make_layout(), by=person(role))


def test_a_screen_shows_one_layout(make_layout):
    one, two = make_layout(name="Một"), make_layout(name="Hai")
    token, _secret = create_display_token(by=SYSTEM, name="Phòng trực")
    show_layout(one, [token], by=SYSTEM)
    show_layout(two, [token], by=SYSTEM)
    assert WallDisplay.objects.get(token=token).layout == two
    show_layout(two, [], by=SYSTEM)
    assert not WallDisplay.objects.exists()


def test_nobody_takes_a_screen_of_another_place(make_layout, person, wards):
    operator = person("operator", place=wards[0])
    here = make_layout(place=wards[0], name="Đây")
    there, _secret = create_display_token(by=SYSTEM, name="Kia", place=wards[1])
    with pytest.raises(Forbidden):
        show_layout(here, [there], by=operator)
    show_layout(here, [there], by=SYSTEM)
    show_layout(here, [], by=operator)  # theirs stays as it was
    assert WallDisplay.objects.filter(token=there).exists()
