"""Moderation, figures, set-up, substitutes, suggestions, notices and data requests at the desk."""

import uuid
from datetime import date, timedelta

import pytest
from django.utils import timezone
from django.utils.timezone import make_naive
from tests.citizens.conftest import CONTACT

from halong.citizens import images
from halong.citizens.actions import handling, privacy, triage, voices
from halong.citizens.models import (
    AnswerTemplate,
    Category,
    DataRequest,
    Deadline,
    Moderation,
    Photo,
    Publication,
    Report,
    Route,
    ServiceNotice,
    Substitute,
    Suggestion,
    Terms,
)

LONG = "Theo đề nghị bằng văn bản của chính người gửi phản ánh."


@pytest.fixture
def suggestion(catalogue, wards):
    draft = voices.SuggestionDraft(
        uuid.uuid4(),
        "idea",
        "Thêm ghế đá ở bờ biển",
        "Bờ biển dài mà không có chỗ ngồi nghỉ.",
        place=wards[0],
    )
    return voices.send_suggestion(draft).suggestion


def test_photos_wait_until_somebody_has_looked(photo, duty):
    page = duty.get("/reports/moderation")
    assert (page.context["photo"].pk, page.context["rows"]) == (photo.pk, [photo])
    answer = duty.post(f"/reports/moderation/{photo.pk}/release", {"covered": "[[0.1, 0.1, 0.2, 0.2]]"})
    assert answer["Location"] == "/reports/moderation"
    photo.refresh_from_db()
    assert (photo.is_public, photo.covered) == (True, [[0.1, 0.1, 0.2, 0.2]])
    duty.post(f"/reports/moderation/{photo.pk}/take-back", {"reason": "còn thấy biển số"})
    photo.refresh_from_db()
    assert not photo.is_public
    log = duty.get("/reports/moderation").context["log"]
    assert [entry.act for entry in log] == ["taken-back", "covered"]


@pytest.mark.parametrize(
    "covered", ["x", "{}", "[1]", "[[1, 2]]", "[[0, 0, 2, 2]]", '[["a", 0, 1, 1]]', "[" * 5000, "null"]
)
def test_bad_boxes_release_nothing(photo, duty, covered):
    answer = duty.post(f"/reports/moderation/{photo.pk}/release", {"covered": covered}, follow=True)
    assert (answer.status_code, [message.level_tag for message in answer.context["messages"]]) == (
        200,
        ["warning"],
    )
    assert not Moderation.objects.exists()


def test_taking_back_needs_a_reason(photo, duty):
    duty.post(f"/reports/moderation/{photo.pk}/release")
    duty.post(f"/reports/moderation/{photo.pk}/take-back", {"reason": ""})
    photo.refresh_from_db()
    assert photo.is_public


def test_the_public_text_and_withholding(routed, duty, fresh):
    duty.post(f"/reports/{routed.pk}/do/edit-text", {"text": "Ổ gà ở cổng chợ"})
    assert fresh(routed).public_text == "Ổ gà ở cổng chợ"
    duty.post(f"/reports/{routed.pk}/do/withhold", {"reason": "Lộ thông tin riêng"})
    assert (fresh(routed).public, duty.post(f"/reports/{routed.pk}/do/withhold", {"reason": ""}).status_code) == (
        False, 422
    )  # fmt: skip
    duty.post(f"/reports/{routed.pk}/do/show")
    assert fresh(routed).public


def test_only_moderators_moderate(photo, officer):
    assert officer.get("/reports/moderation").status_code == 403
    assert officer.post(f"/reports/moderation/{photo.pk}/release").status_code == 403


def test_figures_count_what_the_reader_may_see(answered, send, at_desk, duty):
    send()
    flow = duty.get("/reports/figures").context["flow"]
    assert (flow.received, flow.open) == (2, 2)
    assert at_desk("other").get("/reports/figures").context["flow"].received == 0
    assert sum(row["total"] for row in duty.get("/reports/figures").context["hours"]) == 2


def test_figures_as_files(answered, duty):
    lines = b"".join(duty.get("/reports/figures.csv").streaming_content).decode("utf-8-sig").splitlines()
    assert [line.split(",")[:3] for line in lines[1:]] == [
        ["all", "", "1"], ["agency", "UBND phường Cẩm Phả", "1"], ["place", "phường Cẩm Phả", "1"]
    ]  # fmt: skip
    series = duty.get("/reports/figures/flow.json").json()["series"]
    assert [sum(point[1] for point in row["points"]) for row in series] == [1, 0]


def test_hot_spots_need_five(send, staff, duty):
    for _ in range(4):
        triage.route_report(send().report, by=staff["duty"])
    assert duty.get("/reports/figures/hot-spots.geojson").json()["features"] == []
    triage.route_report(send().report, by=staff["duty"])
    features = duty.get("/reports/figures/hot-spots.geojson").json()["features"]
    assert [feature["properties"]["value"] for feature in features] == ["Ổ gà"]


