"""No way leads from a report to who sent it: not for handlers, not for the public, whatever is done to it."""

import ast
import base64
import json
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule
from tests.citizens.conftest import CONTACT

from halong.audit.models import AuditEntry
from halong.citizens import codes
from halong.citizens.actions import answering, forgetting, handling, privacy, triage
from halong.citizens.actions.sending import ContactDraft
from halong.citizens.models import Contact, DataRequest, Follower, LawfulChannel, Message, Report, ReportEvent
from halong.citizens.permissions import may_view
from halong.citizens.queries import own, public, queues
from halong.core.errors import Forbidden, HalongError, Invalid

SOURCE = Path(__file__).parents[2] / "src/halong"
MAY_READ = {"models/people.py", "models/__init__.py", "actions/privacy.py", "actions/forgetting.py", "store.py",
            "actions/sending.py", "actions/following.py", "channels.py", "telling.py", "queries/own.py"}  # fmt: skip
SECRETS = ("Nguyễn Thị Bí Mật", "Bí Mật", "bi.mat@example.vn", "0912345678", "912345678", "912 345 678")
TEXT = "Tôi tên là Nguyễn Thị Bí Mật, gọi 0912 345 678 hoặc bi.mat@example.vn. Ổ gà sâu trước chợ"


def dump(value):
    """Everything that hangs on a value, as text."""
    if hasattr(value, "__dataclass_fields__"):
        return " ".join(dump(getattr(value, name)) for name in value.__dataclass_fields__)
    if hasattr(value, "_meta"):
        return " ".join(str(getattr(value, field.attname, "")) for field in value._meta.concrete_fields)
    if isinstance(value, (list, tuple, set, frozenset)):
        return " ".join(map(dump, value))
    return str(value)


def test_only_the_rooms_of_privacy_import_contacts():
    """Sending and following write contacts, telling asks which channel, channels and privacy open them; nobody else."""
    readers = set()
    for file in SOURCE.rglob("*.py"):
        if "migrations" in file.parts:
            continue
        for node in ast.walk(ast.parse(file.read_text())):
            named = isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                "halong.citizens.models"
            )
            if named and {"Contact", "PushAddress"} & {name.name for name in node.names}:
                readers.add(str(file.relative_to(SOURCE / "citizens")))
            inside = "citizens" in file.relative_to(SOURCE).parts[:1]
            if inside and isinstance(node, ast.Attribute) and node.attr in {"push_addresses", "sealed"}:
                readers.add(str(file.relative_to(SOURCE / "citizens")))
    assert readers - MAY_READ == set()


def test_reports_have_no_column_that_leads_to_a_person():
    people = {Follower, Contact}
    assert [f.name for f in Report._meta.get_fields() if f.concrete and f.related_model in people] == []
    for model in apps.get_app_config("citizens").get_models():
        if model is LawfulChannel:
            continue  # offices' telephones
        names = {field.name for field in model._meta.concrete_fields}
        assert names & {"email", "phone", "reporter", "ip", "user_agent", "full_name"} == set()


def test_what_a_sender_says_of_himself_reaches_nobody(send, staff, client):
    sent = send(text=TEXT, address="Số 12 Lê Lợi, gọi 0912345678")
    report = triage.route_report(sent.report, by=staff["duty"])
    handling.accept_report(report, by=staff["officer"])
    question = handling.ask_citizen(report, by=staff["officer"], text="Ở gần số nào?")
    answering.reply_question(question, by=sent.follower, text=TEXT)
    seen = [queues.desk_view(staff[name], report.pk) for name in ("duty", "officer", "head", "top")]
    seen += [
        public.report(report.pk),
        public.reports(public.PublicFilter()),
        list(public.rows_for_csv(public.PublicFilter())),
    ]
    seen += [
        public.map_points(public.PublicFilter(), zoom=9),
        public.map_points(public.PublicFilter(), zoom=18),
    ]
    seen += list(ReportEvent.objects.all()) + list(AuditEntry.objects.all()) + list(Message.objects.all())
    text = " ".join(map(dump, seen))
    assert [secret for secret in SECRETS if secret in text] == []
    assert codes.code_of(report.client_id) not in text
    assert "12 Lê Lợi" not in dump(public.report(report.pk))
    assert own.own_view(own.follower_of(sent.code)).street.startswith("Số 12")


