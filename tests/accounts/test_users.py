import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halong.accounts import actions, commands
from halong.accounts.actions import GrantSpec
from halong.accounts.models import User
from halong.accounts.passwords import random_password
from halong.accounts.setup import ensure_initial_users
from halong.audit.models import AuditEntry
from halong.cli import build_parser
from halong.core.errors import Conflict, Forbidden, HalongError, Invalid
from halong.core.permissions import SYSTEM, has_perm
from halong.places.models import Agency


@pytest.mark.parametrize("name", ["", "lan anh", "Đào", "-lan", "a" * 151, "la\nn", "<b>"])
def test_poor_names_are_refused(db, name):
    with pytest.raises(Invalid):
        actions.create_user(name, by=SYSTEM)


def test_a_name_is_taken_once_in_any_case(make):
    make("lan")
    with pytest.raises(Conflict):
        actions.create_user("LAN", by=SYSTEM)


def test_only_who_manages_people_makes_them(make):
    with pytest.raises(Forbidden):
        actions.create_user("hoa", by=make("lan", "operator"))


def test_grants_are_replaced_and_noted(make, trees, admin):
    lan = make("lan", "officer")
    assert has_perm(lan, "alerts.handle")
    actions.set_grants(lan, [GrantSpec("leader", trees["ha-lam"])], by=admin)
    assert not has_perm(lan, "alerts.handle")
    noted = AuditEntry.objects.filter(action="accounts.set_grants").latest("pk")
    assert noted.summary == {"given": ["leader:ha-lam"], "taken": ["officer"]}


@pytest.mark.parametrize("spec", [GrantSpec("king"), GrantSpec("officer", sector="nowhere")])
def test_grants_name_what_exists(make, spec):
    with pytest.raises(Invalid):
        actions.set_grants(make("lan"), [spec], by=SYSTEM)


def test_one_administrator_always_remains(make, admin):
    other = make("lan", "administrator")
    actions.deactivate_user(other, by=admin)
    with pytest.raises(Conflict):
        actions.set_grants(admin, [], by=admin)
    assert has_perm(admin, "users.manage")


def test_people_change_their_own_contact_only(make):
    lan = make("lan")
    actions.change_user(lan, by=lan, phone="0203 3825 000")
    assert User.objects.get().phone == "0203 3825 000"
    with pytest.raises(Forbidden):
        actions.change_user(lan, by=lan, full_name="Somebody else")


def test_no_password_or_personal_data_is_in_the_log(make, admin):
    lan = make("lan")
    actions.change_user(lan, by=admin, phone="0987654321", full_name="Nguyễn Thị Lan")
    secret = actions.reset_password(lan, by=admin)
    said = json.dumps(list(AuditEntry.objects.values_list("summary", flat=True)), ensure_ascii=False)
    assert [text in said for text in (secret, "0987654321", "Nguyễn Thị Lan")] == [False] * 3


def test_random_passwords_pass_our_own_rules(db):
    passwords = {random_password() for _number in range(50)}
    assert len(passwords) == 50
    for number, password in enumerate(passwords):
        actions.create_user(f"u{number}", by=SYSTEM, password=password) if number < 3 else None


TABLE = "username,role,full_name,agency,place,sector,email\n"


def imported(text, dry_run=False):
    return actions.import_users(text.encode(), by=SYSTEM, dry_run=dry_run)


def test_a_table_becomes_accounts(trees):
    report = imported(TABLE + "Lan,Officer,Nguyễn Thị Lan,so,ha-lam,,lan@example.vn\nhoa,operator,,,,,\n")
    lan = User.objects.get(username="lan")
    assert (report.made, report.faults, User.objects.count()) == (True, 0, 2)
    assert (lan.grants.get().agency, lan.grants.get().place) == (trees["so"], trees["ha-lam"])
    assert lan.check_password(report.rows[0].password)
    assert lan.must_change_password


def test_a_dry_run_makes_nothing(trees):
    report = imported(TABLE + "lan,officer,,,,,\n", dry_run=True)
    assert (report.made, report.faults, User.objects.count()) == (False, 0, 0)
    again = imported(report.table)
    assert [row.values for row in again.rows] == [row.values for row in report.rows]


