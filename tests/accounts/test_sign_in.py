import time
from datetime import timedelta

import pyotp
import pytest
from django.utils import timezone

from halong.accounts import actions
from halong.accounts.actions import sessions
from halong.accounts.models import AddressTries, SignIn, User
from halong.audit.models import AuditEntry
from halong.core.errors import Conflict, Forbidden, Invalid

from .conftest import PASSWORD


def enter(client, name="lan", password=PASSWORD, **more):
    return client.post("/login", {"username": name, "password": password, **more})


def locked_for(user):
    user.refresh_from_db()
    return user.locked_until and round((user.locked_until - timezone.now()).total_seconds() / 60)


def test_signing_in_and_out(client, make):
    lan = make("lan", "leader")
    assert enter(client, " LAN ", next="/users").headers["Location"] == "/users"
    assert SignIn.objects.get().user == lan
    assert client.get("/account").status_code == 200
    assert client.get("/logout").status_code == 405
    client.post("/logout")
    assert (SignIn.objects.count(), client.get("/account").status_code) == (0, 302)
    assert list(AuditEntry.objects.filter(actor="lan").order_by("pk").values_list("action", flat=True)) == [
        "accounts.sign_in",
        "accounts.sign_out",
    ]


def test_the_session_key_changes_at_sign_in(client, make):
    make("lan")
    client.get("/login")
    session = client.session
    session["known"] = "before"
    session.save()
    before = session.session_key
    enter(client)
    assert client.session.session_key != before


def test_foreign_addresses_are_not_followed(client, make):
    make("lan")
    assert enter(client, next="https://elsewhere.example/").headers["Location"] == "/"


def test_every_failure_gives_the_same_answer(client, make):
    make("lan")
    closed = make("hoa")
    User.objects.filter(pk=closed.pk).update(is_active=False)
    for_all = {
        str(enter(client, name, password).context["form"].non_field_errors())
        for name, password in [("lan", "wrong"), ("nobody", "wrong"), ("hoa", PASSWORD), ("hoa", "wrong")]
    }
    assert len(for_all) == 1


def test_an_unknown_name_takes_as_long_as_a_wrong_password(make, slow_hashes):
    make("lan")

    def seconds(name):
        taken = []
        for _try in range(3):
            start = time.perf_counter()
            actions.attempt_sign_in(name, "wrong", address=None)
            taken.append(time.perf_counter() - start)
        return min(taken)

    assert 0.5 < seconds("lan") / seconds("nobody") < 2


def test_five_failures_lock_and_each_further_one_doubles(make):
    lan = make("lan")
    for _try in range(4):
        actions.attempt_sign_in("lan", "wrong", address=None)
    assert locked_for(lan) is None
    minutes = []
    for _try in range(8):
        actions.attempt_sign_in("lan", "wrong", address=None)
        minutes.append(locked_for(lan))
        assert actions.attempt_sign_in("lan", PASSWORD, address=None).user is None
        User.objects.update(locked_until=timezone.now() - timedelta(seconds=1))
    assert minutes == [1, 2, 4, 8, 16, 32, 60, 60]
    assert actions.attempt_sign_in("lan", PASSWORD, address=None).user == lan
    lan.refresh_from_db()
    assert (lan.failed_attempts, lan.locked_until) == (0, None)


def test_an_administrator_unlocks(make, admin):
    lan = make("lan")
    for _try in range(5):
        actions.attempt_sign_in("lan", "wrong", address=None)
    actions.unlock_user(lan, by=admin)
    assert actions.attempt_sign_in("lan", PASSWORD, address=None).user == lan


def test_an_address_with_many_failures_waits(client, make, monkeypatch):
    monkeypatch.setattr(sessions, "ADDRESS_FAILURES", 3)
    make("lan")
    enter(client)
    for name in ("a", "b", "c"):
        enter(client, name)
    assert enter(client).status_code == 429
    AddressTries.objects.update(since=timezone.now() - timedelta(minutes=16))
    assert enter(client).status_code == 302


def test_ipv6_is_counted_by_its_network(db):
    actions.attempt_sign_in("x", "y", address="2001:db8::1")
    actions.attempt_sign_in("x", "y", address="2001:db8::2")
    [counted] = AddressTries.objects.all()
    assert (counted.address, counted.failures) == ("2001:db8::", 2)