def test_contact_is_sealed_and_opened_with_a_reason_that_is_logged(send, staff):
    report = send().report
    sealed = bytes(Contact.objects.get().sealed)
    for kept in (sealed, base64.urlsafe_b64decode(sealed)):
        assert [w for w in (CONTACT.name, CONTACT.email, CONTACT.phone) if w.encode() in kept] == []
    for who in ("duty", "officer", "head", "top", "admin"):
        with pytest.raises(Forbidden):
            privacy.open_contact(report, by=staff[who], reason="Muốn biết ai đã gửi phản ánh này")
    with pytest.raises(HalongError):
        privacy.open_contact(report, by=staff["privacy"], reason="tò mò")
    opened = privacy.open_contact(
        report, by=staff["privacy"], reason="Yêu cầu của cơ quan điều tra số 12/2026"
    )
    assert opened["email"] == CONTACT.email
    entry = AuditEntry.objects.get(action="privacy.open_contact")
    assert (entry.actor, entry.object_id) == (staff["privacy"].username, str(report.pk))
    assert CONTACT.email not in json.dumps(entry.summary)


def test_data_request_within_72_hours_erases_for_good(send, staff):
    sent, other = (
        send(text="Đèn trước nhà tôi hỏng"),
        send(contact=ContactDraft(email="khac@example.vn", consents=True)),
    )
    asked = privacy.ask_data(kind="erase", client_id=uuid.uuid4(), follower=sent.follower)
    assert asked.request.due_at - asked.request.received_at == timedelta(hours=72)
    found = privacy.data_of(asked.request, by=staff["privacy"], reason="Thực hiện yêu cầu của chủ thể")
    assert [(row["report"], row["contact"]["email"]) for row in found["entries"]] == [
        (sent.report.number, CONTACT.email)
    ]
    privacy.fulfil_request(asked.request, by=staff["privacy"], answer="Đã xóa toàn bộ dữ liệu liên hệ.")
    report = Report.objects.get(pk=sent.report.pk)
    assert ("Đèn" in report.text, report.lon, report.address) == (
        False,
        report.public_lon,
        report.public_address,
    )
    assert list(Contact.objects.values_list("follower", flat=True)) == [other.follower.pk]
    assert own.data_request_of(asked.code).state == "done"
    with pytest.raises(Forbidden):
        privacy.refuse_request(asked.request, by=staff["admin"], answer="Không đủ căn cứ để thực hiện")


def test_a_request_by_address_finds_what_is_ones_own(send, staff):
    mine = send().report
    send(contact=ContactDraft(phone="0987654321", consents=True))
    contact = ContactDraft(phone="+84 912 345 678", consents=True)
    asked = privacy.ask_data(kind="access", client_id=uuid.uuid4(), contact=contact)
    with pytest.raises(Invalid):  # anybody can type an address
        privacy.data_of(asked.request, by=staff["privacy"], reason="Thực hiện yêu cầu của chủ thể")
    found = privacy.data_of(
        asked.request, by=staff["privacy"], reason="Thực hiện yêu cầu của chủ thể", identity="Đã gọi lại số đang lưu"
    )  # fmt: skip
    assert [row["report"] for row in found["entries"]] == [mine.number]
    assert not DataRequest.objects.visible_to(staff["admin"]).exists()


def test_retention(send, staff):
    report = send(text="Ổ gà trước nhà").report
    Report.objects.filter(pk=report.pk).update(state="closed", closed_at=timezone.now() - timedelta(days=100))
    assert forgetting.forget_due()["contacts"] == 1
    Report.objects.filter(pk=report.pk).update(closed_at=timezone.now() - timedelta(days=400))
    assert forgetting.forget_due()["reports"] == 1
    report.refresh_from_db()
    assert (report.lon, report.anonymised_at is not None) == (report.public_lon, True)
    assert forgetting.forget_due()["reports"] == 0


def test_a_complaint_is_purged_when_it_is_handed_over(send, staff):
    sent = send(text="Tôi khiếu nại quyết định số 12 của phường", insists=True)
    report = triage.hand_over(sent.report, by=staff["duty"], matter="complaint")
    report.refresh_from_db()
    assert (report.text, report.public_text, report.lon, report.address, report.public) == (
        "",
        "",
        None,
        "",
        False,
    )
    assert "quyết định" not in dump(own.own_view(own.follower_of(sent.code)))


@settings(max_examples=60, deadline=None)
@given(st.uuids(version=4))
def test_codes_are_good_however_typed(number):
    code = codes.code_of(number)
    typed = codes.shown_code(code).lower().replace("0", "o").replace("1", "l")
    assert (len(code), codes.tidy_code(typed), codes.digest_of(typed)) == (12, code, codes.digest_of(code))


