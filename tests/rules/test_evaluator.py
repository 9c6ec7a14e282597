"""The evaluator against a naive reference that looks at the whole past with every reading."""

from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from halong.rules.evaluator import (
    RuleSpec,
    SeriesRow,
    compile_rules,
    evaluate,
    evaluate_habit,
    evaluate_impossible,
    evaluate_rows,
    habit_bounds,
)
from halong.rules.params import Habit, Range, Rate, Silence, Stuck, Threshold

ROW = SeriesRow(7, "pm25", 1, types=("AirQualityObserved",), interval_s=300)


def compiled_for(*params, row=ROW):
    return compile_rules([RuleSpec(n, p, "pm25") for n, p in enumerate(params, 1)], [row])


def feed(compiled, readings, *, memory=None, sizes=None, **kwargs):
    """Judge readings (time, value[, quality]) in batches of the given sizes (one batch each by default)."""
    memory = {} if memory is None else memory
    out, at = [], 0
    for size in sizes or [1] * len(readings):
        part = readings[at : at + size]
        at += size
        if part:
            times, values, qualities = zip(*[(*r, 0)[:3] for r in part], strict=True)
            out += evaluate(compiled, 7, times, values, qualities, memory, **kwargs)
    return out


def told(transitions):
    return [(t.rising, t.time, t.due_at is not None) for t in transitions]


def crossings(transitions):
    """What alerts hear of: rising and falling without pending, per rule."""
    active, out = set(), []
    for t in transitions:
        if t.rising and t.due_at is None:
            active.add(t.rule_id)
            out.append((t.rule_id, True, t.time))
        elif not t.rising and t.rule_id in active:
            active.discard(t.rule_id)
            out.append((t.rule_id, False, t.time))
    return out


def test_raises_at_the_first_reading_beyond_the_limit_and_ends_at_the_clear_value():
    compiled = compiled_for(Threshold(limit=50, clear=40))
    found = feed(compiled, [(0, 30), (300, 50), (600, 50.1), (900, 45), (1200, 40), (1500, 60)])
    assert [(t.rising, t.time, t.value, t.limit) for t in found] == [
        (True, 600, 50.1, 50),
        (False, 1200, 40, 50),
        (True, 1500, 60, 50),
    ]


def test_a_lower_limit_works_the_other_way_round():
    compiled = compiled_for(Threshold(direction="below", limit=4, clear=5))
    assert told(feed(compiled, [(0, 6), (1, 4), (2, 3.9), (3, 4.5), (4, 5)])) == [
        (True, 2, False),
        (False, 4, False),
    ]


def test_a_duration_is_pending_first_and_falls_due_one_interval_after_its_end():
    compiled = compiled_for(Threshold(limit=50, for_s=600))
    found = feed(compiled, [(0, 60), (300, 60), (600, 60)])
    assert [(t.rising, t.time, t.due_at) for t in found] == [(True, 0, 900), (True, 600, None)]


def test_a_dip_starts_the_duration_again():
    compiled = compiled_for(Threshold(limit=50, for_s=600))
    found = feed(compiled, [(0, 60), (300, 50), (600, 60), (900, 60), (1200, 60)])
    assert told(found) == [(True, 0, True), (False, 300, False), (True, 600, True), (True, 1200, False)]


def test_pending_and_over_within_one_batch_tells_nothing():
    compiled = compiled_for(Threshold(limit=50, for_s=600))
    assert feed(compiled, [(0, 60), (300, 50)], sizes=[2]) == []


def test_only_valid_readings_count():
    compiled = compiled_for(Threshold(limit=50))
    assert feed(compiled, [(0, 60, 1), (300, 60, 2)]) == []
    assert feed(compiled, [(0, 60, 1), (300, 60, 2), (600, 51, 0)], sizes=[3])[0].time == 600


def test_late_repeated_and_corrected_readings_raise_nothing():
    compiled, memory = compiled_for(Threshold(limit=50)), {}
    assert feed(compiled, [(600, 10)], memory=memory) == []
    assert feed(compiled, [(300, 90), (600, 90)], memory=memory) == []
    assert feed(compiled, [(300, 90), (600, 90), (900, 10)], memory=memory, sizes=[3]) == []


