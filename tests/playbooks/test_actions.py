import pytest
from tests.playbooks.conftest import STEPS

from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.permissions import SYSTEM
from halong.playbooks.actions import (
    Head,
    begin_draft,
    copy_playbook,
    create_playbook,
    drop_draft,
    end_playbook,
    publish_playbook,
    save_draft,
)
from halong.playbooks.queries import best_for, draft_of, history, listing, published_of, steps_of
from halong.playbooks.schema import read_steps


def test_a_published_version_never_changes(published, writer):
    first = published_of(published)
    draft = begin_draft(published, by=writer)
    assert (draft.number, draft.steps, begin_draft(published, by=writer).pk) == (2, first.steps, draft.pk)
    saved = save_draft(published, read_steps(STEPS[:1]), by=writer, edits=1)
    with pytest.raises(Conflict):
        save_draft(published, (), by=writer, edits=1)
    with pytest.raises(Invalid) as caught:
        publish_playbook(published, by=writer, edits=saved.edits)
    assert set(caught.value.fields) == {"note"}
    publish_playbook(published, by=writer, edits=saved.edits, note="Bớt một bước")
    assert [version.number for version in history(published)] == [2, 1]
    first.refresh_from_db()
    assert len(steps_of(first)) == 2
    assert (best_for("boat", 4).number, draft_of(published)) == (2, None)


def test_a_draft_never_has_more_steps_than_can_be_read(draft, writer):
    many = [{"key": f"s{number}", "title": "x"} for number in range(60)]
    save_draft(draft, read_steps(many), by=writer, edits=1)
    with pytest.raises(Invalid):
        save_draft(
            draft, (*read_steps(many), *read_steps([{"key": "one_more", "title": "x"}])), by=writer, edits=2
        )
    assert len(steps_of(draft_of(draft))) == 60


def test_a_plan_that_cant_run_is_kept_as_a_draft_but_not_published(draft, writer):
    broken = read_steps([STEPS[1]])
    save_draft(draft, broken, by=writer, edits=1)
    with pytest.raises(Invalid) as caught:
        publish_playbook(draft, by=writer, edits=2)
    assert set(caught.value.fields) == {"steps.0.after", "steps.0.condition"}
    assert best_for("boat", 4) is None


def test_the_most_severe_one_that_fits_is_chosen(published, writer):
    worse = copy_playbook(published, by=writer)
    assert (worse.name, draft_of(worse).steps) == ("Tàu gặp nạn (bản sao)", published_of(published).steps)
    from halong.playbooks.actions import change_head

    change_head(worse, Head("Tàu đông khách", "boat", 3), by=writer)
    assert best_for("boat", 3).playbook == published
    publish_playbook(worse, by=writer, edits=1)
    assert [best_for("boat", severity).playbook for severity in (1, 2, 3, 4)] == [
        published,
        published,
        worse,
        worse,
    ]
    end_playbook(worse, by=writer)
    assert best_for("boat", 4).playbook == published
    with pytest.raises(Conflict):
        end_playbook(worse, by=writer)
    assert [row.playbook for row in listing(ended=True)] == [worse]


def test_a_draft_is_thrown_away_only_when_something_is_published(draft, published, writer):
    begin_draft(published, by=writer)
    drop_draft(published, by=writer, edits=1)
    assert draft_of(published) is None
    lone = create_playbook(Head("Mới", "fire"), by=SYSTEM)
    with pytest.raises(Conflict):
        drop_draft(lone, by=writer, edits=1)


def test_only_who_may_edit(published, person):
    operator = person("operator", "operator")
    for act in (begin_draft, copy_playbook, end_playbook):
        with pytest.raises(Forbidden):
            act(published, by=operator)
    with pytest.raises(Forbidden):
        create_playbook(Head("x", "fire"), by=operator)


@pytest.mark.parametrize("head", [Head(" ", "fire"), Head("x", "earthquake"), Head("x", "fire", 5)])
def test_a_head_says_what_it_is_for(db, head):
    with pytest.raises(Invalid):
        create_playbook(head, by=SYSTEM)


def test_names_that_sound_alike_get_keys_of_their_own(db):
    keys = [create_playbook(Head("Bão đổ bộ!", "storm"), by=SYSTEM).key for _ in range(3)]
    assert keys == ["bao-do-bo", "bao-do-bo-2", "bao-do-bo-3"]