@pytest.mark.parametrize(
    "role", ["officer", "operator", "leader", "administrator", "auditor", "privacy", "citizen"]
)
def test_lists_and_single_reports_agree(role, send, staff, person, agencies, wards):
    reports = [send(place=wards[n % 2], lon=None, lat=None).report for n in range(4)]
    triage.route_report(reports[0], by=staff["duty"])
    triage.route_report(reports[1], by=staff["duty"])
    for scope in (
        {},
        {"agency": agencies["pha"]},
        {"place": wards[1]},
        {"agency": agencies["pha"], "place": wards[1]},
        {"sector": "health"},
    ):
        user = person(role, **scope)
        listed = set(Report.objects.visible_to(user).values_list("pk", flat=True))
        assert listed == {report.pk for report in reports if may_view(user, report)}


@pytest.fixture
def world(send, staff, agencies, wards):
    Walk.send, Walk.staff, Walk.agencies = staticmethod(send), staff, agencies
    return Walk


WITH = ("routed", "working", "answered", "resolved", "closed")


class Walk(RuleBasedStateMachine):
    """Anybody tries anything in any order: what can't be must be refused, and what is must hold together."""

    reports = Bundle("reports")

    @initialize()
    def begin(self):
        Report.objects.filter(merged_into__isnull=False).delete()
        Report.objects.all().delete()

    @rule(target=reports, code=st.sampled_from(["pothole", "conduct", "noise", "fire"]))
    def send_one(self, code):
        return self.send(code, text=TEXT).report.pk

    @rule(pk=reports, who=st.sampled_from(["duty", "officer", "second", "head", "other", "top", "admin", "privacy"]),
          act=st.integers(0, 14), other=reports)  # fmt: skip
    def try_something(self, pk, who, act, other):
        by = type(self.staff[who]).objects.get(pk=self.staff[who].pk)
        report, second = Report.objects.get(pk=pk), Report.objects.get(pk=other)
        long = "Một lý do đủ dài để người dân hiểu được việc này"
        proofs = [answering.ProofDraft("measure", name="Độ sâu", value=0, unit="cm")]
        acts = [
            lambda: triage.route_report(report, by=by, agency=self.agencies["pha"]),
            lambda: triage.merge_report(report, second, by=by),
            lambda: triage.unmerge_report(report, by=by),
            lambda: triage.decline_report(report, by=by, reason="abuse", note=long),
            lambda: triage.restore_report(report, by=by),
            lambda: triage.hand_over(report, by=by, matter="complaint"),
            lambda: handling.accept_report(report, by=by),
            lambda: handling.return_report(report, by=by, reason=long),
            lambda: handling.ask_extension(
                report, by=by, due_at=report.due_at + timedelta(days=3), reason=long
            ),
            lambda: handling.decide_extension(report.asked_extensions.latest("pk"), by=by, grant=True),
            lambda: answering.write_answer(report, by=by, text=long + long, proofs=proofs),
            lambda: answering.approve_answer(report.answers.latest("pk"), by=by),
            lambda: answering.send_back_answer(report.answers.latest("pk"), by=by, note=long),
            lambda: answering.rate_report(
                report, by=report.followers.get(sender=True), rating="dissatisfied"
            ),
            lambda: answering.reopen_report(report, by=report.followers.get(sender=True), reason=long),
        ]
        before, state = ReportEvent.objects.filter(report=report).count(), report.state
        from django.core.exceptions import ObjectDoesNotExist
        from django.db import transaction

        try:
            with transaction.atomic():
                acts[act]()
        except (HalongError, ObjectDoesNotExist):
            assert Report.objects.get(pk=pk).state == state
            assert ReportEvent.objects.filter(report=report).count() == before
        else:
            assert ReportEvent.objects.filter(report=report).count() > before

    @invariant()
    def holds_together(self):
        if not hasattr(type(self), "staff"):
            return
        for report in Report.objects.all():
            if report.state in WITH or report.state in ("sent", "returned", "declined", "handed_over"):
                assert (report.agency is not None) == (report.state in WITH)
            assert not report.public or report.state in WITH
            if report.state in ("resolved", "closed"):
                answer = report.answers.filter(state="approved").latest("pk")
                assert answer.decided_by_id not in (None, answer.written_by_id)
                assert answer.proofs.exists()
            assert report.remind_at is None or report.is_open
        weights = sum(Report.objects.exclude(state="duplicate").values_list("weight", flat=True))
        assert weights >= Report.objects.exclude(state="duplicate").count()
        text = " ".join(dump(row) for row in Report.objects.all()) + " ".join(
            dump(row) for row in ReportEvent.objects.all()
        )
        assert [secret for secret in SECRETS if secret in text] == []


@pytest.mark.django_db
def test_no_walk_breaks_a_report(world):
    from hypothesis.stateful import run_state_machine_as_test

    run_state_machine_as_test(
        world,
        settings=settings(
            max_examples=12,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            derandomize=True,
        ),
    )
