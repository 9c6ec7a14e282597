import pytest

from halong.accounts.actions import GrantSpec, create_user
from halong.core.permissions import SYSTEM
from halong.profiles.loader import load_profile
from halong.programme import queries
from halong.programme.actions import add_index_values, add_projects, remove_illustrative_projects
from halong.programme.models import IndexValue, Project

pytestmark = pytest.mark.django_db


def project(code, **more):
    return Project(**{"code": code, "kind": "project", "name": code, "source": "x", "year": 2018} | more)


def test_what_is_there_stays_as_it_is():
    assert add_projects([project("a"), project("b")], by=SYSTEM) == 2
    assert add_projects([project("a", name="other"), project("c")], by=SYSTEM) == 1
    assert Project.objects.get(code="a").name == "a"
    value = {"index": "PCI", "part": "", "year": 2018, "rank": 1, "source": "x"}
    assert add_index_values([IndexValue(**value)], by=SYSTEM) == 1
    assert add_index_values([IndexValue(**value | {"rank": 2})], by=SYSTEM) == 0


def test_only_illustrations_are_removed():
    add_projects([project("a"), project("b", illustrative=True)], by=SYSTEM)
    assert remove_illustrative_projects(by=SYSTEM) == 1
    assert Project.objects.get().code == "a"


def test_sums_by_year_and_kind():
    rows = [project("a"), project("b", kind="task"), project("c", year=None), project("d", year=2017)]
    assert [(y.year, y.tasks, y.projects, y.total) for y in queries.years(rows)] == [
        (2017, 0, 1, 1),
        (2018, 1, 1, 2),
        (None, 0, 1, 1),
    ]


def test_an_index_draws_values_else_ranks_and_leaves_gaps():
    rows = [
        IndexValue(index="PCI", year=2017, value=70.0, rank=1),
        IndexValue(index="PCI", year=2019, value=73.4),
        IndexValue(index="PCI", part="Đất đai", year=2017, value=6.4, rank=27),
        IndexValue(index="ICT", year=2018, rank=4),
        IndexValue(index="ICT", year=2019, rank=3),
        IndexValue(index="ASOCIO", part="Chính quyền số", year=2018),
    ]
    pci, ict, award = queries.indices(rows)
    assert (pci.key, pci.drawn) == ("PCI", [70.0, None, 73.4])
    assert (ict.key, ict.drawn) == ("ICT", [-4.0, -3.0])
    assert (pci.part_years, [(p.name, p.values[0].rank) for p in pci.parts]) == ([2017], [("Đất đai", 27)])
    assert (award.is_award, pci.is_award) == (True, False)


@pytest.fixture
def officer(client, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    made = create_user(
        "lan", by=SYSTEM, grants=[GrantSpec("officer")], password="thuyền buồm đỏ", must_change_password=False
    )
    client.force_login(made[0])
    return client


def test_the_page_shows_the_32_with_their_sums(officer):
    load_profile("quang_ninh", simulated=False)
    response = officer.get("/programme")
    assert (response.context["tasks"], response.context["projects"]) == (1, 31)
    assert [(y.year, y.total) for y in response.context["years"]] == [
        (2017, 3),
        (2018, 14),
        (2019, 11),
        (2020, 3),
        (None, 1),
    ]
    assert len(officer.get("/programme?year=2018").context["rows"]) == 14
    assert len(officer.get("/programme?year=none").context["rows"]) == 1
    assert [index.key for index in response.context["indices"]] == ["PCI", "ICT", "PAR", "ASOCIO"]
    assert len(officer.get("/programme.csv").content.decode("utf-8-sig").splitlines()) == 33


def test_nobody_who_is_not_signed_in_sees_it(client):
    assert client.get("/programme").status_code == 302
