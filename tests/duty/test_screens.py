"""The pages of duty as people use them, the directory, and alerts that begin chains."""

from datetime import timedelta

import pytest
from django.urls import reverse
from tests.duty.conftest import NOW

from halong.alerts.actions import Condition, acknowledge, clear_alert, raise_alert, shelve, unshelve
from halong.alerts.events import AlertChanged
from halong.alerts.models import AlertEvent
from halong.core.errors import Invalid
from halong.core.permissions import SYSTEM
from halong.duty.actions.chains import ChainDraft, save_chain
from halong.duty.actions.contacts import ContactDraft, save_contact, verify_contact
from halong.duty.actions.rota import add_shift
from halong.duty.actions.teams import TeamDraft, save_member, save_team
from halong.duty.models import Chain, Contact, Override, Run, Shift, Team
from halong.duty.queries import answerable
from halong.duty.sheets import read_contacts
from halong.duty.subscribers import on_alert
from halong.places.actions import save_place
from halong.places.models import Place

STEPS = [{"after": 0, "whom": "on-duty", "role": "", "ref": None, "channels": ["product"]}]


def hear(alert):
    """What the queue does: every event of an alert, each twice."""
    for event in AlertEvent.objects.filter(alert=alert).order_by("pk"):
        for _again in range(2):
            on_alert(AlertChanged(alert.pk, event.pk, event.kind))


def test_an_alert_begins_a_chain_and_its_acknowledgement_ends_it(team, watch, administrator):
    save_chain(ChainDraft(team, "Nghiêm trọng", priority=1, steps=STEPS), by=administrator)
    high = raise_alert(Condition("h", 1, NOW, "Cao", 2), by=SYSTEM)
    hear(high)
    assert Run.objects.count() == 0
    alert = raise_alert(Condition("c", 1, NOW, "Nghiêm trọng", 1), by=SYSTEM)
    hear(alert)
    run = Run.objects.get()
    assert (run.state, run.subject_ref, run.pages.count()) == ("running", str(alert.pk), 2)
    clear_alert("c", 2, NOW, by=SYSTEM)
    hear(alert)
    run.refresh_from_db()
    assert run.state == "running"  # over by itself, but nobody has seen it yet
    acknowledge(alert, by=watch["lan"])
    hear(alert)
    run.refresh_from_db()
    assert run.state == "ended"
    assert Run.objects.count() == 1


def test_a_shelved_alert_calls_again_when_it_comes_back(team, watch, administrator):
    save_chain(ChainDraft(team, "Nghiêm trọng", priority=1, steps=STEPS), by=administrator)
    alert = raise_alert(Condition("c", 1, NOW, "Nghiêm trọng", 1), by=SYSTEM)
    hear(alert)
    shelve(alert, by=watch["lan"], minutes=15)
    hear(alert)
    assert [run.state for run in Run.objects.all()] == ["ended"]
    unshelve(alert, by=watch["lan"])
    hear(alert)
    assert [run.state for run in Run.objects.order_by("pk")] == ["ended", "running"]


@pytest.fixture
def places(db):
    """A province with a ward in it, and another ward."""
    from datetime import date

    made = {}
    for code, parent in (("22", None), ("1", "22"), ("2", "22")):
        row = Place(
            code=code, name=f"p{code}", kind="ward", valid_from=date(2025, 7, 1), parent=made.get(parent)
        )
        made[code] = save_place(row, by=SYSTEM)
    return made


def test_the_most_particular_contact_is_called_first(administrator, places):
    def add(name, **more):
        return save_contact(ContactDraft(name, "0203 123 456", **more), by=administrator)

    add("khắp nơi", order=1)
    add("tỉnh", place=places["22"])
    add("phường", place=places["1"], order=2)
    add("phường, số 1", place=places["1"], order=1)
    add("cháy ở phường", place=places["1"], kind="fire", order=9)
    add("phường khác", place=places["2"])
    found = [one.name for one in answerable(places["1"], "health", "fire")]
    assert found == ["cháy ở phường", "phường, số 1", "phường", "tỉnh", "khắp nơi"]


