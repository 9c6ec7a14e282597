"""The duty officer's queue: order, tabs, decisions, undo, several at once."""

import pytest

from halong.citizens.actions import handling
from halong.citizens.models import Report


def shown(answer):
    return [row.pk for row, _href in answer.context["rows"]]


def test_the_urgent_first_then_as_they_came(send, duty):
    first, second = send().report, send("fire", "Rác chất đống cạnh trạm điện").report
    assert shown(duty.get("/reports/triage")) == [second.pk, first.pk]
    assert shown(duty.get("/reports/triage?tab=urgent")) == [second.pk]


def test_only_the_duty_officer(officer, head, duty):
    assert [client.get("/reports/triage").status_code for client in (duty, officer, head)] == [200, 403, 403]


def test_the_proposal_comes_with_its_reasons(sent, agencies, duty):
    page = duty.get("/reports/triage")
    proposal = page.context["proposal"]
    assert (proposal.category.code, proposal.agency) == ("pothole", agencies["pha"])
    assert all(reason in page.content.decode().replace("&quot;", '"') for reason in proposal.reasons)
    assert page.context["route"].initial["agency"] == agencies["pha"].pk


def test_what_an_agency_gave_back_says_why(routed, staff, duty):
    handling.return_report(routed, by=staff["officer"], reason="Đoạn đường này do Sở Xây dựng quản lý")
    page = duty.get("/reports/triage?tab=returned")
    assert page.context["returned"].note == "Đoạn đường này do Sở Xây dựng quản lý"
    assert "UBND phường Cẩm Phả" in page.content.decode()


def test_merging_and_its_undo(send, duty, fresh):
    one, two = send().report, send().report
    dialog = duty.get(f"/reports/{two.pk}/ask/merge", headers={"HX-Request": "true"})
    assert [other.report.pk for other in dialog.context["alike"]] == [one.pk]
    done = duty.post(
        f"/reports/{two.pk}/do/merge", {"chosen": one.number, "next": f"/reports/triage?undo={two.pk}"}
    )
    page = duty.get(done["Location"])
    assert (fresh(two).merged_into_id, page.context["undo"]["step"]) == (one.pk, "unmerge")
    duty.post(f"/reports/{two.pk}/do/unmerge")
    assert (fresh(two).state, duty.get(done["Location"]).context["undo"]) == ("sent", None)


def test_declining_and_its_undo(sent, duty, fresh):
    duty.post(
        f"/reports/{sent.pk}/do/decline", {"reason": "not-here", "note": "Nơi này thuộc tỉnh Hải Phòng"}
    )
    assert fresh(sent).state == "declined"
    duty.post(f"/reports/{sent.pk}/do/restore")
    assert fresh(sent).state == "sent"


def test_urgency_lawful_channel_and_place(send, wards, duty, fresh):
    one, two = send().report, send(text="Tôi tố cáo cán bộ nhận tiền", insists=True).report
    duty.post(f"/reports/{one.pk}/do/urgency", {"urgent": "1"})
    assert fresh(one).urgent
    duty.post(f"/reports/{two.pk}/do/hand-over", {"matter": "denunciation"})
    assert (fresh(two).state, fresh(two).text) == ("handed_over", "")
    duty.post(f"/reports/{one.pk}/do/change", {"category": one.category_id, "place": wards[1].pk})
    assert (fresh(one).place, fresh(one).urgent) == (wards[1], False)


@pytest.mark.parametrize(
    ("name", "given", "field"),
    [
        ("route", {"category": "abc"}, "category"),
        ("route", {"agency": "0"}, "agency"),
        ("merge", {"into": "PA999999"}, "into"),
        ("merge", {"chosen": "PA99999999999999999999"}, "chosen"),
        ("merge", {"into": "'; drop"}, "into"),
        ("decline", {"reason": "bored", "note": "Không thuộc phạm vi"}, "reason"),
        ("decline", {"reason": "abuse", "note": ""}, "note"),
        ("decline", {"reason": "abuse", "note": "Sai"}, "note"),
        ("hand-over", {"matter": "regulation"}, "matter"),
        ("urgency", {"urgent": "yes"}, "urgent"),
        ("change", {"place": "0"}, "place"),
    ],
)
def test_bad_input_stays_beside_its_field(sent, duty, fresh, name, given, field):
    given = {"category": sent.category_id, "place": sent.place_id} | given
    answer = duty.post(f"/reports/{sent.pk}/do/{name}", given)
    assert (answer.status_code, field in answer.context["form"].errors) == (422, True)
    assert fresh(sent).state == "sent"


def test_a_report_is_not_merged_into_itself(sent, duty):
    answer = duty.post(f"/reports/{sent.pk}/do/merge", {"into": sent.number})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["into"])


def test_several_at_once(send, duty):
    ticked = [send().report.pk for _ in range(3)]
    left = send().report
    answer = duty.post("/reports/triage/send", {"pk": ticked, "next": "/reports/triage?tab=waiting"})
    assert answer["Location"] == "/reports/triage?tab=waiting"
    assert list(Report.objects.filter(state="routed").order_by("pk").values_list("pk", flat=True)) == ticked
    assert shown(duty.get("/reports/triage")) == [left.pk]


def test_what_could_not_be_sent_is_named(sent, routed, duty):
    page = duty.post("/reports/triage/send", {"pk": [sent.pk, routed.pk, "x", "9" * 30]}, follow=True)
    levels = [
        (message.level_tag, message.message.startswith(routed.number)) for message in page.context["messages"]
    ]
    assert levels == [("success", False), ("warning", True)]


def test_after_a_decision_the_next_one_is_looked_at(send, duty):
    one, two = send().report, send().report
    assert duty.get(f"/reports/triage?at={one.pk}").context["next"] == f"/reports/triage?at={two.pk}"
    assert duty.get(f"/reports/triage?at={two.pk}").context["next"] == f"/reports/triage?at={one.pk}"


def test_strange_addresses_are_harmless(sent, duty):
    for query in ("at=x", "undo=x", f"undo={'9' * 40}", "tab=nix", "page=99", "undo=-1"):
        assert duty.get(f"/reports/triage?{query}").status_code == 200


def test_a_fixed_number_of_queries(send, duty, django_assert_max_num_queries):
    send()
    duty.get("/reports/triage")
    with django_assert_max_num_queries(60) as few:
        duty.get("/reports/triage")
    before = len(few.captured_queries)
    for n in range(6):
        send("noise", f"Loa kéo hát đến khuya ở ngõ số {n}", lon=107.0 + n / 10)
    with django_assert_max_num_queries(before):
        duty.get("/reports/triage")


def test_an_empty_queue_says_so(duty, catalogue):
    page = duty.get("/reports/triage")
    assert (page.context["report"], page.templates[0].name) == (None, "citizens/desk/triage.html")


def test_what_nobody_has_routed_is_no_agencys_business(sent, officer):
    assert (
        officer.post(f"/reports/{sent.pk}/do/decline", {"reason": "abuse", "note": "Không đúng"}).status_code
        == 404
    )