def test_every_tab_of_the_set_up_opens(catalogue, at_desk, duty):
    admin = at_desk("admin")
    for kind in ("categories", "routes", "deadlines", "terms", "channels", "templates", "publication"):
        assert admin.get(f"/reports/set-up?kind={kind}").status_code == 200
        assert admin.get(f"/reports/set-up?kind={kind}&past=1").status_code == 200
        if kind != "publication":
            assert admin.get(f"/reports/set-up/{kind}/new").status_code == 200
    assert (admin.get("/reports/set-up?kind=nix").status_code, duty.get("/reports/set-up").status_code) == (
        404,
        403,
    )


def posted(page):
    form, given = page.context["form"], {}
    for bound in form:
        value = bound.value()
        if bound.field.__class__.__name__ == "BooleanField" and not value:
            continue
        given[bound.html_name] = value if value is not None else ""
    return given


def test_laying_down_anew_ends_the_old_one(catalogue, agencies, at_desk):
    admin, day = at_desk("admin"), timezone.localdate() + timedelta(days=3)
    for key, model, old, change in [
        ("categories", Category, catalogue["pothole"], {"name": "Ổ gà, ổ voi"}),
        ("deadlines", Deadline, Deadline.objects.get(urgent=False), {"answer_hours": "16"}),
        ("routes", Route, Route.objects.get(category__code="light"), {"together": [agencies["gai"].pk]}),
        ("terms", Terms, Terms.objects.get(), {"hours": "08:00-12:00, 13:30–17:30"}),
    ]:
        page = admin.get(f"/reports/set-up/{key}/{old.pk}")
        answer = admin.post(
            f"/reports/set-up/{key}/{old.pk}", posted(page) | change | {"valid_from": day.isoformat()}
        )
        assert answer.status_code == 302, answer.context["form"].errors
        old.refresh_from_db()
        new = model.objects.get(valid_from=day)
        assert (old.valid_to, new.valid_to) == (day - timedelta(days=1), None)
    assert Category.objects.get(valid_from=day).keywords == catalogue["pothole"].keywords
    assert list(Route.objects.get(valid_from=day).together.all()) == [agencies["gai"]]
    assert Terms.objects.get(valid_from=day).hours == [["08:00", "12:00"], ["13:30", "17:30"]]


@pytest.mark.parametrize(
    ("key", "change", "field"),
    [
        ("categories", {"valid_from": "2020-01-01"}, "valid_from"),
        ("categories", {"name": ""}, "name"),
        ("categories", {"sector": "nix"}, "sector"),
        ("terms", {"hours": "sáng và chiều"}, "hours"),
        ("terms", {"hours": "17:00–08:00"}, "hours"),
        ("deadlines", {"answer_hours": "-1"}, "__all__"),
        ("deadlines", {"answer_hours": "lâu"}, "answer_hours"),
        ("channels", {"url": "javascript:alert(1)"}, "url"),
    ],
)
def test_bad_set_up_changes_nothing(catalogue, at_desk, key, change, field):
    admin = at_desk("admin")
    model = {"categories": Category, "terms": Terms, "deadlines": Deadline}.get(key)
    old = model.objects.order_by("pk").first() if model else None
    address = f"/reports/set-up/{key}/{old.pk if old else 'new'}"
    answer = admin.post(
        address, posted(admin.get(address)) | {"name": "A", "words": "B", "matter": "complaint"} | change
    )
    assert (answer.status_code, field in answer.context["form"].errors) == (422, True)
    if old:
        old.refresh_from_db()
        assert old.valid_to is None


def test_templates_change_where_they_stand(catalogue, at_desk):
    admin = at_desk("admin")
    admin.post(
        "/reports/set-up/templates/new",
        {"title": "Vá đường", "body": "Ngày [ngày], đội [tên] đã vá mặt đường."},
    )
    row = AnswerTemplate.objects.get()
    admin.post(
        f"/reports/set-up/templates/{row.pk}",
        {"title": "Vá", "body": "Ngày [ngày], đội [tên] đã vá mặt đường."},
    )
    assert AnswerTemplate.objects.get().title == "Vá"
    bad = admin.post("/reports/set-up/templates/new", {"title": "x", "body": "ngắn"})
    assert (bad.status_code, list(bad.context["form"].errors)) == (422, ["body"])


