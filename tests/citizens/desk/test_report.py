"""One report at the desk: what its page shows, its steps, the answer with its proof."""

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from django.utils.timezone import make_naive
from tests.citizens.conftest import picture
from tests.citizens.desk.conftest import TEXT

from halong.citizens.actions import handling
from halong.citizens.models import Answer, CoAgency, Extension, Photo, PhotoCopy, Proof, Question

REASON = "Cần thêm thời gian vì phải chờ vật tư nhập về kho."


def steps(answer):
    return [step.name for step in answer.context["first_steps"] + answer.context["more_steps"]]


def test_the_way_through_the_desk(sent, duty, officer, head, fresh):
    route = duty.get("/reports/triage").context["route"]
    given = {name: route[name].value() or "" for name in route.fields}
    gone = duty.post(f"/reports/{sent.pk}/do/route", {**given, "next": "/reports/triage"})
    assert (gone.status_code, gone["Location"]) == (302, "/reports/triage")
    officer.post(f"/reports/{sent.pk}/do/accept")
    answer = officer.post(
        f"/reports/{sent.pk}/answer",
        {"text": TEXT, "measure_name": "Độ sâu", "measure_value": "0,5", "measure_unit": "cm"},
    )
    assert (answer.status_code, answer["Location"]) == (302, f"/reports/{sent.pk}")
    head.post(f"/reports/{sent.pk}/do/approve")
    assert (fresh(sent).state, Proof.objects.get().value) == ("resolved", 0.5)


def test_a_page_shows_what_its_reader_may_do(routed, duty, officer, head, at_desk):
    assert steps(officer.get(f"/reports/{routed.pk}")) == [
        "accept", "return", "assign", "invite", "note"
    ]  # fmt: skip
    assert steps(duty.get(f"/reports/{routed.pk}")) == [
        "merge", "hand-over", "edit-text", "withhold", "note"
    ]  # fmt: skip
    assert at_desk("other").get(f"/reports/{routed.pk}").status_code == 404
    assert steps(at_desk("top").get(f"/reports/{routed.pk}")) == [
        "accept",
        "return",
        "assign",
        "invite",
        "note",
    ]


def test_nothing_leads_to_the_sender(routed, working, officer, duty, head):
    for client in (officer, duty, head):
        for page in (
            f"/reports/{working.pk}",
            "/reports?tab=working",
            "/reports.csv?tab=working",
            "/reports/triage",
        ):
            answer = client.get(page)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            for secret in ("Bí Mật", "bi.mat@example.vn", "0912345678"):
                assert secret not in body.decode()


def test_the_page_has_a_fixed_number_of_queries(
    working, answered, officer, staff, agencies, django_assert_max_num_queries
):
    officer.get(f"/reports/{working.pk}")
    with django_assert_max_num_queries(45) as few:
        officer.get(f"/reports/{working.pk}")
    before = len(few.captured_queries)
    for n in range(5):
        handling.add_note(answered, by=staff["officer"], note=f"Ghi chú {n}")
    with django_assert_max_num_queries(before):
        officer.get(f"/reports/{working.pk}")


@pytest.mark.parametrize(
    ("name", "given", "field"),
    [
        ("return", {"reason": "ngắn"}, "reason"),
        ("return", {"reason": REASON, "agency": "abc"}, "agency"),
        ("assign", {"user": "0"}, "user"),
        ("invite", {"request": "Khảo sát hiện trường"}, "agency"),
        ("note", {"note": ""}, "note"),
    ],
)
def test_bad_input_of_an_agency_stays_beside_its_field(routed, officer, fresh, name, given, field):
    answer = officer.post(f"/reports/{routed.pk}/do/{name}", given)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert fresh(routed).state == "routed"


@pytest.mark.parametrize(
    ("name", "given", "field"),
    [
        ("ask", {"text": "?"}, "text"),
        ("extend", {"due_at": "2020-01-01T08:00", "reason": REASON}, "due_at"),
        ("extend", {"due_at": "khi nào xong", "reason": REASON}, "due_at"),
        ("extend", {"due_at": "2099-01-01T08:00", "reason": REASON}, "due_at"),
    ],
)
def test_bad_input_while_working(working, officer, name, given, field):
    answer = officer.post(f"/reports/{working.pk}/do/{name}", given)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])