def test_a_new_number_is_not_verified(administrator, watch):
    contact = save_contact(ContactDraft("A", "113"), by=administrator)
    verify_contact(contact, by=watch["lan"])
    day = contact.verified_on
    assert contact.age_days(day + timedelta(days=3)) == 3
    save_contact(ContactDraft("A", "114", verified_on=day), by=administrator, contact=contact)
    assert contact.verified_on is None
    for wrong in ("", "12", "gọi tôi", "1" * 16, "0203<script>"):
        with pytest.raises(Invalid):
            save_contact(ContactDraft("A", wrong), by=administrator)


def test_the_directory_goes_out_and_comes_in_again(client, administrator):
    save_contact(ContactDraft("Trực ban", "0203 1", post="+1", source="sổ"), by=administrator)
    client.force_login(administrator)
    table = client.get(reverse("directory-csv")).content.decode()
    shown = client.post(reverse("directory-import"), {"table": table.replace("0203 1", "0203 222")})
    assert shown.status_code == 302
    assert [(one.telephone, one.post) for one in Contact.objects.current()] == [("0203 222", "+1")]
    bad = client.post(reverse("directory-import"), {"table": "name,telephone,place\nA,x,nowhere\n"})
    assert [(one.line, one.column) for one in bad.context["preview"].faults] == [
        (2, "telephone"),
        (2, "place"),
    ]
    long = client.post(
        reverse("directory-import"),
        {"table": f"name,telephone,email,order\n{'A' * 201},113,x,100\n"},
    )
    assert [one.column for one in long.context["preview"].faults] == ["name", "email", "order"]
    save_contact(ContactDraft("Trực ban", "0203 3", post="+1", kind="fire"), by=administrator)
    drafts, preview = read_contacts(
        "name,telephone,post\nTrực ban,0203 4,+1\nTrực ban,0203 5,Khác\n".encode()
    )
    assert ([len(preview.changed), len(preview.created)], len(drafts)) == ([1, 1], 2)
    assert (
        client.get(reverse("directory"), {"q": "truc ban"}).context["rows"][0]["contact"].name == "Trực ban"
    )


def test_a_team_is_set_up_on_screens(client, administrator, watch, team):
    client.force_login(administrator)
    made = client.post(reverse("duty-team-new"), {"name": "Đội ứng cứu", "at_once": 1})
    assert made["Location"] == reverse("duty-team", args=[Team.objects.get(name="Đội ứng cứu").pk])
    assert client.post(reverse("duty-team-new"), {"name": "Đội ứng cứu", "at_once": 1}).status_code == 422
    form = reverse("duty-team-act", args=[team.pk, "pattern"])
    values = {
        "people": [watch["lan"].pk],
        "role": "officer",
        "start": "2026-12-01T07:00",
        "hours": 8,
        "every": "DAILY",
    }
    assert client.post(form, values).status_code == 302
    assert Shift.objects.filter(uid__startswith="pattern").exists()
    assert client.post(form, {**values, "rrule": "FREQ=OFTEN"}).status_code == 422
    page = client.get(reverse("duty-team", args=[team.pk])).content.decode()
    assert "Vũ Thị Lan" in page


def test_a_member_exchanges_his_turn_in_two_presses(client, team, watch):
    client.force_login(watch["minh"])
    shift = Shift.objects.get(person=watch["minh"])
    form = client.get(reverse("duty-team-act", args=[team.pk, "stand-in"]), {"shift": shift.pk}).context[
        "form"
    ]
    values = {name: form[name].value() for name in ("role", "replaced")}
    values |= {"start": "2026-12-24T08:00", "end": "2026-12-24T10:00", "person": watch["hoa"].pk}
    done = client.post(reverse("duty-team-act", args=[team.pk, "stand-in"]), values)
    assert done.status_code == 302
    change = Override.objects.get()
    assert (change.person, change.replaced, change.by) == (watch["hoa"], watch["minh"], watch["minh"])