def test_history_raises_nothing():
    compiled = compiled_for(Threshold(limit=50))
    assert told(feed(compiled, [(0, 90), (300, 90), (600, 90)], sizes=[3], not_before=500)) == [
        (True, 600, False)
    ]
    assert told(feed(compiled, [(0, 90), (300, 90), (600, 90)], not_before=500)) == [(True, 600, False)]


def test_limits_are_converted_to_the_unit_of_the_series():
    row = SeriesRow(7, "pm25", 1, unit="GP")
    compiled = compiled_for(Threshold(limit=30_000, unit="GQ"), row=row)
    assert [t.limit for t in feed(compiled, [(0, 29), (1, 31)])] == [30]


def test_a_rule_in_another_quantity_is_skipped_and_told():
    compiled = compiled_for(Threshold(limit=30, unit="CEL"), row=SeriesRow(7, "pm25", 1, unit="GQ"))
    assert [(rule, series) for rule, series, _why in compiled.skipped] == [(1, 7)]
    assert compiled.readings == {}


def test_a_rate_compares_with_every_reading_of_its_window():
    compiled = compiled_for(Rate(change=20, minutes=10))
    found = feed(compiled, [(0, 10), (300, 20), (600, 30), (900, 31), (1500, 32)])
    assert told(found) == [(True, 600, False), (False, 900, False)]


def test_a_rate_may_look_one_way_only():
    falls = [(0, 50), (300, 20)]
    assert feed(compiled_for(Rate(change=20, minutes=10, direction="up")), falls) == []
    assert told(feed(compiled_for(Rate(change=20, minutes=10, direction="down")), falls)) == [
        (True, 300, False)
    ]


def test_a_temperature_difference_needs_no_offset():
    compiled = compiled_for(Rate(change=10, minutes=10, unit="KEL"), row=SeriesRow(7, "pm25", 1, unit="CEL"))
    assert told(feed(compiled, [(0, 20), (300, 29), (600, 30)])) == [(True, 600, False)]


def test_a_value_out_of_range_names_the_bound():
    compiled = compiled_for(Range(minimum=0, maximum=14))
    found = feed(compiled, [(0, 7), (1, 15), (2, 7), (3, -1)])
    assert [(t.rising, t.limit) for t in found] == [(True, 14), (False, 14), (True, 0)]


def test_a_range_without_bounds_is_that_of_the_series_and_sees_impossible_readings():
    compiled, memory = compiled_for(Range(), row=SeriesRow(7, "pm25", 1, minimum=0, maximum=500)), {}
    assert feed(compiled, [(0, 7)], memory=memory) == []
    assert told(evaluate_impossible(compiled, 7, [300], [9999], memory)) == [(True, 300, False)]
    assert told(feed(compiled, [(300, 8)], memory=memory)) == [(False, 300, False)]
    assert evaluate_impossible(compiled, 7, [300], [9999], memory) == ()


def test_a_stuck_value_needs_time_and_readings_and_ends_with_another_value():
    compiled = compiled_for(Stuck(seconds=900, min_readings=4))
    same = [(n * 300, 12.5) for n in range(6)]
    assert told(feed(compiled, same)) == [(True, 900, False)]
    assert told(feed(compiled, [*same, (1800, 12.6)], sizes=[3, 4])) == [
        (True, 900, False),
        (False, 1800, False),
    ]
    assert feed(compiled, [(0, 1), (450, 1), (900, 1)]) == []


def test_a_stuck_value_may_waver_within_its_tolerance_and_zero_may_be_excepted():
    wavering = [(0, 10), (300, 10.05), (600, 9.95), (900, 10)]
    assert feed(compiled_for(Stuck(seconds=900)), wavering) == []
    assert told(feed(compiled_for(Stuck(seconds=900, tolerance=0.1)), wavering)) == [(True, 900, False)]
    assert feed(compiled_for(Stuck(seconds=900, except_zero=True)), [(n * 300, 0) for n in range(9)]) == []


def test_habit_bounds_follow_the_median_and_its_deviation():
    past = [10.0, 11.0, 12.0, 13.0, 90.0]
    low, high = habit_bounds(Habit(k=3), past)
    assert (low, high) == pytest.approx((12 - 3 * 1.4826, 12 + 3 * 1.4826))
    assert habit_bounds(Habit(min_weeks=6), past) is None
    assert habit_bounds(Habit(method="sigma", k=2, least=500), past) == (27.2 - 500, 27.2 + 500)


