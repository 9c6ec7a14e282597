import pytest
from django.urls import reverse
from tests.playbooks.conftest import STEPS

from halong.playbooks.queries import draft_of, published_of, steps_of

LINES = {
    f"{name}-{key}": value
    for name in ("checks", "asks")
    for key, value in (
        ("TOTAL_FORMS", "3"),
        ("INITIAL_FORMS", "0"),
        ("MIN_NUM_FORMS", "0"),
        ("MAX_NUM_FORMS", "30"),
    )
}


@pytest.fixture
def desk(client, writer):
    """A client of somebody who may edit playbooks, in English."""
    writer.language = "en"
    writer.save()
    client.force_login(writer)
    return client


def step(desk, book, key="", **typed):
    url = (
        reverse("playbook-step", args=[book.pk, key]) if key else reverse("playbook-step-new", args=[book.pk])
    )
    return desk.post(url, {"edits": draft_of(book).edits, **LINES, **typed})


def test_list_and_plan_are_read_with_a_fixed_number_of_queries(
    desk, published, django_assert_max_num_queries
):
    with django_assert_max_num_queries(25):
        assert "Tàu gặp nạn" in desk.get(reverse("playbooks")).content.decode()
    desk.cookies["django_language"] = "en"
    assert "Boat in distress" in desk.get(reverse("playbooks")).content.decode()
    with django_assert_max_num_queries(25):
        page = desk.get(reverse("playbook", args=[published.pk])).content.decode()
    assert "call.people &gt; 0" in page


def test_a_step_is_written_with_its_lines(desk, draft):
    answer = step(
        desk, draft, title="Báo cáo", title_en="Report", role="recorder", due_minutes="30", after=["rescue"], critical="on",
        **{"checks-0-text": "Đã gửi", "checks-0-text_en": "Sent"},
        **{"asks-1-label": "Số người cứu được", "asks-1-unit": "người"},
    )  # fmt: skip
    assert answer.status_code == 302
    written = steps_of(draft_of(draft))[-1]
    assert (written.key, written.role, written.due_minutes, written.after, written.critical) == (
        "bao_cao", "recorder", 30, ("rescue",), True,
    )  # fmt: skip
    assert [(check.key, check.text, check.text_en) for check in written.checks] == [
        ("da_gui", "Đã gửi", "Sent")
    ]
    assert [(ask.key, ask.unit) for ask in written.asks] == [("so_nguoi_cuu_duoc", "người")]


def test_what_is_wrong_stands_beside_the_field(desk, draft):
    answer = step(desk, draft, "rescue", title="Cứu", **{"asks-0-key": "A b", "asks-0-label": "x"})
    assert answer.status_code == 422
    editor = answer.context["editor"]
    assert list(editor.asks.forms[0].errors) == ["key"]
    answer = step(desk, draft, "rescue", title="Cứu", condition="call.peple > 0", until="wind >")
    assert set(answer.context["editor"].form.errors) == {"condition", "until"}
    assert steps_of(draft_of(draft))[1].condition == "call.people > 0"


def test_an_automatic_action_has_its_own_fields(desk, draft):
    fields = desk.get(reverse("playbook-settings"), {"action": "open-task"}).content.decode()
    assert 'name="with-due_minutes"' in fields
    answer = step(desk, draft, title="Giao việc", action="open-task")
    assert set(answer.context["editor"].settings.errors) == {"title", "due_minutes"}
    answer = step(
        desk, draft, title="Gọi", action="call-webhook", **{"with-url": "http://example.vn"}
    )  # fmt: skip
    assert set(answer.context["editor"].settings.errors) == {"url"}
    step(
        desk,
        draft,
        title="Giao việc",
        action="open-task",
        **{"with-title": "Cắt điện", "with-due_minutes": "30"},
    )
    assert steps_of(draft_of(draft))[-1].action.settings == {"title": "Cắt điện", "due_minutes": 30}


def test_who_saves_second_is_told(desk, draft):
    url = reverse("playbook-step", args=[draft.pk, "call"])
    for title, status in (("Một", 302), ("Hai", 422)):
        assert desk.post(url, {"edits": 1, **LINES, "title": title}).status_code == status
    assert steps_of(draft_of(draft))[0].title == "Một"


@pytest.mark.parametrize(
    ("act", "key", "order"),
    [("down", "call", ["rescue", "call"]), ("up", "call", ["call", "rescue"]), ("remove", "call", ["rescue"]),
     ("copy", "rescue", ["call", "rescue", "cuu"])],
)  # fmt: skip
def test_steps_are_moved_copied_and_removed(desk, draft, act, key, order):
    desk.post(reverse("playbook-arrange", args=[draft.pk]), {"edits": 1, "act": act, "key": key})
    assert [one.key for one in steps_of(draft_of(draft))] == order


def test_from_nothing_to_in_force_and_what_changed(desk, db):
    answer = desk.post(reverse("playbook-new"), {"name": "Động đất", "kind": "other", "severity": "2"})
    from halong.playbooks.models import Playbook

    book = Playbook.objects.get()
    assert answer.url == reverse("playbook-edit", args=[book.pk])
    step(desk, book, title="Gọi kíp trực")
    desk.post(reverse("playbook-publish", args=[book.pk]), {"edits": 2})
    assert published_of(book).number == 1
    desk.post(reverse("playbook-edit", args=[book.pk]))
    step(desk, book, "goi_kip_truc", title="Gọi kíp trực", due_minutes="5")
    answer = desk.post(reverse("playbook-publish", args=[book.pk]), {"edits": 2, "note": ""})
    assert (answer.status_code, list(answer.context["publish"].errors)) == (422, ["note"])
    desk.post(reverse("playbook-publish", args=[book.pk]), {"edits": 2, "note": "Có thời hạn"})
    page = desk.get(reverse("playbook-changes", args=[book.pk]))
    assert [(c.kind, [f.after for f in c.fields]) for c in page.context["changes"]] == [("changed", ["5"])]


def test_copy_end_and_offer_again(desk, published):
    for name, ended in (("end", True), ("resume", False)):
        desk.post(reverse("playbook-act", args=[published.pk, name]))
        published.refresh_from_db()
        assert (published.ended_at is not None) == ended
    assert "/edit" in desk.post(reverse("playbook-act", args=[published.pk, "copy"])).url
    assert desk.post(reverse("playbook-act", args=[published.pk, "burn"])).status_code == 404


def test_steps_of_the_conftest_are_what_is_shown(published):
    assert [row["key"] for row in STEPS] == [one.key for one in steps_of(published_of(published))]
