"""Who asks about data: his code proves what is his; an address proves nothing until an officer has checked it."""

import uuid

import pytest
from tests.citizens.conftest import CONTACT

from halong.audit.models import AuditEntry
from halong.citizens.actions import following, privacy, voices
from halong.citizens.actions.sending import ContactDraft
from halong.citizens.models import Contact, Follower, Report, Suggestion
from halong.core.errors import Invalid

pytestmark = pytest.mark.django_db
WHY, DONE = "Thực hiện yêu cầu của chủ thể dữ liệu", "Đã thực hiện yêu cầu của ông/bà."
CHECKED = "Đã gọi lại số điện thoại đang lưu, người nghe xác nhận"
VICTIM = ContactDraft(email=CONTACT.email, consents=True)


def ask(kind="access", **given):
    return privacy.ask_data(kind=kind, client_id=uuid.uuid4(), **given).request


@pytest.fixture
def suggestion(catalogue):
    return voices.send_suggestion(
        voices.SuggestionDraft(
            uuid.uuid4(), "idea", "Thêm ghế đá ở công viên", "Đặt thêm ghế đá cho người già nghỉ chân.", contact=VICTIM
        )
    ).suggestion  # fmt: skip


def test_a_stranger_who_types_an_address_gets_and_erases_nothing(send, staff):
    victim = send().report
    asked = ask("erase", contact=VICTIM)
    for refused in (
        lambda: privacy.data_of(asked, by=staff["privacy"], reason=WHY),
        lambda: privacy.fulfil_request(asked, by=staff["privacy"], answer=DONE),
        lambda: privacy.fulfil_request(asked, by=staff["privacy"], answer=DONE, identity="biết mặt"),
    ):
        with pytest.raises(Invalid) as fault:
            refused()
        assert "identity" in fault.value.fields
    victim.refresh_from_db()
    assert (victim.anonymised_at, Contact.objects.filter(follower__report=victim).count()) == (None, 1)


@pytest.mark.parametrize("how", ["contact of the request", "contact of his own report"])
def test_a_code_of_ones_own_proves_nothing_of_others(send, staff, how):
    victim = send().report
    if how == "contact of his own report":
        stranger, contact = send(contact=None), None
        following.set_contact(stranger.follower, VICTIM, by=stranger.follower)
    else:
        stranger, contact = send(contact=None), VICTIM
    asked = ask("erase", follower=stranger.follower, contact=contact)
    handed = privacy.data_of(asked, by=staff["privacy"], reason=WHY)
    assert [row["report"] for row in handed["entries"]] == [stranger.report.number]
    privacy.fulfil_request(asked, by=staff["privacy"], answer=DONE)
    erased = Report.objects.exclude(anonymised_at=None).values_list("pk", flat=True)
    assert (list(erased), Contact.objects.filter(follower__report=victim).count()) == (
        [stranger.report.pk],
        1,
    )


def test_a_restriction_by_a_stranger_touches_nobody_else(send, staff):
    victim, stranger = send(), send(contact=None)
    asked = ask("restrict", follower=stranger.follower, contact=VICTIM)
    privacy.fulfil_request(asked, by=staff["privacy"], answer=DONE)
    withheld = Report.objects.filter(withheld=True).values_list("pk", flat=True)
    assert list(withheld) == [stranger.report.pk]
    assert Contact.objects.get(follower=victim.follower).wants_email


def test_checked_by_an_officer_it_reaches_everything_of_the_person(send, staff, suggestion):
    mine = send().report
    other = send(contact=ContactDraft(phone="0987654321", consents=True)).report
    asked = ask("erase", contact=VICTIM)
    handed = privacy.data_of(asked, by=staff["privacy"], reason=WHY, identity=CHECKED)
    assert [row["report"] for row in handed["entries"]] == [mine.number]
    assert [(row["suggestion"], row["contact"]["email"]) for row in handed["suggestions"]] == [
        (suggestion.pk, CONTACT.email)
    ]
    privacy.fulfil_request(asked, by=staff["privacy"], answer=DONE, identity=CHECKED)
    assert AuditEntry.objects.filter(action="privacy.done", summary__identity=CHECKED).count() == 1
    suggestion.refresh_from_db()
    assert ("ghế đá" in suggestion.text + suggestion.title + suggestion.folded) is False
    owners = Contact.objects.values_list("follower__report", "suggestion", "request")
    assert set(owners) == {(None, None, asked.pk), (other.pk, None, None)}


def test_restriction_takes_a_suggestion_from_the_public(staff, suggestion):
    voices.answer_suggestion(
        suggestion, by=staff["duty"], text="Đã đặt mười hai ghế đá dọc bãi tắm từ ngày 20/11/2026.", use="12 ghế đá"
    )  # fmt: skip
    privacy.fulfil_request(
        ask("restrict", contact=VICTIM), by=staff["privacy"], answer=DONE, identity=CHECKED
    )
    assert not Suggestion.objects.shown().exists()


def test_a_request_that_finds_nothing_needs_no_check(staff, catalogue):
    asked = privacy.fulfil_request(ask("erase", contact=VICTIM), by=staff["privacy"], answer=DONE)
    assert (asked.state, asked.result) == ("done", {"entries": 0})


def test_the_page_says_what_is_proven(send, staff, client):
    stranger = send(contact=None)
    victim = send().report
    asked = ask("erase", follower=stranger.follower, contact=VICTIM)
    client.force_login(staff["privacy"])
    page = client.get(f"/privacy/requests/{asked.pk}")
    proven = {row["number"]: row["proven"] for row in page.context["entries"]}
    assert proven == {stranger.report.number: True, victim.number: False}
    assert 'name="identity"' in page.content.decode()
    assert CONTACT.email not in page.content.decode()
    client.post(f"/privacy/requests/{asked.pk}/close", {"answer": DONE, "identity": CHECKED, "done": "1"})
    assert Report.objects.exclude(anonymised_at=None).count() == 2
    assert Follower.objects.count() == 2