def test_an_unusual_hour_raises_and_an_usual_one_ends_it():
    memory, usual = {}, [10.0, 11.0, 12.0, 13.0]
    habit = Habit(side="above")
    assert evaluate_habit(1, 7, habit, 3600, 12, usual, memory) == []
    assert told(evaluate_habit(1, 7, habit, 7200, 40, usual, memory)) == [(True, 7200, False)]
    assert evaluate_habit(1, 7, habit, 7200, 12, usual, memory) == ()
    assert evaluate_habit(1, 7, habit, 9000, 12, usual[:2], memory) == ()
    assert told(evaluate_habit(1, 7, habit, 10800, 1, usual, memory)) == [(False, 10800, False)]


def test_selectors_choose_by_type_place_agency_and_thing():
    rows = [
        SeriesRow(1, "pm25", 1, ("AirQualityObserved",), "/1/5/", "/9/"),
        SeriesRow(2, "pm25", 2, ("WaterQualityObserved",), "/1/6/", "/9/"),
        SeriesRow(3, "pm10", 1, ("AirQualityObserved",), "/1/5/", "/9/"),
    ]

    def chosen(**selector):
        return sorted(compile_rules([RuleSpec(1, Threshold(limit=1), **selector)], rows).readings)

    assert chosen() == [1, 2, 3]
    assert chosen(property="pm25") == [1, 2]
    assert chosen(types=frozenset({"AirQualityObserved"})) == [1, 3]
    assert chosen(property="pm25", place_path="/1/6/") == [2]
    assert chosen(agency_path="/8/") == []
    assert chosen(entities=frozenset({2})) == [2]


def test_the_silence_of_a_thing_is_watched_once():
    rows = [
        SeriesRow(5, "pm25", 1, interval_s=600),
        SeriesRow(4, "no2", 1),
        SeriesRow(6, "aqi", 1, derived=True),
    ]
    assert compile_rules([RuleSpec(1, Silence(intervals=3))], rows).silences == {(1, 4): 900}
    assert compile_rules([RuleSpec(1, Silence(after_s=60), "pm25")], rows).silences == {(1, 5): 60}


readings = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 10), st.sampled_from([0, 0, 0, 1])), max_size=40
).map(lambda rows: [(t * 60.0, float(v), q) for t, v, q in rows])
thresholds = st.builds(
    lambda limit, gap, held, up: Threshold(
        limit=limit, clear=limit - gap if up else limit + gap, for_s=held * 60, direction="above" if up else "below"
    ),
    st.integers(2, 8), st.integers(0, 2), st.integers(0, 5), st.booleans(),
)  # fmt: skip
others = st.one_of(
    st.builds(lambda s, n, z: Stuck(seconds=s * 60, min_readings=n, except_zero=z), st.integers(1, 8), st.integers(2, 5),
              st.booleans()),
    st.builds(lambda s, n: Stuck(seconds=s * 60, min_readings=n, tolerance=1.5), st.integers(1, 8), st.integers(2, 5)),
    st.builds(lambda c, m, d: Rate(change=c, minutes=m, direction=d), st.integers(1, 9), st.integers(1, 9),
              st.sampled_from(["up", "down", "any"])),
    st.builds(lambda low, span: Range(minimum=low, maximum=low + span), st.integers(0, 4), st.integers(1, 5)),
)  # fmt: skip


def reference(params, stream):
    """(rising, time) of one rule: every decision is made from the list of all accepted readings so far."""
    seen, active, out = [], False, []
    for time, value, quality in stream:
        if quality != 0 or (seen and time <= seen[-1][0]):
            continue
        seen.append((time, value))
        hot, cool = VERDICTS[type(params)](params, seen, active)
        if (hot and not active) or (cool and active):
            active = not active
            out.append((active, time))
    return out


def by_threshold(params, seen, active):
    sign = 1 if params.direction == "above" else -1
    beyond = [t for t, v in seen if sign * v > sign * params.limit]
    run = []
    for t, v in reversed(seen):
        if sign * v <= sign * params.limit:
            break
        run.append(t)
    return bool(beyond and run) and seen[-1][0] - run[-1] >= params.for_s, sign * seen[-1][
        1
    ] <= sign * params.clear