def test_a_table_becomes_public_by_decision(catalogue, at_desk):
    admin = at_desk("admin")
    given = {
        "table": "reports.agencies",
        "decision": "QĐ 12/QĐ-UBND, Chủ tịch",
        "decided_on": date.today().isoformat(),
    }
    bad = admin.post("/reports/set-up/publication", given | {"decided_on": "2099-01-01"})
    assert (bad.status_code, list(bad.context["form"].errors)) == (422, ["decided_on"])
    admin.post("/reports/set-up/publication", given)
    row = Publication.objects.get()
    admin.post(f"/reports/set-up/publication/{row.pk}/withdraw")
    row.refresh_from_db()
    assert row.withdrawn_at is not None
    assert admin.post(f"/reports/set-up/publication/{row.pk}/withdraw").status_code == 409


def test_a_substitute_acts_for_the_head(answered, staff, agencies, head, at_desk, fresh):
    now = make_naive(timezone.now())
    given = {
        "agency": agencies["pha"].pk, "principal": staff["head"].pk, "substitute": staff["other"].pk,
        "start": f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}", "end": f"{now + timedelta(days=1):%Y-%m-%dT%H:%M}",
    }  # fmt: skip
    bad = head.post("/reports/substitutes", given | {"end": given["start"]})
    assert (bad.status_code, list(bad.context["form"].errors)) == (422, ["substitute"])
    assert head.post("/reports/substitutes", given)["Location"] == "/reports/substitutes"
    other = at_desk("other")
    assert [report.pk for report in other.get("/reports?tab=to-approve").context["page"]] == [answered.pk]
    other.post(f"/reports/{answered.pk}/do/approve")
    assert fresh(answered).state == "resolved"
    row = Substitute.objects.get()
    head.post(f"/reports/substitutes/{row.pk}/end")
    again = head.post(f"/reports/substitutes/{row.pk}/end", follow=True)
    assert [message.level_tag for message in again.context["messages"]][-1] == "warning"


def test_suggestions_are_looked_into_answered_published(suggestion, duty, agencies):
    assert [row.pk for row in duty.get("/suggestions").context["page"]] == [suggestion.pk]
    duty.post(f"/suggestions/{suggestion.pk}/consider", {"agency": agencies["gai"].pk})
    bad = duty.post(f"/suggestions/{suggestion.pk}/answer", {"text": "Cảm ơn"})
    assert (bad.status_code, list(bad.context["answer"].errors)) == (422, ["text"])
    answer = "UBND phường đã đưa việc lắp mười ghế đá vào kế hoạch quý I năm 2027."
    duty.post(f"/suggestions/{suggestion.pk}/answer", {"text": answer, "use": "Lắp mười ghế đá"})
    suggestion.refresh_from_db()
    assert (suggestion.state, suggestion.agency, suggestion.published_at is not None) == (
        "used",
        agencies["gai"],
        True,
    )
    assert duty.post(f"/suggestions/{suggestion.pk}/withdraw", {"reason": "x"}).status_code == 422
    duty.post(f"/suggestions/{suggestion.pk}/withdraw", {"reason": "Tác giả đề nghị"})
    suggestion.refresh_from_db()
    assert suggestion.published_at is None
    assert duty.post(f"/suggestions/{suggestion.pk}/burn").status_code == 404


def test_notices_of_services(agencies, wards, officer, at_desk):
    given = {
        "kind": "power", "agency": agencies["pha"].pk, "title": "Tạm ngừng cấp điện khu 3", "places": [wards[0].pk],
        "starts_at": "2026-12-01T08:00", "ends_at": "2026-12-01T17:00",
    }  # fmt: skip
    for change, field in [
        ({"ends_at": "2026-12-01T07:00"}, "ends_at"), ({"kind": "moon"}, "kind"), ({"title": "x"}, "title"),
        ({"agency": agencies["gai"].pk}, "agency"), ({"starts_at": "mai"}, "starts_at"),
        ({"source_url": "javascript:x"}, "source_url"),
    ]:  # fmt: skip
        bad = officer.post("/service-notices/new", given | change)
        assert (bad.status_code, list(bad.context["form"].errors)) == (422, [field])
    officer.post("/service-notices/new", given | {"publish": "1"})
    notice = ServiceNotice.objects.get()
    assert (notice.state, list(notice.places.all())) == ("published", [wards[0]])
    officer.post(f"/service-notices/{notice.pk}/withdraw")
    officer.post(f"/service-notices/{notice.pk}", given | {"title": "Đã đổi giờ ngừng cấp điện"})
    notice.refresh_from_db()
    assert (notice.state, notice.title) == ("withdrawn", "Đã đổi giờ ngừng cấp điện")
    assert at_desk("other").get(f"/service-notices/{notice.pk}").status_code == 404


def asked(send, kind="erase"):
    sent = send()
    return sent, privacy.ask_data(
        kind=kind, client_id=uuid.uuid4(), text="Đề nghị xóa", follower=sent.follower
    ).request


