"""Making and changing indicators on a screen, targets, the preview."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.province import HOUR, clock, make_station, person, province, put, top, wards

from halong.core.errors import Conflict
from halong.core.permissions import SYSTEM
from halong.core.sector import find_limits
from halong.indicators import editing
from halong.indicators.compute import work
from halong.indicators.drafts import draft_of
from halong.indicators.forms.specs import FORMS, spec_initial
from halong.indicators.models import Indicator, Target, Value

__all__ = ["clock", "make_station", "person", "province", "put", "top", "wards"]

TODAY = timezone.localdate


@pytest.fixture
def filled_in(agencies):
    """A form of an indicator from series, filled in."""
    return {
        "kind": "series", "name": "Khí tốt", "meaning": "Tỷ lệ trạm tốt.", "sector": "environment", "level": "3",
        "order": "10", "property": "pm25", "types": ["AirQualityObserved"], "time": "mean", "across": "share",
        "where_op": "<=", "where_value": "50", "unit": "%", "decimals": "0", "direction": "up", "grain": "hour",
        "over_time": "mean", "agency": agencies[2].pk, "freshness_hours": "2", "valid_from": "2025-01-01",
        "attention_below": "80", "high_below": "50", "shows_denominator": "on",
    }  # fmt: skip


@pytest.fixture
def admin(browse):
    """An administrator's browser."""
    return browse("administrator")


def as_sent(form):
    """What a browser sends of a form that nobody touched."""
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value is not None and value is not False}


def test_an_indicator_is_previewed_made_and_computed(admin, filled_in, make_station, put):
    for number, value in ((1, 20.0), (2, 90.0)):
        put(make_station(number), "pm25", [(top() - n * HOUR, value) for n in range(1, 6)], hours=True)
    shown = admin.post("/indicators/preview/series", filled_in)
    assert [value for _label, value in shown.context["points"]][-1] == 50.0
    assert {row.value for row in shown.context["behind"].rows} == {20.0, 90.0}
    assert (Indicator.objects.count(), Value.objects.count()) == (0, 0)
    made = admin.post("/indicators/new/series", filled_in)
    indicator = Indicator.objects.get()
    assert made["Location"] == f"/indicators/{indicator.pk}"
    assert (indicator.key, indicator.definition.unit, indicator.definition.freshness_s) == (
        "environment.khi_tot", "P1", 7200,
    )  # fmt: skip
    while work():
        pass
    assert Value.objects.filter(indicator=indicator, grain="hour", node=0, value=50.0).count() >= 5
    assert admin.get(f"/indicators/{indicator.pk}").context["standing"].state == "attention"


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("series", {"across": "ratio", "property": "pm25", "den_property": "pm10", "where_value": ""}),
        ("series", {"across": "alive", "where_value": ""}),
        ("records", {"measure": "things.live"}),
        ("table", {"grain": "month"}),
    ],
)
def test_every_kind_is_made_shown_and_changed_without_losing_anything(admin, filled_in, kind, more):
    form = filled_in | {"kind": kind} | more
    answer = admin.post(f"/indicators/new/{kind}", form)
    assert (answer.status_code, answer.context and answer.context["form"].errors) == (302, None)
    indicator = Indicator.objects.get()
    before = indicator.definition
    page = admin.get(f"/indicators/{indicator.pk}/edit").context["form"]
    again = as_sent(page)
    answer = admin.post(f"/indicators/{indicator.pk}/edit", again | {"order": "77"})
    assert (answer.status_code, answer.context and answer.context["form"].errors) == (302, None)
    after = Indicator.objects.get().definition
    assert (after.version, after.spec, after.bands, Indicator.objects.get().order) == (
        1,
        before.spec,
        before.bands,
        77,
    )
    assert admin.get(f"/indicators/{indicator.pk}").status_code == 200


def test_a_formula_names_indicators_that_exist_and_no_circle(admin, filled_in, make_indicator):
    one = make_indicator("Một")
    form = filled_in | {"kind": "formula", "grain": "month"}
    for wrong in ("", "1 +", "nobody.knows * 2", "__import__('os')", "x" * 600):
        answer = admin.post("/indicators/new/formula", form | {"expression": wrong})
        assert (answer.status_code, "expression" in answer.context["form"].errors) == (422, True)
    assert admin.post("/indicators/new/formula", form | {"expression": f"{one.key} * 2"}).status_code == 302
    made = Indicator.objects.exclude(pk=one.pk).get()
    again = form | {"expression": f"{made.key} + 1", "version": "1"}
    assert admin.post(f"/indicators/{made.pk}/edit", again).status_code == 422


@pytest.mark.parametrize(
    ("field", "given"),
    [
        ("name", {"name": ""}), ("meaning", {"meaning": ""}), ("agency", {"agency": ""}), ("agency", {"agency": "999"}),
        ("where_value", {"where_value": ""}), ("where_value", {"where_value": "many"}), ("property", {"property": ""}),
        ("den_property", {"across": "ratio"}), ("decimals", {"decimals": "9"}), ("grain", {"grain": "week"}),
        ("freshness_hours", {"freshness_hours": "0"}), ("valid_from", {"valid_from": "soon"}),
        ("high_below", {"high_below": "90"}), ("high_above", {"attention_above": "5", "high_above": "4"}),
        ("plausible_max", {"plausible_min": "5", "plausible_max": "4"}), ("level", {"level": "0"}),
    ],
)  # fmt: skip
def test_what_is_wrong_stands_beside_its_field(admin, filled_in, field, given):
    answer = admin.post("/indicators/new/series", filled_in | given)
    assert (answer.status_code, field in answer.context["form"].errors) == (422, True)
    assert 'value="Khí tốt"' in answer.content.decode() or field == "name"
    assert Indicator.objects.count() == 0


