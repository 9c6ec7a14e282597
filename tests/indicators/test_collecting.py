"""Tables of agencies: opened, filled in, handed in, approved, returned; reminders."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from tests.province import clock, person, province, wards

from halong.accounts.models import Grant, User
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.permissions import SYSTEM
from halong.indicators import collecting, reminders
from halong.indicators.collecting import CollectionDraft
from halong.indicators.compute import work
from halong.indicators.figures import parse_figure, typed
from halong.indicators.models import Collection, Submission, Value
from halong.notify.models import Notice

__all__ = ["clock", "person", "province", "wards"]


def officer(agency, name="Cán bộ", role="officer"):
    user = User.objects.create(username=f"{role}{User.objects.count()}", full_name=name)
    Grant.objects.create(user=user, role=role, agency=agency)
    return user


@pytest.fixture
def collection(agencies, make_indicator):
    """A monthly table of two indicators, asked of the department of finance, approved by the committee."""
    draft = CollectionDraft(
        title="Kinh tế hằng tháng",
        indicators=[
            make_indicator("Thu ngân sách", plausible_min=0.0, plausible_max=1000.0),
            make_indicator("Giải ngân", unit="P1", shows_denominator=True),
        ],
        agencies=[agencies[1]],
        grain="month",
        due_days=5,
        approver=agencies[0],
        starts=timezone.localdate() - timedelta(days=70),
    )
    return collecting.save_collection(draft, by=SYSTEM)


@pytest.fixture
def submission(collection):
    """What is owed for the latest period."""
    return Submission.objects.order_by("-label").first()


def keys(collection):
    return list(collection.indicators.order_by("pk").values_list("key", flat=True))


def test_periods_open_by_themselves_once(collection):
    count = Submission.objects.count()
    assert count in (1, 2)
    assert collecting.open_submissions(timezone.now()) == 0
    newest = Submission.objects.order_by("-label").first()
    assert newest.due_at - newest.label >= timedelta(days=4, hours=17)
    later = newest.label + timedelta(days=32)
    assert collecting.open_submissions(later) == 1


def test_due_is_the_end_of_the_next_working_day(collection):
    for row in Submission.objects.all():
        local = row.due_at.astimezone(timezone.get_default_timezone())
        assert (local.hour, local.weekday() < 5) == (17, True)


def test_only_what_another_person_approves_becomes_a_value(submission, collection, agencies):
    fills, decides = officer(agencies[1]), officer(agencies[0], "Lãnh đạo", "leader")
    first, second = keys(collection)
    figures = {first: {"": [500.0, None]}, second: {"": [30.0, 40.0]}}
    collecting.save_figures(submission, {first: {"": [400.0, None]}}, by=fills)
    with pytest.raises(Invalid) as missing:
        collecting.submit_figures(submission, {first: {"": [400.0, None]}}, by=fills)
    assert list(missing.value.fields) == [second]
    collecting.submit_figures(submission, figures, by=fills)
    assert Notice.objects.filter(user=decides).count() == 1
    with pytest.raises(Conflict):
        collecting.save_figures(submission, figures, by=fills)
    with pytest.raises(Forbidden):
        collecting.approve_submission(submission, by=fills)
    while work():
        pass
    assert Value.objects.count() == 0
    submission.refresh_from_db()
    assert collecting.approve_submission(submission, by=decides) == 2
    while work():
        pass
    found = {v.indicator.key: v.value for v in Value.objects.filter(node=0, grain="month")}
    assert found == {first: 500.0, second: 75.0}
    with pytest.raises(Conflict):
        collecting.approve_submission(submission, by=decides)


def test_nobody_approves_his_own_figures(submission, collection, agencies):
    boss = User.objects.create(username="boss")
    Grant.objects.create(user=boss, role="administrator")
    first, second = keys(collection)
    collecting.submit_figures(submission, {first: {"": [1.0, None]}, second: {"": [1.0, 2.0]}}, by=boss)
    with pytest.raises(Conflict):
        collecting.approve_submission(submission, by=boss)


def test_returned_figures_say_why_and_replace_the_approved_ones(submission, collection, agencies):
    fills, decides = officer(agencies[1]), officer(agencies[0], role="leader")
    first, second = keys(collection)
    for value in (5.0, 7.0):
        figures = {first: {"": [value, None]}, second: {"": [1.0, 2.0]}}
        collecting.submit_figures(Submission.objects.get(pk=submission.pk), figures, by=fills)
        collecting.approve_submission(Submission.objects.get(pk=submission.pk), by=decides)
        while work():
            pass
        if value == 5.0:
            with pytest.raises(Invalid):
                collecting.return_submission(submission, by=decides, reason=" ")
            collecting.return_submission(submission, by=decides, reason="Sai kỳ")
    assert Submission.objects.get(pk=submission.pk).reason == "Sai kỳ"
    assert Notice.objects.filter(user=fills, title__contains="trả lại").count() == 1
    assert Value.objects.get(indicator__key=first, node=0, grain="month").value == 7.0


def test_what_is_not_plausible_must_be_explained(submission, collection, agencies):
    fills = officer(agencies[1])
    first, second = keys(collection)
    figures = {first: {"": [5000.0, None]}, second: {"": [1.0, 2.0]}}
    with pytest.raises(Invalid):
        collecting.submit_figures(submission, figures, by=fills)
    collecting.submit_figures(submission, figures, by=fills, note="Thu một lần")
    assert Submission.objects.get(pk=submission.pk).state == "submitted"


@pytest.mark.parametrize(
    "figures",
    [
        {"nobody": {"": [1.0, None]}},
        {"0": {"": [1.0, None], "06793": [2.0, None]}},
        {"1": {"": [1.0, 0.0]}},
        {"1": {"": [1.0, -2.0]}},
    ],
)
def test_figures_that_can_not_be_are_refused(submission, collection, agencies, figures, wards):
    known = dict(enumerate(keys(collection)))
    named = {known[int(key)] if key.isdigit() else key: by for key, by in figures.items()}
    with pytest.raises(Invalid):
        collecting.save_figures(submission, named, by=officer(agencies[1]))


def test_another_agency_can_not_fill_it_in(submission, agencies):
    with pytest.raises(Forbidden):
        collecting.save_figures(submission, {}, by=officer(agencies[2]))


def test_reminders_go_to_the_owner_then_to_his_superior_once_each(submission, agencies):
    owner, superior = officer(agencies[1]), officer(agencies[0], role="leader")
    Submission.objects.exclude(pk=submission.pk).delete()
    due = submission.due_at
    Submission.objects.update(remind_at=reminders.first_reminder(due, due - timedelta(days=10)))
    counts = lambda: [Notice.objects.filter(user=user).count() for user in (owner, superior)]  # noqa: E731
    heard = []
    for moment in (
        due - timedelta(days=4),
        due - timedelta(days=1, hours=20),
        due - timedelta(hours=2),
        due + timedelta(days=1),
    ):
        reminders.remind_due(moment)
        reminders.remind_due(moment)
        heard.append(counts())
    assert heard == [[0, 0], [1, 0], [2, 0], [3, 1]]
    assert Submission.objects.get().remind_at is None


def test_nothing_reminds_of_what_was_handed_in(submission, collection, agencies):
    fills = officer(agencies[1])
    first, second = keys(collection)
    collecting.submit_figures(submission, {first: {"": [1.0, None]}, second: {"": [1.0, 2.0]}}, by=fills)
    Submission.objects.exclude(pk=submission.pk).delete()
    assert reminders.remind_due(submission.due_at + timedelta(days=9)) == 0


# --- the pages ---


def test_an_officer_types_keeps_and_hands_in(submission, collection, agencies, browse):
    desk = browse("officer", agency=agencies[1])
    path = f"/submissions/{submission.pk}"
    assert len(desk.get("/collections").context["mine"]) == Submission.objects.count()
    first, second = keys(collection)
    wrong = desk.post(path, {f"n:{first}:": "abc", "done": "1"})
    assert (wrong.status_code, 'value="abc"' in wrong.content.decode()) == (422, True)
    assert desk.post(path, {f"n:{first}:": "512,5", "done": "1"}).status_code == 422
    given = {f"n:{first}:": "512,5", f"n:{second}:": "30", f"d:{second}:": "40"}
    assert desk.post(path, given | {"done": "0"})["Location"] == path
    assert 'value="512,5"' in desk.get(path).content.decode()
    assert desk.post(path, given | {"done": "1"}).status_code == 302
    submission.refresh_from_db()
    assert (submission.state, submission.values[first][""]) == ("submitted", [512.5, None])
    assert desk.post(f"{path}/approve").status_code == 403


def test_a_leader_decides_on_the_page(submission, collection, agencies, browse):
    first, second = keys(collection)
    figures = {first: {"": [1.0, None]}, second: {"": [1.0, 2.0]}}
    collecting.submit_figures(submission, figures, by=officer(agencies[1]))
    desk = browse("leader", agency=agencies[0])
    assert [row.submission.pk for row in desk.get("/collections").context["decide"]] == [submission.pk]
    path = f"/submissions/{submission.pk}"
    assert desk.post(f"{path}/return", {"reason": ""}).status_code == 422
    assert desk.post(f"{path}/approve").status_code == 302
    assert desk.post(f"{path}/approve").status_code == 409
    assert desk.post(f"{path}/return", {"reason": "Nhầm cột"}).status_code == 302
    assert "Nhầm cột" in desk.get(path).content.decode()


def test_a_table_is_downloaded_filled_in_and_taken_in(submission, collection, agencies, browse, wards):
    desk = browse("officer", agency=agencies[1])
    path = f"/submissions/{submission.pk}"
    first, second = keys(collection)
    sheet = desk.get(f"{path}.csv?places=1").content.decode("utf-8-sig").splitlines()
    assert sheet[0] == "indicator,name,unit,place,place_name,previous,value,denominator"
    assert len(sheet) == 1 + 2 * (1 + len(wards))
    table = f"indicator;place;value;denominator\n{first};06793;1.200,5;\n{second};;3;4\n"
    taken = desk.post(f"{path}/import", {"file": io.BytesIO(table.encode())})
    assert taken.status_code == 302
    submission.refresh_from_db()
    assert submission.values == {first: {"06793": [1200.5, None]}, second: {"": [3.0, 4.0]}}
    book = Workbook()
    book.active.append(["indicator", "value", "denominator"])
    book.active.append([second, 1.234, 5])
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    file.name = "so-lieu.xlsx"
    assert desk.post(f"{path}/import", {"file": file}).status_code == 302
    submission.refresh_from_db()
    assert submission.values[second] == {"": [1.234, 5.0]}


@pytest.mark.parametrize(
    "table",
    [b"", b"\xff\xfe\x00", b"PK\x03\x04nothing", b"a,b\n1,2", b"indicator,value\nnobody,3", b"indicator,value\n{0},x",
     b"indicator,value,place\n{0},3,nowhere", b"indicator,value\n{0},1\n{0},2"],
)  # fmt: skip
def test_a_table_that_is_none_is_refused_beside_the_field(submission, collection, agencies, browse, table):
    desk = browse("officer", agency=agencies[1])
    content = table.replace(b"{0}", keys(collection)[0].encode())
    answer = desk.post(f"/submissions/{submission.pk}/import", {"file": io.BytesIO(content)})
    assert answer.status_code == 422
    submission.refresh_from_db()
    assert submission.values == {}


def test_an_administrator_makes_changes_and_stops_a_collection(browse, make_indicator, agencies):
    desk = browse("administrator")
    indicator = make_indicator()
    form = {
        "title": "Biểu mới", "grain": "month", "due_days": "5", "starts": "2026-01-01",
        "indicators": [indicator.pk], "agencies": [agencies[1].pk, agencies[2].pk], "approver": agencies[0].pk,
    }  # fmt: skip
    for bad in (
        {"title": ""},
        {"grain": "hour"},
        {"due_days": "-1"},
        {"indicators": []},
        {"starts": "soon"},
        {"agencies": ["x"]},
    ):
        assert desk.post("/collections/new", form | bad).status_code == 422
    made = desk.post("/collections/new", form)
    collection = Collection.objects.get()
    assert made["Location"] == f"/collections/{collection.pk}"
    assert collection.submissions.count() % 2 == 0
    assert desk.get(f"/collections/{collection.pk}/edit").status_code == 200
    assert desk.post(f"/collections/{collection.pk}/edit", form | {"due_days": "9"}).status_code == 302
    assert desk.post(f"/collections/{collection.pk}/switch", {"active": "0"}).status_code == 302
    assert desk.post(f"/collections/{collection.pk}/switch", {"active": "0"}).status_code == 409
    assert desk.get(f"/collections/{collection.pk}").status_code == 200


@pytest.mark.parametrize("role", ["officer", "operator", "leader", "auditor"])
def test_only_administrators_make_collections(browse, role):
    assert browse(role).get("/collections/new").status_code == 403


def test_the_league_counts_what_was_due(submission, collection, agencies, browse):
    Submission.objects.update(due_at=timezone.now() - timedelta(days=3))
    [row] = browse("leader").get("/league").context["rows"]
    assert (row.agency.code, row.num, row.den) == ("QN.STC", 0, Submission.objects.count())
    text = browse("leader").get("/league.csv").content.decode("utf-8-sig")
    assert text.splitlines()[1].startswith("1,QN.STC,Sở Tài chính,0,")


# --- numbers ---


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.234,5", 1234.5), ("1,234.5", 1234.5), ("1234.5", 1234.5), ("1.234", 1234.0), ("0.125", 0.125), ("12,5", 12.5),
     ("−3", -3.0), ("-0,5", -0.5), ("1.234.567", 1234567.0), ("12 %", 12.0), ("", None), (" ", None), ("1 234", 1234.0)],
)  # fmt: skip
def test_numbers_of_both_conventions(text, value):
    assert parse_figure(text) == value


@pytest.mark.parametrize("text", ["abc", "1,2,3.4.5", "--1", "1e5", "nan", "∞", "1.2.3,4,5", "5;6"])
def test_what_is_no_number(text):
    with pytest.raises(ValueError, match=r"."):
        parse_figure(text)


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15))
def test_what_a_field_shows_is_read_as_the_same_number(value):
    assert parse_figure(typed(value)) == value


def test_a_moment_has_its_reminders_in_order():
    due = datetime(2026, 11, 5, 10, tzinfo=UTC)
    assert [stage for stage, _at in reminders.stages(due)] == ["soon", "today", "late"]