def test_data_requests_have_72_hours(send, at_desk, duty):
    _sent, request = asked(send)
    officer_of_data = at_desk("privacy")
    page = officer_of_data.get("/privacy/requests")
    assert [row.pk for row in page.context["page"]] == [request.pk]
    assert 71 * 3600 < page.context["page"][0].left_s <= 72 * 3600
    assert duty.get("/privacy/requests").status_code == 403


def test_carrying_out_and_refusing(send, at_desk):
    sent, request = asked(send)
    desk = at_desk("privacy")
    assert [entry["number"] for entry in desk.get(f"/privacy/requests/{request.pk}").context["entries"]] == [
        sent.report.number
    ]  # fmt: skip
    bad = desk.post(f"/privacy/requests/{request.pk}/close", {"answer": "x", "refuse": "1"})
    assert (bad.status_code, list(bad.context["answer"].errors)) == (422, ["answer"])
    desk.post(
        f"/privacy/requests/{request.pk}/close", {"answer": "Đã xóa toàn bộ dữ liệu cá nhân.", "done": "1"}
    )
    assert (DataRequest.objects.get().state, Report.objects.get().address) == ("done", "Lê Lợi")
    again = desk.post(f"/privacy/requests/{request.pk}/close", {"answer": "Đã xóa rồi nhé."}, follow=True)
    assert [message.level_tag for message in again.context["messages"]][-1] == "warning"


def test_handing_out_needs_a_reason(send, at_desk):
    _sent, request = asked(send, "access")
    desk = at_desk("privacy")
    bad = desk.post(f"/privacy/requests/{request.pk}/export", {"reason": "vì"})
    assert (bad.status_code, list(bad.context["export"].errors)) == (422, ["reason"])
    file = desk.post(f"/privacy/requests/{request.pk}/export", {"reason": LONG})
    assert file.json()["entries"][0]["contact"]["name"] == CONTACT.name


def test_opening_a_contact_needs_a_reason_and_is_shown_once(send, at_desk):
    sent = send()
    desk = at_desk("privacy")
    for given, field in [
        ({"report": "PA9999", "reason": LONG}, "report"), ({"report": sent.report.number, "reason": "vì"}, "reason")
    ]:  # fmt: skip
        bad = desk.post("/privacy/requests/contact", given)
        assert (bad.status_code, list(bad.context["form"].errors)) == (422, [field])
    opened = desk.post("/privacy/requests/contact", {"report": sent.report.number, "reason": LONG})
    assert CONTACT.name in opened.content.decode()
    assert CONTACT.name not in desk.get("/privacy/requests").content.decode()


def test_lists_have_a_fixed_number_of_queries(
    send, staff, agencies, duty, at_desk, django_assert_max_num_queries
):
    desk, admin, head = at_desk("privacy"), at_desk("admin"), at_desk("head")

    def more(n):
        for number in range(n):
            sent, _request = asked(send)
            report = triage.route_report(sent.report, by=staff["duty"])
            photo = Photo.objects.create(
                report=report, key=str(uuid.uuid4()), state="ready", created_at=timezone.now()
            )
            Moderation.objects.create(
                report=report, photo=photo, act="edited", by=staff["duty"], at=timezone.now()
            )
            voices.send_suggestion(
                voices.SuggestionDraft(
                    uuid.uuid4(), "idea", "Một ý tưởng hay", "Trồng thêm cây xanh ven đường."
                )
            )
            draft = voices.NoticeDraft("water", "Ngừng cấp nước", agencies["pha"], timezone.now())
            voices.save_notice(draft, by=staff["duty"])
            Category.objects.create(code=f"k{uuid.uuid4()}"[:30], name="Loại", valid_from=date(2025, 1, 1))
            start = timezone.now() + timedelta(days=number)
            handling.name_substitute(
                by=staff["head"], agency=agencies["pha"], principal=staff["head"], substitute=staff["second"],
                start=start, end=start + timedelta(days=1),
            )  # fmt: skip

    pages = [
        (duty, "/reports/moderation"), (duty, "/suggestions"), (duty, "/service-notices"), (desk, "/privacy/requests"),
        (head, "/reports/substitutes"), (admin, "/reports/set-up?kind=publication"), (duty, "/reports/figures"),
        (admin, "/reports/set-up?kind=categories"), (admin, "/reports/set-up?kind=routes"),
    ]  # fmt: skip
    more(12)  # so that something rises and gathers already
    before = {}
    for client, page in pages:
        client.get(page)
        with django_assert_max_num_queries(80) as few:
            client.get(page)
        before[page] = len(few.captured_queries)
    more(4)
    for client, page in pages:
        with django_assert_max_num_queries(before[page]):
            assert client.get(page).status_code == 200


def test_pictures_of_the_desk_are_the_checked_copy(photo, duty):
    assert images.kind_of(duty.get(f"/reports/photos/{photo.pk}").content) == "jpeg"
    assert Suggestion.objects.count() == 0
