from datetime import date, timedelta

import pytest
from django.utils import timezone

from halong.analysis.outlook import miss_of
from halong.analysis.queries import unusual
from halong.analysis.work import forecast_everything, judge_everything
from halong.core.permissions import SYSTEM
from halong.indicators.grains import label_of, previous
from halong.indicators.models import Definition, Indicator, Target, Value


@pytest.fixture
def make_indicator(db):
    def make(values, *, direction="up", grain="month", target=None, valid_to=None):
        indicator = Indicator.objects.create(
            key=f"test.{Indicator.objects.count()}", sector="economy", level=1
        )
        Definition.objects.create(
            indicator=indicator, valid_from=date(2019, 1, 1), name="Giải ngân", name_en="Disbursement", unit="P1",
            direction=direction, kind="table", grain=grain,
        )  # fmt: skip
        last = label_of(timezone.now(), grain)
        for back, value in enumerate(reversed(values), 1):
            Value.objects.create(
                indicator=indicator, grain=grain, node=0, label=previous(last, grain, back), value=value
            )
        if target is not None:
            Target.objects.create(
                indicator=indicator,
                valid_from=date(2019, 1, 1),
                valid_to=valid_to,
                value=target,
                source="minh họa",
            )
        return Indicator.objects.prefetch_related("definitions").get(pk=indicator.pk)

    return make


def test_a_steady_rise_meets_a_target_ahead(make_indicator):
    miss = miss_of(make_indicator([10 + 2 * n for n in range(20)], target=60))

    assert miss.kind == "reached"
    assert not miss.bad
    assert timedelta(days=100) < miss.when - timezone.now() < timedelta(days=220)


def test_a_rise_that_is_too_slow_misses_its_day(make_indicator):
    soon = timezone.localdate() + timedelta(days=35)
    miss = miss_of(make_indicator([10 + 2 * n for n in range(20)], target=90, valid_to=soon))

    assert (miss.kind, miss.bad) == ("missed", True)
    assert "90" in miss.words


def test_a_fall_leads_away_or_loses_what_was_met(make_indicator):
    falling = [80 - n for n in range(20)]

    assert miss_of(make_indicator(falling, target=90)).kind == "missed"
    assert miss_of(make_indicator(falling, target=55)).kind == "lost"
    assert miss_of(make_indicator(falling, target=70, direction="down")).kind == "reached"


def test_without_a_trend_nothing_is_claimed(make_indicator):
    wavering = [50 + (7 * n) % 5 for n in range(20)]

    assert miss_of(make_indicator(wavering, target=80)).kind == "unclear"


def test_without_target_direction_or_history_there_is_nothing_to_say(make_indicator):
    assert miss_of(make_indicator([1.0] * 20)) is None
    assert miss_of(make_indicator([1.0] * 20, target=3, direction="none")) is None
    assert miss_of(make_indicator([1.0] * 5, target=3)) is None


def test_indicators_are_judged_and_forecast_too(make_indicator):
    values = [100 + 20 * ((n % 7) < 5) + (n * 7919 % 13) / 5 for n in range(400)]
    values[-5] += 90
    indicator = make_indicator(values, grain="day")

    judge_everything()
    made, _shown = forecast_everything()

    [row] = unusual(SYSTEM, since=timezone.now() - timedelta(days=7))
    assert (row.flag.kind, row.indicator) == ("spike", indicator)
    assert made >= 1