def test_every_fault_stands_at_its_line_and_nothing_is_made(trees, make):
    make("taken")
    rows = [
        "good,officer,,,,,",
        "taken,officer,,,,,",
        "bad name,officer,,,,,",
        "twice,officer,,,,,",
        "",
        "TWICE,officer,,,,,",
        "hoa,king,,nowhere,nowhere,nowhere,no-address",
    ]
    report = imported(TABLE + "\n".join(rows))
    assert {row.line: len(row.errors) for row in report.rows} == {2: 0, 3: 1, 4: 1, 5: 0, 7: 1, 8: 5}
    assert (report.made, report.faults, User.objects.count()) == (False, 4, 1)


@pytest.mark.parametrize(
    "content", [b"", b"a,b\n1,2", b"username,role\n", b"\xff\xfe\x00", b"PK\x03\x04\0\0", b"\x89PNG"]
)
def test_what_is_no_table_is_refused(db, content):
    with pytest.raises(HalongError):
        actions.import_users(content, by=SYSTEM, dry_run=True)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(content):
    from halong.accounts.actions.imports import _read

    with contextlib.suppress(HalongError):
        _read(b"username,role\n" + content)


def test_many_rows_take_few_queries(trees, django_assert_max_num_queries):
    text = TABLE + "".join(f"u{number},officer,,so,ha-lam,,\n" for number in range(200))
    with django_assert_max_num_queries(4):
        assert imported(text, dry_run=True).faults == 0


def test_the_first_users_are_made_once(trees):
    made = ensure_initial_users("so")
    assert [(name, role) for name, role, _password in made] == [
        ("leader", "leader"),
        ("operator", "operator"),
        ("officer", "officer"),
        ("admin", "administrator"),
    ]
    assert User.objects.get(username="officer").grants.get().agency == trees["so"]
    for name, _role, password in made:
        assert actions.attempt_sign_in(name, password, address=None).user.username == name
    assert ensure_initial_users("so") == []


def test_the_first_officer_works_for_the_environment(trees):
    Agency.objects.filter(code="chi-cuc").update(folded="chi cuc bao ve moi truong")
    ensure_initial_users()
    assert User.objects.get(username="officer").grants.get().agency == trees["chi-cuc"]


def run(*words):
    options = build_parser(commands.VERBS).parse_args(words)
    return options.verb.handle(options)


def test_verbs_of_users(trees, capsys):
    run("user", "add", "lan", "--role", "officer", "--agency", "so", "--place", "ha-lam")
    said = json.loads(capsys.readouterr().out)
    assert {**said, "password": ""} == {
        "user": "lan",
        "password": "",
        "role": "officer",
        "agency": "so",
        "place": "ha-lam",
    }
    assert actions.attempt_sign_in("lan", said["password"], address=None).user is not None
    run("user", "reset-password", "lan")
    assert json.loads(capsys.readouterr().out)["password"] != said["password"]
    run("user", "list")
    assert json.loads(capsys.readouterr().out)["grants"][0]["agency"] == "so"
    run("user", "unlock", "lan")
    run("user", "remove-second-step", "lan")


def test_verbs_say_what_is_missing(trees):
    for words in (
        ["user", "add", "lan", "--role", "officer", "--agency", "nowhere"],
        ["user", "add", "lan", "--role", "officer", "--place", "nowhere"],
        ["user", "reset-password", "nobody"],
        ["key", "revoke", "nothing"],
        ["user", "import", "/nowhere.csv"],
    ):
        with pytest.raises(commands.CommandError):
            run(*words)


def test_verb_of_import(trees, capsys, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text(TABLE + "lan,officer,,,,,\n", encoding="utf-8")
    assert (run("user", "import", str(file), "--dry-run"), User.objects.count()) == (0, 0)
    assert run("user", "import", str(file)) == 0
    assert json.loads(capsys.readouterr().out)["user"] == "lan"
    assert run("user", "import", str(file)) == 1


def test_verbs_of_keys_and_displays(trees, capsys):
    run("key", "add", "Trạm", "--permission", "ingest.write", "--days", "30")
    said = json.loads(capsys.readouterr().out)
    key = actions.authenticate_key(said["key"])
    assert (key.permissions, key.expires_at is not None) == (["ingest.write"], True)
    run("key", "revoke", key.prefix)
    assert actions.authenticate_key(said["key"]) is None
    run("display", "add", "Phòng trực", "--place", "ha-lam")
    said = json.loads(capsys.readouterr().out)
    assert actions.authenticate_display(said["token"]).place == trees["ha-lam"]
    assert said["path"] == f"/wall?token={said['token']}"
