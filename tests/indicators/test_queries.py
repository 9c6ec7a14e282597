"""Reading indicators: as they stand, side by side, what changed, who is late."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone, translation
from tests.indicators.engine import HOUR, agency, indicator

from halong.core.permissions import SYSTEM
from halong.indicators.grains import label_of, previous
from halong.indicators.models import Collection, Submission, Target, Value
from halong.indicators.queries import (
    by_agency,
    by_place,
    changed_since,
    first_label,
    history,
    late,
    latest_label,
    punctuality,
    standings,
)

NOW = datetime(2026, 11, 23, 7, 20, tzinfo=UTC)  # 14:20
LABEL = datetime(2026, 11, 23, 7, tzinfo=UTC)
BANDS = [{"state": "attention", "below": 60}, {"state": "critical", "below": 20}]


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def lay(indicator, label, value, *, node=0, grain="hour", **given):
    defaults = {
        "num": value,
        "den": 100,
        "reported": 100,
        "expected": 100,
        "computed_at": label,
        "first_at": label,
    }
    return Value.objects.create(
        indicator=indicator, grain=grain, node=node, label=label, value=value, **defaults | given
    )


@pytest.fixture
def good(province):
    return indicator(
        "air.good", "series", {"property": "x", "across": "share", "where": {"op": "<", "value": 1}}, unit="P1",
        bands=BANDS, direction="up", decimals=0, plausible_min=0, plausible_max=100, name="Good air",
    )  # fmt: skip


def test_an_indicator_as_it_stands(good, province):
    for back in range(30):
        lay(good, LABEL - back * HOUR, 50.0 + back)
    Target.objects.create(indicator=good, valid_from=date(2026, 1, 1), value=80)
    Target.objects.create(indicator=good, valid_from=date(2026, 12, 1), value=90)
    Target.objects.create(indicator=good, place=province.wards[0], valid_from=date(2026, 1, 1), value=70)
    [row] = standings(SYSTEM, level=1, now=NOW)
    assert (row.value, row.label, row.period, row.state) == (50.0, LABEL, "14:00, 23/11", "attention")
    assert (row.target, row.change, row.change_words) == (80.0, -1.0, "−1 since 13:00, 23/11")
    assert row.trend == tuple(50.0 + back for back in range(23, -1, -1))
    assert (row.is_old, row.running, row.quality.score) == (False, False, 100)
    assert (row.name, row.value_text, row.unit_text) == ("Good air", "50", "%")
    assert row.url.endswith(f"/indicators/{good.pk}")


def test_a_place_has_its_own_standing_and_an_indicator_without_any_is_left_out(good, province):
    ward = province.wards[0]
    lay(good, LABEL, 10.0, node=ward.pk)
    assert standings(SYSTEM, now=NOW) == []
    [row] = standings(SYSTEM, now=NOW, place=ward)
    assert (row.value, row.state, row.place) == (10.0, "critical", ward)
    assert row.url.endswith(f"?place={ward.pk}")
    [empty] = standings(SYSTEM, now=NOW, only_with_values=False)
    assert (empty.value, empty.period, empty.state) == (None, "", "normal")
    lay(good, LABEL, 70.0)
    assert standings(SYSTEM, now=NOW, place=province.root)[0].value == 70.0


def test_a_running_period_is_shown_once_it_says_something(good):
    lay(good, LABEL, 50.0)
    lay(good, LABEL + HOUR, 90.0, running=True, reported=10, first_at=None)
    assert standings(SYSTEM, now=NOW)[0].value == 50.0
    Value.objects.filter(running=True).update(reported=80)
    [row] = standings(SYSTEM, now=NOW)
    assert (row.value, row.running, row.change) == (90.0, True, 40.0)


def test_old_values_are_told(good):
    lay(good, LABEL, 50.0)
    assert [standings(SYSTEM, now=LABEL + delay)[0].is_old for delay in (2 * HOUR, 2 * HOUR + HOUR / 60)] == [
        False,
        True,
    ]
    month = indicator("m", "table", {}, grain="month", freshness_s=5 * 86_400, level=2)
    october = datetime(2026, 10, 31, 17, tzinfo=UTC)
    lay(month, october, 5.0, grain="month")
    ends = datetime(2026, 11, 30, 17, tzinfo=UTC)
    found = [standings(SYSTEM, [month], now=ends + timedelta(days=days))[0].is_old for days in (-7, 4, 6)]
    assert found == [False, False, True]


def test_quality_is_complete_times_on_time_times_plausible(good):
    for back in range(2, 32):
        lay(good, LABEL - back * HOUR, 50.0 if back > 4 else 101.0, reported=80)
    Value.objects.filter(label__lt=LABEL - 16 * HOUR).update(first_at=NOW)
    [row] = standings(SYSTEM, now=NOW)
    assert (round(row.quality.complete, 6), row.quality.on_time, row.quality.plausible) == (0.8, 0.5, 0.9)
    assert row.quality.score == 36


def test_a_period_without_a_value_is_incomplete_and_nothing_was_expected_before_the_first(good):
    for back in (2, 4, 5):
        lay(good, LABEL - back * HOUR, 50.0)
    assert standings(SYSTEM, now=NOW)[0].quality.complete == 0.75


def test_trends_follow_the_period(good):
    day = label_of(LABEL - 24 * HOUR, "day")
    for back in range(60):
        lay(good, previous(day, "day", back), float(back), grain="day")
    lay(good, LABEL, 1.0)
    assert len(standings(SYSTEM, now=NOW, period="30d")[0].trend) == 30
    assert len(standings(SYSTEM, now=NOW, period="7d")[0].trend) == 11  # twelve at least, with today


def test_standings_need_a_fixed_number_of_queries(good, province, django_assert_num_queries):
    for number in range(20):
        lay(indicator(f"n.x{number}", "series", {"property": "x"}), LABEL, 5.0)
    with django_assert_num_queries(6):
        assert len(standings(SYSTEM, now=NOW)) == 20


def test_history_at_a_node(good, province):
    for back in range(5):
        lay(good, LABEL - back * HOUR, float(back), node=-province.committee.pk)
    points = history(good, agency=province.committee, start=LABEL - 3 * HOUR, end=NOW)
    assert [(point.label, point.value) for point in points] == [
        (LABEL - 2 * HOUR, 2.0), (LABEL - HOUR, 1.0), (LABEL, 0.0),
    ]  # fmt: skip
    assert history(good, start=LABEL - 3 * HOUR, end=NOW) == []


def test_places_side_by_side_on_both_trees(good, province):
    past = label_of(timezone.now() - 2 * HOUR, "hour")
    lay(good, past, 50.0)
    for ward, value in zip(province.wards, (40.0, 90.0, 40.0), strict=True):
        lay(good, past, value, node=ward.pk)
    lay(good, past, 65.0, node=province.city.pk, estimated=True)
    rows = by_place(good)
    assert [(row.place.code, row.value, row.rank, row.state) for row in rows] == [
        ("w1", 90.0, 1, "normal"), ("w0", 40.0, 2, "attention"), ("w2", 40.0, 2, "attention"),
    ]  # fmt: skip
    [former] = by_place(good, tree=date(2024, 1, 1))
    assert (former.place, former.value, former.estimated) == (province.city, 65.0, True)
    assert latest_label(good) == first_label(good) == past


def test_agencies_side_by_side_without_police_and_few_cases(good, province):
    past = label_of(timezone.now() - 2 * HOUR, "hour")
    police = agency("Công an tỉnh")
    for one, value, den in (
        (province.departments[0], 70, 50),
        (province.departments[1], 99, 19),
        (police, 100, 90),
    ):
        lay(good, past, float(value), node=-one.pk, den=den)
    rows = by_agency(good, label=past)
    assert [(row.agency.code, row.rank, row.ranked) for row in rows] == [
        ("QN.0", 1, True),
        ("QN.1", None, False),
    ]


def test_what_changed_since(good, province):
    other = indicator("air.other", "series", {"property": "x"}, unit="GQ", decimals=0, name="Other")
    same = indicator("air.same", "series", {"property": "x"}, decimals=0, name="Same")
    for row, before, after in ((good, 85.0, 10.0), (other, 10.0, 90.0), (same, 5.1, 5.2)):
        lay(row, LABEL - 20 * HOUR, before)
        lay(row, LABEL, after)
    changes = changed_since(SYSTEM, LABEL - 20 * HOUR + HOUR / 2, now=NOW)
    assert [(change.name, change.text, change.state_before, change.state_after) for change in changes] == [
        ("Good air", "85 → 10 %", "normal", "critical"), ("Other", "10 → 90 µg/m³", "normal", "normal"),
    ]  # fmt: skip


def test_who_is_late_and_how_punctual_they_are(good, province):
    lay(good, LABEL - 30 * HOUR, 5.0)
    one, two = province.departments
    collection = Collection.objects.create(key="c", title="Thu", title_en="Revenue", grain="month")
    october = datetime(2026, 10, 31, 17, tzinfo=UTC)
    given = {"collection": collection, "due_at": NOW - timedelta(days=3)}
    Submission.objects.create(agency=one, label=october, **given)
    Submission.objects.create(
        agency=two, label=october, submitted_at=NOW - timedelta(days=4), state="submitted", **given
    )
    Submission.objects.create(
        agency=one, label=previous(october, "month"), submitted_at=NOW, state="approved", **given
    )
    rows = late(SYSTEM, now=NOW)
    assert [(row.agency, row.what, row.days) for row in rows] == [
        (one, "Revenue, month 10/2026", 3), (None, "Good air: data of 08:00, 22/11", 1),
    ]  # fmt: skip
    assert [row.agency for row in late(SYSTEM, agency=one, now=NOW)] == [one]
    assert late(SYSTEM, sector="health", now=NOW) == []
    table = punctuality(SYSTEM, start=NOW - timedelta(days=30), end=NOW)
    assert [(row.agency, row.num, row.den, row.value, row.rank) for row in table] == [
        (two, 1, 1, 100.0, 1), (one, 0, 2, 0.0, 2),
    ]  # fmt: skip


def test_nobody_sees_indicators_without_permission(good, django_user_model):
    lay(good, LABEL, 5.0)
    assert standings(django_user_model.objects.create(username="nobody"), now=NOW) == []