def test_a_member_swaps_his_own_turn_against_a_colleagues(client, team, watch, person):
    binh = person("binh", "leader")  # sees duty, leads no team
    save_member(team, binh, "officer", by=SYSTEM)
    hours = [NOW + timedelta(hours=n) for n in (12, 20, 30, 38)]
    mine = add_shift(team, binh, "officer", hours[0], hours[1], by=SYSTEM)
    other = add_shift(team, watch["hoa"], "officer", hours[2], hours[3], by=SYSTEM)
    elsewhere = save_team(TeamDraft("Đội khác"), by=SYSTEM)
    save_member(elsewhere, binh, "officer", by=SYSTEM)
    add_shift(elsewhere, binh, "officer", NOW + timedelta(hours=1), NOW + timedelta(hours=2), by=SYSTEM)
    swap = reverse("duty-team-act", args=[team.pk, "swap"])
    client.force_login(binh)
    form = client.get(swap).context["form"]
    assert [row.pk for row in form.fields["first"].queryset] == [mine.pk]
    assert form["first"].value() == mine.pk

    assert client.post(swap, {"first": other.pk, "second": mine.pk}).status_code == 422  # not his to give
    assert client.post(swap, {"first": mine.pk, "second": mine.pk}).status_code == 422
    assert client.post(swap, {"first": mine.pk, "second": other.pk, "reason": "gia đình"}).status_code == 302
    changes = {(one.person, one.replaced, one.start) for one in Override.objects.all()}
    assert changes == {(watch["hoa"], binh, mine.start), (binh, watch["hoa"], other.start)}


def test_a_chain_is_made_on_a_screen(client, administrator, team, watch):
    client.force_login(administrator)
    values = {
        "team": team.pk,
        "name": "Đêm",
        "about": "alert",
        "priority": 2,
        "quiet_from": "22:00",
        "quiet_to": "06:00",
    }
    values |= {"step0-after": 0, "step0-whom": "on-duty:officer", "step0-channels": ["product", "sms"]}
    values |= {"step1-after": 7, "step1-whom": f"person:{watch['hoa'].pk}", "step1-channels": ["product"]}
    assert client.post(reverse("duty-chain-new"), values).status_code == 302
    chain = Chain.objects.get()
    assert [(s["after"], s["whom"], s["role"], s["ref"], s["channels"]) for s in chain.steps] == [
        (0, "on-duty", "officer", None, ["product", "sms"]),
        (7, "person", "", watch["hoa"].pk, ["product"]),
    ]
    assert client.get(reverse("duty-chains")).status_code == 200
    assert client.get(reverse("duty-chain-edit", args=[chain.pk])).status_code == 200
    late = client.post(reverse("duty-chain-edit", args=[chain.pk]), {**values, "edits": 0})
    assert late.status_code == 422  # somebody else was first
    assert (
        client.post(reverse("duty-chain-new"), {**values, "step0-whom": "", "step1-whom": ""}).status_code
        == 422
    )


def test_the_board_says_who_is_on(client, team, watch, django_assert_max_num_queries):
    client.force_login(watch["lan"])
    client.get(reverse("duty"))
    with django_assert_max_num_queries(40):
        page = client.get(reverse("duty"))
    assert [on.name for on in page.context["teams"][0]["on"]] == ["Vũ Thị Lan", "Lê Quang Minh"]
    assert "tel:0912000001" in page.content.decode()


def test_the_test_alarm_is_one_button(client, team, watch):
    client.force_login(watch["lan"])
    answer = client.post(reverse("duty-team-test", args=[team.pk]))
    run = Run.objects.get()
    assert (answer["Location"], run.test) == (reverse("duty-run", args=[run.pk]), True)
    assert client.get(answer["Location"]).context["page_pk"] is not None