def test_an_ended_session_is_over_at_once(client, make):
    lan = make("lan", "leader")
    enter(client)
    actions.end_session(SignIn.objects.get(), by=lan)
    assert client.get("/account").status_code == 302
    enter(client)
    SignIn.objects.all().delete()  # the row alone, as when another process still holds the session in memory
    assert client.get("/account").status_code == 302


@pytest.mark.parametrize("field", ["at", "last_seen"])
def test_sessions_end_by_time(client, make, field):
    make("lan")
    enter(client)
    SignIn.objects.update(**{field: timezone.now() - timedelta(hours=13)})
    assert (client.get("/account").status_code, SignIn.objects.count()) == (302, 0)


def test_use_is_noted_once_a_minute(client, make, django_assert_num_queries):
    make("lan")
    enter(client)
    SignIn.objects.update(last_seen=timezone.now() - timedelta(minutes=5))
    client.get("/account")
    noted = SignIn.objects.get().last_seen
    assert timezone.now() - noted < timedelta(seconds=30)
    client.get("/account")
    assert SignIn.objects.get().last_seen == noted


def test_all_other_sessions_are_ended(client, make):
    from django.test import Client

    make("lan")
    other = Client()
    enter(other)
    enter(client)
    assert SignIn.objects.count() == 2
    client.post("/account/sessions/end-others")
    assert [client.get("/account").status_code, other.get("/account").status_code] == [200, 302]


def test_nobody_ends_another_persons_session(client, make):
    make("lan"), make("hoa")
    enter(client, "hoa")
    foreign = SignIn.objects.get()
    client.post("/logout")
    row = SignIn.objects.create(user=User.objects.get(username="hoa"), session_key="x" * 32)
    enter(client, "lan")
    assert client.post(f"/account/sessions/{row.pk}/end").status_code == 404
    with pytest.raises(Forbidden):
        actions.end_session(row, by=User.objects.get(username="lan"))
    assert foreign.pk != row.pk


def test_a_change_of_password_keeps_this_session_and_ends_the_others(client, make):
    from django.test import Client

    make("lan", "leader")
    other = Client()
    enter(other), enter(client)
    form = {"old": PASSWORD, "password": "mưa rào tháng bảy", "again": "mưa rào tháng bảy"}
    assert client.post("/account/password", form).headers["Location"] == "/account"
    assert [client.get("/account").status_code, other.get("/account").status_code] == [200, 302]
    assert SignIn.objects.count() == 1


@pytest.mark.parametrize(
    ("old", "new", "again", "field"),
    [
        ("wrong", "mưa rào tháng bảy", "mưa rào tháng bảy", "old"),
        (PASSWORD, "short", "short", "password"),
        (PASSWORD, "password1234", "password1234", "password"),
        (PASSWORD, PASSWORD, PASSWORD, "password"),
        (PASSWORD, "mưa rào tháng bảy", "mưa rào tháng tám", "again"),
    ],
)
def test_poor_changes_of_password_are_refused(client, make, old, new, again, field):
    make("lan")
    enter(client)
    page = client.post("/account/password", {"old": old, "password": new, "again": again})
    assert list(page.context["form"].errors) == [field]


def test_a_given_password_must_be_changed_first(client, make, admin):
    lan = make("lan", "leader")
    password = actions.reset_password(lan, by=admin)
    enter(client, password=password)
    assert client.get("/account").headers["Location"] == "/account/password"
    assert client.get("/users").headers["Location"] == "/account/password"
    assert (
        client.get("/account", headers={"HX-Request": "true"}).headers["HX-Redirect"] == "/account/password"
    )
    form = {"old": password, "password": "mưa rào tháng bảy", "again": "mưa rào tháng bảy"}
    client.post("/account/password", form)
    assert client.get("/account").status_code == 200


def set_up(user):
    secret = actions.enroll_second_step(user, by=user)
    codes = actions.confirm_second_step(user, pyotp.TOTP(secret).now(), by=user)
    User.objects.filter(pk=user.pk).update(totp_last_step=0)
    user.refresh_from_db()
    return pyotp.TOTP(secret), codes


