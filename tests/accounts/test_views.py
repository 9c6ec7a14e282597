import pytest
from django.urls import reverse

from halong.accounts.actions import create_api_key, create_display_token
from halong.accounts.models import ApiKey, DisplayToken, User
from halong.core.permissions import SYSTEM


@pytest.fixture
def desk(client, admin):
    client.force_login(admin)
    return client


@pytest.mark.parametrize(
    "name",
    [
        "account",
        "account-password",
        "account-second-step",
        "account-second-step-remove",
        "users",
        "user-new",
        "users-import",
        "keys",
        "key-new",
        "displays",
        "display-new",
    ],
)
def test_pages_open(desk, name):
    assert desk.get(reverse(name)).status_code == 200


def test_sign_in_pages_open_for_everybody(client, db):
    assert client.get("/login").status_code == 200
    assert client.get("/login/code").headers["Location"] == "/login"


def test_an_account_is_made_and_its_password_shown_once(desk, trees):
    data = {"username": "Lan", "full_name": "Nguyễn Thị Lan", "role": "officer", "place": trees["ha-lam"].pk}
    page = desk.post("/users/new", data)
    lan = User.objects.get(username="lan")
    grant = lan.grants.get()
    assert (page.status_code, grant.role, grant.place) == (200, "officer", trees["ha-lam"])
    assert lan.must_change_password
    assert lan.check_password(page.context["password"])
    assert page.headers["Cache-Control"].find("no-store") >= 0


def test_faults_stand_beside_their_field(desk, make):
    make("lan")
    page = desk.post("/users/new", {"username": "lan", "full_name": "L", "role": "officer"})
    assert list(page.context["form"].errors) == ["username"]


def test_roles_are_given_and_taken(desk, make, trees):
    lan = make("lan")
    desk.post(f"/users/{lan.pk}/grants", {"role": "operator", "agency": trees["so"].pk})
    [grant] = lan.grants.all()
    assert (grant.role, grant.agency) == ("operator", trees["so"])
    assert desk.get(f"/users/{lan.pk}").status_code == 200
    desk.post(f"/users/{lan.pk}/grants/{grant.pk}/remove")
    assert lan.grants.count() == 0


def test_the_last_administrator_stays(desk, admin):
    desk.post(f"/users/{admin.pk}/grants/{admin.grants.get().pk}/remove")
    desk.post(f"/users/{admin.pk}/deactivate")
    admin.refresh_from_db()
    assert (admin.grants.count(), admin.is_active) == (1, True)


@pytest.mark.parametrize("change", ["unlock", "deactivate", "activate", "end-sessions", "remove-second-step"])
def test_changes_of_state_lead_back_to_the_person(desk, make, change):
    lan = make("lan")
    assert desk.post(f"/users/{lan.pk}/{change}").headers["Location"] == f"/users/{lan.pk}"


def test_a_password_is_reset(desk, make):
    lan = make("lan")
    page = desk.post(f"/users/{lan.pk}/password")
    assert User.objects.get(pk=lan.pk).check_password(page.context["password"])


def test_the_list_takes_a_fixed_number_of_queries(desk, make, trees, django_assert_num_queries):
    desk.get("/users")
    for number in range(30):
        make(f"user{number}", "officer", "operator", place=trees["ha-lam"], agency=trees["so"])
    with django_assert_num_queries(11):
        assert len(desk.get("/users").context["page"].object_list) == 31


def test_search_finds_without_marks(desk, make):
    make("lan", "officer")
    User.objects.filter(username="lan").update(full_name="Nguyễn Thị Lan", folded="nguyen thi lan")
    found = desk.get("/users", {"q": "thi nguyen"}).context["page"].object_list
    assert [person.username for person in found] == ["lan"]
    assert [p.username for p in desk.get("/users", {"role": "officer"}).context["page"].object_list] == [
        "lan"
    ]


def test_a_key_is_shown_once_replaced_and_revoked(desk):
    page = desk.post("/keys/new", {"name": "Trạm", "permissions": ["api.read"], "expires_on": "2999-01-01"})
    key = ApiKey.objects.get()
    assert page.context["secret"].startswith(f"hlk_{key.prefix}_")
    assert desk.post(f"/keys/{key.pk}/rotate").context["secret"] != page.context["secret"]
    desk.post(f"/keys/{key.pk}/revoke")
    key.refresh_from_db()
    assert key.revoked_at is not None
    assert desk.get("/keys").status_code == 200


def test_a_display_is_made_and_revoked(desk):
    page = desk.post("/displays/new", {"name": "Phòng trực"})
    assert "/wall?token=hlw_" in page.context["address"]
    desk.post(f"/displays/{DisplayToken.objects.get().pk}/revoke")
    assert DisplayToken.objects.get().revoked_at is not None
    assert desk.get("/displays").status_code == 200


def test_who_may_not_manage_sees_nothing(client, make):
    create_api_key(by=SYSTEM, name="k", permissions=["api.read"])
    create_display_token(by=SYSTEM, name="d")
    client.force_login(make("lan", "operator"))
    assert [client.get(path).status_code for path in ("/users", "/keys", "/displays", "/audit")] == [403] * 4
