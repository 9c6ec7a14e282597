"""Who answers for an agency."""

from datetime import date

import pytest

from halong.accounts.models import Grant, User
from halong.accounts.queries import answerable
from halong.core.permissions import SYSTEM
from halong.places.actions import save_agency
from halong.places.models import Agency


@pytest.fixture
def make_agency(db):
    def make(code, parent=None, phone=""):
        agency = Agency(code=code, name=code, parent=parent, phone=phone, valid_from=date(2025, 7, 1))
        return save_agency(agency, by=SYSTEM)

    return make


def person(name, role, agency, **given):
    sector, active = given.pop("sector", ""), given.pop("is_active", True)
    user = User.objects.create(username=name, full_name=name.title(), is_active=active, **given)
    Grant.objects.create(user=user, role=role, agency=agency, sector=sector)
    return user


def names(agency):
    return [(one.name, one.phone, one.leads) for one in answerable(agency)]


def test_the_head_comes_first_then_deputies_then_officers(make_agency, django_assert_num_queries):
    agency = make_agency("QN.SYT", phone="0203 1")
    person("lan", "officer", agency)
    person("minh", "leader", agency, sector="health")
    person("binh", "leader", agency, phone="0912 3", title="Giám đốc Sở Y tế")
    person("gone", "leader", agency, is_active=False)
    person("audit", "auditor", agency)
    with django_assert_num_queries(1):
        found = names(agency)
    assert found == [("Binh", "0912 3", True), ("Minh", "0203 1", True), ("Lan", "0203 1", False)]


def test_a_superior_answers_where_nobody_sits(make_agency):
    top = make_agency("QN.UBND", phone="0203 9")
    middle = make_agency("QN.SYT", top)
    low = make_agency("QN.BV", middle)
    person("chair", "leader", top)
    assert names(low) == [("Chair", "0203 9", True)]
    person("an", "officer", middle)
    assert (names(low), answerable(make_agency("X"))) == ([("An", "", False)], [])
