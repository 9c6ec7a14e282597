"""The answer for one object and the filter for a list are one judgement."""

from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from halong.accounts.models import ApiKey, DisplayToken, Grant, Role, User
from halong.accounts.permissions import forget
from halong.accounts.roles import CENTRAL, ROLES
from halong.alerts.models import Alert
from halong.context.models import Entity
from halong.core.errors import Forbidden
from halong.core.permissions import SYSTEM, has_perm, require, scope_q
from halong.ingest.models import Quarantined, Source
from halong.observations.models import Series
from halong.places.models import Agency, Place
from halong.rules.models import Rule

SECTORS = ["", "environment", "traffic"]
WHEN = datetime(2026, 11, 23, tzinfo=UTC)


def tree(model, parents, **more):
    """A random tree: node ``i`` hangs under ``parents[i]``, a number below ``i``, or stands at the top (None)."""
    nodes = []
    for number, parent in enumerate(parents):
        above = nodes[parent] if parent is not None else None
        node = model.objects.create(
            code=f"c{number}", name=f"n{number}", parent=above, valid_from=date(2019, 1, 1), **more
        )
        node.path = f"{above.path if above else '/'}{node.pk}/"
        node.save()
        nodes.append(node)
    return nodes


@st.composite
def parent_lists(draw):
    count = draw(st.integers(1, 6))
    return [draw(st.none() | st.integers(0, i - 1)) if i else None for i in range(count)]


sides = st.tuples(st.none() | st.integers(0, 5), st.none() | st.integers(0, 5), st.sampled_from(SECTORS))
grants = st.lists(st.tuples(st.sampled_from(Role.values), sides), max_size=4)


def pick(nodes, number):
    return None if number is None else nodes[number % len(nodes)]


class Agreement(TestCase):
    """``has_perm`` and ``visible_to`` agree on random trees, grants and objects."""

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(parent_lists(), parent_lists(), grants, st.lists(sides, min_size=1, max_size=6))
    def test_has_perm_agrees_with_visible_to(self, place_parents, agency_parents, held, things):
        places = tree(Place, place_parents, kind="ward")
        agencies = tree(Agency, agency_parents)
        user = User.objects.create(username="u")
        key = ApiKey(permissions=["api.read"])
        for role, (place, agency, sector) in held:
            Grant.objects.get_or_create(
                user=user, role=role, place=pick(places, place), agency=pick(agencies, agency), sector=sector
            )
            key.place, key.agency, key.sector = pick(places, place), pick(agencies, agency), sector
        self.make_things(places, agencies, things)
        for by in (user, key):
            self.compare(by)

    def make_things(self, places, agencies, things):
        for number, (place, agency, sector) in enumerate(things):
            owner = {"place": pick(places, place), "agency": pick(agencies, agency)}
            entity = Entity.objects.create(urn=f"urn:x:{number}", types=["T"], sector=sector, **owner)
            series = Series.objects.create(entity=entity, property="p")
            source = Source.objects.create(kind="mqtt", name=f"s{number}", **owner)
            Quarantined.objects.create(source=source, reason="syntax", digest=str(number))
            common = {"priority": 2, "raised_at": WHEN, "changed_at": WHEN, "sector": sector, **owner}
            Alert.objects.create(entity=entity, series=series, cause=f"c{number}", title="t", **common)
            Rule.objects.create(name=f"r{number}", kind="threshold", **owner)

    def compare(self, by):
        for model, permission in (
            (Entity, "entities.view"),
            (Series, "entities.view"),
            (Alert, "alerts.view"),
            (Source, "sources.view"),
            (Quarantined, "sources.view"),
            (Rule, "rules.view"),
            (Place, "places.view"),
            (Agency, "places.view"),
        ):
            listed = set(model.objects.visible_to(by).values_list("pk", flat=True))
            allowed = {obj.pk for obj in model.objects.all() if has_perm(by, permission, obj)}
            assert listed == allowed, (model, by)


def entity(urn="urn:x", **owner):
    return Entity.objects.create(urn=urn, types=["T"], **owner)