def test_bad_input_of_the_head(answered, head, fresh):
    answer = head.post(f"/reports/{answered.pk}/do/send-back", {"note": "kém"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["note"])
    head.post(f"/reports/{answered.pk}/do/send-back", {"note": "Thiếu ảnh sau khi xử lý"})
    assert fresh(answered).state == "working"


def test_who_wrote_an_answer_does_not_approve_it(answered, officer):
    assert officer.post(f"/reports/{answered.pk}/do/approve").status_code == 403


def test_unknown_steps_are_not_found(routed, officer):
    assert officer.post(f"/reports/{routed.pk}/do/burn").status_code == 404
    assert officer.get(f"/reports/{routed.pk}/ask/burn").status_code == 404
    assert officer.get(f"/reports/{routed.pk}/ask/decline").status_code == 404


def test_a_step_never_leads_elsewhere(routed, officer):
    answer = officer.post(f"/reports/{routed.pk}/do/accept", {"next": "https://example.com/"})
    assert answer["Location"] == f"/reports/{routed.pk}"


def test_who_was_slower_is_told_and_nothing_happens(routed, officer, fresh):
    officer.post(f"/reports/{routed.pk}/do/accept", follow=True)
    late = officer.post(f"/reports/{routed.pk}/do/accept", follow=True)
    assert [message.level_tag for message in late.context["messages"]] == ["warning"]
    assert fresh(routed).state == "working"


def test_question_partner_extension(working, officer, head, agencies, fresh, at_desk):
    pk = working.pk
    officer.post(f"/reports/{pk}/do/ask", {"text": "Ổ gà ở làn nào?"})
    officer.post(f"/reports/{pk}/do/invite", {"agency": agencies["gai"].pk, "request": "Cho mượn xe lu"})
    due = make_naive(fresh(working).due_at + timedelta(days=2))
    officer.post(f"/reports/{pk}/do/extend", {"due_at": f"{due:%Y-%m-%dT%H:%M}", "reason": REASON})
    assert (Question.objects.count(), CoAgency.objects.count(), Extension.objects.get().state) == (
        1,
        1,
        "waiting",
    )
    partner = at_desk("other")
    assert "finish" in steps(partner.get(f"/reports/{pk}"))
    partner.post(f"/reports/{pk}/do/finish", {"note": "Đã cho mượn xe lu ngày 22/11"})
    assert CoAgency.objects.get().done_at is not None
    refused = head.post(f"/reports/{pk}/do/refuse", {"note": "không"})
    assert (refused.status_code, Extension.objects.get().state) == (422, "waiting")
    head.post(f"/reports/{pk}/do/grant", {"note": ""})
    assert (Extension.objects.get().state, fresh(working).extensions) == ("granted", 1)


def test_an_answer_with_a_photo_and_a_document(working, officer):
    given = {
        "text": TEXT,
        "photos": [
            SimpleUploadedFile("sau.jpg", picture(exif=True)),
            SimpleUploadedFile("sau2.png", picture("PNG", exif=False)),
        ],
        "document_name": "Biên bản nghiệm thu số 12",
        "document": SimpleUploadedFile("bb.pdf", b"%PDF-1.4 ..."),
    }
    officer.post(f"/reports/{working.pk}/answer", given)
    assert sorted(proof.kind for proof in Proof.objects.all()) == ["document", "photo", "photo"]
    proof = Proof.objects.get(kind="document")
    file = officer.get(f"/reports/proofs/{proof.pk}")
    assert (file["Content-Type"], file["Content-Disposition"][:10]) == ("application/pdf", "attachment")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"text": TEXT}, "__all__"),
        ({"text": "Đã xong", "measure_name": "sâu", "measure_value": "0", "measure_unit": "cm"}, "text"),
        (
            {"text": TEXT, "measure_name": "sâu", "measure_value": "nhiều", "measure_unit": "cm"},
            "measure_value",
        ),
        ({"text": TEXT, "measure_name": "sâu", "measure_value": "1"}, "measure_value"),
        ({"text": TEXT, "document": SimpleUploadedFile("a.pdf", b"%PDF-1.4")}, "document_name"),
        ({"text": TEXT, "photos": SimpleUploadedFile("a.jpg", b"<script>")}, "photos"),
        (
            {"text": TEXT + " [tên đường]", "measure_name": "s", "measure_value": "1", "measure_unit": "cm"},
            "text",
        ),
    ],
)
def test_a_bad_answer_keeps_what_was_typed(working, officer, given, field):
    answer = officer.post(f"/reports/{working.pk}/answer", given)
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert answer.context["form"]["text"].value() == given["text"]
    assert (Answer.objects.count(), Photo.objects.count()) == (0, 0)


def test_only_who_handles_answers(routed, duty, officer):
    assert duty.get(f"/reports/{routed.pk}/answer").status_code == 403
    assert officer.get(f"/reports/{routed.pk}/answer")["Location"] == f"/reports/{routed.pk}"


def test_photos_only_for_those_who_see_the_report(routed, officer, at_desk):
    photo = Photo.objects.create(report=routed, key="k", state="ready", created_at=timezone.now())
    PhotoCopy.objects.create(photo=photo, kind="work", media_type="image/jpeg", size=3, content=b"jpg")
    assert officer.get(f"/reports/photos/{photo.pk}").content == b"jpg"
    assert at_desk("other").get(f"/reports/photos/{photo.pk}").status_code == 404


def test_the_map_has_the_report_and_those_like_it(routed, send, officer):
    send()
    features = officer.get(f"/reports/{routed.pk}/map.geojson").json()["features"]
    assert [feature["id"] for feature in features] == [routed.pk]