def by_range(params, seen, active):
    out = not params.minimum <= seen[-1][1] <= params.maximum
    return out, not out


def by_rate(params, seen, active):
    now, value = seen[-1]
    window = [v for t, v in seen if t >= now - params.minutes * 60]
    moved = {"up": value - min(window), "down": max(window) - value}
    moved["any"] = max(moved.values())
    return moved[params.direction] >= params.change, moved[params.direction] < params.change


def by_stuck(params, seen, active):
    first, count = seen[0], 0
    for t, v in seen:
        if abs(v - first[1]) <= params.tolerance:
            count += 1
        else:
            first, count = (t, v), 1
    if params.except_zero and seen[-1][1] == 0:
        return False, True
    return seen[-1][0] - first[0] >= params.seconds and count >= params.min_readings, count == 1


VERDICTS = {Threshold: by_threshold, Range: by_range, Rate: by_rate, Stuck: by_stuck}


def batches(data, stream):
    """The stream in ascending batches, as the pipeline would hand it over."""
    out, batch = [], []
    for reading in stream:
        if batch and (reading[0] <= batch[-1][0] or data.draw(st.booleans())):
            out.append(batch)
            batch = []
        batch.append(reading)
    return [*out, batch] if batch else out


@settings(max_examples=300, deadline=None)
@given(rules=st.lists(st.one_of(thresholds, others), min_size=1, max_size=3), stream=readings, data=st.data())
def test_agrees_with_the_reference_however_the_stream_is_cut(rules, stream, data):
    compiled, memory, found = compiled_for(*rules), {}, []
    for batch in batches(data, stream):
        times, values, qualities = zip(*batch, strict=True)
        found += evaluate(compiled, 7, times, values, qualities, memory)
    for number, params in enumerate(rules, 1):
        mine = [(rising, time) for rule, rising, time in crossings(found) if rule == number]
        assert mine == reference(params, stream)


@settings(max_examples=150, deadline=None)
@given(params=st.one_of(thresholds, others), stream=readings, data=st.data())
def test_delivering_again_and_late_changes_nothing(params, stream, data):
    ordered = sorted({t: (t, v, q) for t, v, q in stream}.values())
    noisy = []
    for n, reading in enumerate(ordered):
        noisy.append(reading)
        if data.draw(st.booleans()):
            noisy.append(data.draw(st.sampled_from(ordered[: n + 1])))
    compiled = compiled_for(params)
    assert crossings(feed(compiled, ordered)) == crossings(feed(compiled, noisy))


def test_a_thousand_ordinary_readings_cost_less_than_half_a_millisecond():
    compiled = compiled_for(
        Threshold(limit=50, clear=40, for_s=60), Stuck(seconds=3600), Range(minimum=-5, maximum=900)
    )
    values = [float(n % 37) for n in range(1000)]
    qualities, memory, best = [0] * 1000, {}, 1.0
    for round_ in range(20):
        times = [float(round_ * 1000 + n) for n in range(1000)]
        started = perf_counter()
        assert evaluate(compiled, 7, times, values, qualities, memory) == ()
        best = min(best, perf_counter() - started)
    assert best < 0.0005


@given(
    st.lists(st.tuples(st.integers(1, 3), st.floats(0, 20), st.integers(0, 2)), max_size=60),
    st.sampled_from(
        [Threshold(limit=15.0, clear=12.0), Threshold(limit=15.0, for_s=120), Stuck(seconds=180)]
    ),
)
def test_many_rows_at_once_are_judged_as_one_by_one(readings, params):
    series = [SeriesRow(number, "pm25", number, interval_s=60) for number in (1, 2)]
    compiled = compile_rules([RuleSpec(1, params, property="pm25")], series)
    rows = [
        (number, 60.0 * at, round(value), quality) for at, (number, value, quality) in enumerate(readings)
    ]
    one_by_one, memory, at_once = [], {}, {}
    for number, time, value, quality in rows:
        one_by_one += evaluate(compiled, number, [time], [value], [quality], memory)
    assert evaluate_rows(compiled, rows, at_once) == one_by_one
    assert at_once == memory