def test_the_panorama_has_room_for_twelve(admin, filled_in, make_indicator):
    made = [make_indicator(f"Chỉ số {n}", level=1) for n in range(12)]
    answer = admin.post("/indicators/new/series", filled_in | {"level": "1"})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["level"])
    draft = draft_of(made[0], made[0].definition)
    draft.order = 5
    editing.define_indicator(made[0], draft, by=SYSTEM, version=1)
    editing.switch_indicator(made[0], by=SYSTEM, active=False)
    assert admin.post("/indicators/new/series", filled_in | {"level": "1"}).status_code == 302
    assert admin.post(f"/indicators/{made[0].pk}/switch", {"active": "1"}).status_code == 422


def test_a_change_is_a_new_version_from_its_day(admin, make_indicator, put_values):
    indicator = make_indicator()
    draft = draft_of(indicator, indicator.definition)
    draft.decimals, draft.valid_from = 2, TODAY()
    editing.define_indicator(indicator, draft, by=SYSTEM, version=1)
    indicator = Indicator.objects.get()
    assert [d.version for d in indicator.definitions.order_by("version")] == [1, 2]
    assert indicator.definition_on(TODAY() - timedelta(days=1)).decimals == 0
    with pytest.raises(Conflict):
        editing.define_indicator(indicator, draft, by=SYSTEM, version=1)
    earlier = admin.get(f"/indicators/{indicator.pk}/edit").context["form"]
    given = as_sent(earlier)
    answer = admin.post(
        f"/indicators/{indicator.pk}/edit", given | {"valid_from": "2020-01-01", "decimals": "3"}
    )
    assert list(answer.context["form"].errors) == ["valid_from"]
    versions = admin.get(f"/indicators/{indicator.pk}").context["versions"]
    assert [entry["definition"].version for entry in versions] == [2, 1]


def test_what_formulas_need_is_not_retired(make_indicator):
    one = make_indicator("Một")
    make_indicator("Hai", "formula", {"expression": f"{one.key} + 1"})
    with pytest.raises(Conflict):
        editing.switch_indicator(one, by=SYSTEM, active=False)


def test_the_form_follows_its_choices(admin):
    page = admin.get("/indicators/fields/series?property=pm25&across=share&kind=series")
    assert "where_value" in page.content.decode()
    limit = next(limit for limit in find_limits(["AirQualityObserved"], "pm25", TODAY()) if limit.maximum)
    chosen = (
        f"/indicators/fields/series?chosen=limit_id&property=pm25&across=mean&kind=series&limit_id={limit.id}"
    )
    assert admin.get(chosen).context["form"]["high_above"].value() == limit.maximum
    assert admin.get("/indicators/fields/nothing").status_code == 404
    assert admin.get("/indicators/new").status_code == 200
    assert admin.get("/indicators/new/nothing").status_code == 404


def test_an_incomplete_form_has_no_preview(admin, filled_in):
    answer = admin.post("/indicators/preview/series", filled_in | {"name": ""})
    assert (answer.status_code, Indicator.objects.count()) == (422, 0)


def test_targets_are_set_and_taken_away_on_their_page(admin, make_indicator, wards, agencies):
    indicator = make_indicator()
    path = f"/indicators/{indicator.pk}/targets"
    good = {"value": "80", "valid_from": "2026-01-01", "place": wards[0].pk}
    for bad in (
        {"value": "x"},
        {"valid_from": ""},
        {"valid_to": "2025-01-01"},
        {"agency": agencies[1].pk},
        {"place": "0"},
    ):
        assert admin.post(path, good | bad).status_code == 422
    assert admin.post(path, good).status_code == 302
    target = Target.objects.get()
    assert (target.value, target.place) == (80.0, wards[0])
    page = admin.get(f"/indicators/{indicator.pk}?place={wards[0].pk}")
    assert page.context["standing"].target == 80.0
    assert admin.post(f"/indicators/targets/{target.pk}/drop").status_code == 302
    assert Target.objects.count() == 0


@pytest.mark.parametrize("role", ["officer", "operator", "leader", "auditor"])
def test_only_administrators_edit(browse, make_indicator, role):
    indicator = make_indicator()
    desk = browse(role)
    for path in ("new", "new/table", f"{indicator.pk}/edit", f"{indicator.pk}/targets"):
        assert desk.get(f"/indicators/{path}").status_code == 403
    for path in (f"{indicator.pk}/switch", "preview/table"):
        assert desk.post(f"/indicators/{path}").status_code == 403


@pytest.mark.parametrize(
    ("kind", "spec"),
    [
        ("series", {"types": ["Hospital"], "num_property": "bedsFree", "den_attribute": "capacity", "time": "last",
                    "across": "ratio"}),
        ("series", {"sector": "environment", "property": "pm25", "time": "mean", "across": "count",
                    "where": {"op": ">", "value": 0.05, "unit": "GP"}}),
        ("records", {"measure": "things.live", "sector": "wifi", "across": "share"}),
        ("table", {"across": "mean"}),
    ],
)  # fmt: skip
def test_what_the_form_does_not_ask_for_stays(make_indicator, kind, spec):
    indicator = make_indicator("Chỉ số", kind, spec)
    form = FORMS[kind](initial=spec_initial(kind, spec), indicator=indicator)
    form.cleaned_data = {
        "types": [], "den_property": "", "where_op": "<=", "where_value": None, "property": "", "time": "mean",
        "across": "mean", "measure": "", "measured_sector": "",
    } | {name: form[name].value() or form.fields[name].initial or "" for name in form.making}  # fmt: skip
    assert form.spec() == spec