def test_a_grant_holds_in_its_place_and_below(make, trees):
    officer = make("lan", "officer", place=trees["ha-lam"])
    inside, outside = entity("urn:1", place=trees["ha-lam"]), entity("urn:2", place=trees["bai-chay"])
    above, nowhere = entity("urn:3", place=trees["tinh"]), entity("urn:4")
    answers = [has_perm(officer, "entities.edit", thing) for thing in (inside, outside, above, nowhere)]
    assert answers == [True, False, False, False]


def test_a_grant_of_a_department_holds_in_its_offices(make, trees):
    officer = make("lan", "officer", agency=trees["so"])
    assert has_perm(officer, "entities.edit", entity(agency=trees["chi-cuc"]))
    below = make("hoa", "officer", agency=trees["chi-cuc"])
    assert not has_perm(below, "entities.edit", entity("urn:2", agency=trees["so"]))


def test_sides_of_one_grant_hold_together_and_grants_add_up(make, trees):
    both = make("lan", "officer", place=trees["ha-lam"], agency=trees["so"])
    assert not has_perm(both, "entities.view", entity(place=trees["ha-lam"]))
    Grant.objects.create(user=both, role="leader", place=trees["ha-lam"])
    forget(both)
    assert has_perm(both, "entities.view", Entity.objects.get())
    assert not has_perm(both, "entities.edit", Entity.objects.get())


def test_everybody_else_is_denied(db):
    for nobody in (None, AnonymousUser(), User(username="unsaved"), object()):
        assert not has_perm(nobody, "panorama.view")
        assert not Entity.objects.filter(scope_q(nobody, "entities.view")).exists()
    with pytest.raises(Forbidden):
        require(None, "panorama.view")
    assert has_perm(SYSTEM, "users.manage")


def test_unknown_permissions_are_nobodys(admin):
    assert not has_perm(admin, "entities.destroy")


def test_a_closed_account_may_nothing(make):
    leader = make("lan", "leader")
    leader.is_active = False
    forget(leader)
    assert not has_perm(leader, "panorama.view")


def test_an_administrator_of_a_commune_manages_no_people(make, trees):
    small = make("lan", "administrator", place=trees["ha-lam"])
    assert [has_perm(small, name) for name in sorted(CENTRAL)] == [False] * len(CENTRAL)
    assert has_perm(small, "sources.edit", Source(place=trees["ha-lam"]))
    assert not has_perm(small, "sources.edit", Source())


def test_a_series_is_judged_as_its_thing(make, trees):
    officer = make("lan", "officer", place=trees["ha-lam"])
    inside = Series(entity=entity("urn:1", place=trees["ha-lam"]), property="p")
    outside = Series(entity=entity("urn:2", place=trees["bai-chay"]), property="p")
    assert [has_perm(officer, "entities.edit", series) for series in (inside, outside)] == [True, False]


def test_keys_read_within_their_scope_and_until_they_end(trees):
    key = ApiKey(permissions=["api.read"], place=trees["ha-lam"])
    thing = entity(place=trees["ha-lam"])
    assert (has_perm(key, "entities.view", thing), has_perm(key, "entities.edit", thing)) == (True, False)
    assert not has_perm(ApiKey(permissions=["api.read"], revoked_at=WHEN), "entities.view", thing)
    assert not has_perm(
        ApiKey(permissions=["api.read"], expires_at=datetime(2020, 1, 1, tzinfo=UTC)), "api.read"
    )


def test_a_wall_sees_its_place(trees):
    wall = DisplayToken(place=trees["ha-lam"])
    assert has_perm(wall, "alerts.view", Alert(place=trees["ha-lam"]))
    assert not has_perm(wall, "alerts.view", Alert(place=trees["bai-chay"]))
    assert not has_perm(wall, "alerts.handle")


def test_many_questions_take_a_fixed_number_of_queries(make, trees, django_assert_num_queries):
    officer = make("lan", "officer", place=trees["ha-lam"], agency=trees["so"])
    for number in range(20):
        entity(f"urn:{number}", place=trees["ha-lam"], agency=trees["chi-cuc"])
    forget(officer)
    things = list(Entity.objects.all())
    with django_assert_num_queries(3):
        assert all(has_perm(officer, "entities.edit", thing) for thing in things)


def test_roles_are_those_of_the_model():
    assert set(ROLES) == set(Role.values)