def test_the_second_step_asks_for_a_code_good_once(client, make):
    lan = make("lan", "leader")
    totp, _codes = set_up(lan)
    assert enter(client).headers["Location"].startswith("/login/code")
    assert client.get("/account").status_code == 302
    assert client.post("/login/code", {"code": "000000"}).status_code == 200
    code = totp.now()
    entered = client.post("/login/code", {"code": f"{code[:3]} {code[3:]}", "next": "/account"})
    assert entered.headers["Location"] == "/account"
    assert client.get("/account").status_code == 200
    client.post("/logout")
    enter(client)
    assert client.post("/login/code", {"code": code}).status_code == 200
    assert client.get("/account").status_code == 302


def test_codes_of_the_steps_around_are_good_and_no_others(make):
    from halong.accounts.totp import STEP_S, matching_step

    totp, now = pyotp.TOTP(pyotp.random_base32()), 1_790_000_000
    offsets = [
        matching_step(totp.secret, totp.at(now + n * STEP_S), after=0, now=now) for n in (-2, -1, 0, 1, 2)
    ]
    present = now // STEP_S
    assert offsets == [None, present - 1, present, present + 1, None]
    assert matching_step(totp.secret, totp.at(now), after=present, now=now) is None
    assert matching_step(totp.secret, "１２３４５６", after=0, now=now) is None


def test_a_recovery_code_opens_once(client, make):
    lan = make("lan")
    _totp, codes = set_up(lan)
    assert len(set(codes)) == 10
    for status in (302, 200):
        enter(client)
        assert client.post("/login/code", {"code": codes[0].lower().replace("-", " ")}).status_code == status
        client.post("/logout")


def test_wrong_codes_lock_the_account_even_with_right_passwords_between(client, make):
    lan = make("lan")
    set_up(lan)
    for _try in range(5):
        enter(client)
        client.post("/login/code", {"code": "000000"})
    assert locked_for(lan) == 1


def test_the_code_page_wants_the_password_first(client, make):
    set_up(make("lan"))
    assert client.post("/login/code", {"code": "123456"}).headers["Location"] == "/login"


def test_the_password_alone_is_no_sign_in_for_other_code(client, make):
    set_up(make("lan"))
    assert not client.login(username="lan", password=PASSWORD)


def test_roles_that_need_a_second_step_are_led_to_it(client, make, settings):
    settings.HALONG_REQUIRE_TOTP = ["administrator", "leader"]
    make("lan", "leader"), make("hoa", "operator")
    enter(client, "hoa")
    assert client.get("/account").status_code == 200
    client.post("/logout")
    enter(client, "lan")
    assert client.get("/account").headers["Location"] == "/account/second-step"
    page = client.get("/account/second-step")
    assert "style=" not in page.context["picture"]
    done = client.post("/account/second-step", {"code": pyotp.TOTP(page.context["secret"]).now()})
    assert len(done.context["codes"]) == 10
    assert client.get("/account").status_code == 200


def test_the_second_step_is_removed_with_the_password_or_by_an_administrator(make, admin):
    lan = make("lan")
    set_up(lan)
    with pytest.raises(Conflict):
        actions.enroll_second_step(lan, by=lan)
    with pytest.raises(Invalid):
        actions.remove_second_step(lan, by=lan, password="wrong")
    with pytest.raises(Forbidden):
        actions.remove_second_step(lan, by=make("hoa"))
    actions.remove_second_step(lan, by=admin)
    assert actions.attempt_sign_in("lan", PASSWORD, address=None).user.has_second_step is False


def test_the_secret_is_stored_sealed(make):
    lan = make("lan")
    secret = actions.enroll_second_step(lan, by=lan)
    lan.refresh_from_db()
    assert secret.encode() not in bytes(lan.totp_secret)


def test_language_and_theme_follow_the_person(client, make):
    make("lan")
    enter(client)
    client.post("/account/look", {"language": "en", "theme": "dark"})
    client.cookies.clear()
    enter(client)
    assert (client.cookies["django_language"].value, client.cookies["theme"].value) == ("en", "dark")


def test_tidying_drops_what_is_over(make):
    SignIn.objects.create(user=make("lan"), session_key="a")
    SignIn.objects.update(last_seen=timezone.now() - timedelta(hours=3))
    assert (actions.tidy_sessions(), SignIn.objects.count()) == (1, 0)
