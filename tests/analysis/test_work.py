"""From hourly means to flags, forecasts and pages."""

from datetime import timedelta

import numpy as np
import pytest
from django.urls import reverse
from tests.province import HOUR, top

from halong.analysis import actions, queries, work
from halong.analysis.models import Forecast, Unusual
from halong.analysis.neighbours import distance_km
from halong.audit.models import AuditEntry
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.permissions import SYSTEM


def hours(count, *, spike=None, seed=0):
    rng = np.random.default_rng(seed)
    ends = [top() - HOUR * back for back in range(count - 1, -1, -1)]
    values = [40 + 10 * np.sin(at.hour * 2 * np.pi / 24) + float(rng.normal(0, 1)) for at in ends]
    if spike is not None:
        values[-1 - spike] += 60
    return list(zip(ends, values, strict=True))


@pytest.fixture
def station(make_station, put):
    made = make_station(1)
    put(made, "pm25", hours(29 * 24, spike=6), hours=True)
    return made


@pytest.fixture
def flag(station):
    work.judge_everything()
    return Unusual.objects.get()


def test_a_round_finds_the_spike_once(station):
    assert work.judge_everything() == (1, 1)
    assert work.judge_everything() == (1, 0)

    [row] = queries.unusual(SYSTEM)
    assert (row.flag.kind, row.at, row.entity) == ("spike", top() - 6 * HOUR, station)
    assert row.low < row.expected < row.high < row.value
    assert str(round(row.value, 1)).replace(".", ",") in row.text


def test_a_gap_that_is_filled_later_goes_and_what_somebody_said_stays(make_station, put):
    station = make_station(2)
    rows = hours(29 * 24)
    put(station, "pm25", rows[:-12] + rows[-6:], hours=True)
    work.judge_everything()
    assert [flag.kind for flag in Unusual.objects.all()] == ["gap"]

    put(station, "pm25", rows[-12:-6], hours=True)
    work.judge_everything()
    assert not Unusual.objects.exists()


def test_forecasts_are_made_kept_and_replaced(station):
    made, shown = work.forecast_everything()
    assert (made, shown) == (1, 1)
    assert work.forecast_everything()[0] == 1

    kept = Forecast.objects.get()
    view = queries.forecast_of(series=station.series.get(property="pm25"))
    assert len(view.points) == 24
    assert view.points[0][0] == top() + HOUR
    assert view.error == kept.error < view.naive_error
    _label, mean, lo80, hi80, lo95, hi95 = view.points[5]
    assert lo95 <= lo80 <= mean <= hi80 <= hi95


def test_a_forecast_no_better_than_naive_is_not_given(station):
    work.forecast_everything()
    Forecast.objects.update(shown=False)
    series = station.series.get(property="pm25")

    assert queries.forecast_of(series=series) is None
    assert [view.shown for view in queries.forecasts_of(series)] == [False]


def test_an_old_forecast_is_not_given(station):
    work.forecast_everything()
    Forecast.objects.update(since=top() - 10 * HOUR)

    assert queries.forecast_of(series=station.series.get(property="pm25")) is None


def test_patience_ends_a_round(station):
    ticks = iter([0.0, 100.0])

    assert work.forecast_everything(patience_s=10, tick=lambda: next(ticks)) == (0, 0)


def test_short_histories_are_left_alone_and_it_is_said(make_station, put, client, person):
    station = make_station(3)
    put(station, "pm25", hours(50), hours=True)
    assert work.judge_everything() == (0, 0)

    client.force_login(person("leader"))
    page = client.get(reverse("entity", args=[station.pk]) + "?property=pm25").content.decode()
    assert "50 giờ" in page


def test_an_officer_dismisses_a_flag_with_a_reason(flag, person, wards):
    officer = person("officer", place=wards[0])

    with pytest.raises(Invalid):
        actions.settle_unusual(flag, by=officer, state="dismissed")
    settled = actions.settle_unusual(flag, by=officer, state="dismissed", note="Lễ hội")

    assert (settled.state, settled.note, settled.settled_by) == ("dismissed", "Lễ hội", officer)
    entry = AuditEntry.objects.get(action="unusual.dismiss")
    assert (entry.actor, entry.object_id) == (officer.actor_name, str(flag.pk))
    assert queries.unusual(SYSTEM) == []
    with pytest.raises(Conflict):
        actions.settle_unusual(flag, by=officer, state="confirmed")
    work.judge_everything()
    assert Unusual.objects.get().state == "dismissed"


def test_only_those_in_charge_say_something_to_a_flag(flag, person, wards):
    for stranger in (person("leader"), person("officer", place=wards[1])):
        with pytest.raises(Forbidden):
            actions.settle_unusual(flag, by=stranger, state="confirmed")
    with pytest.raises(Forbidden):
        actions.note_findings(actions.Subject(series_id=1), [], by=person("operator"), since=top(), step=HOUR)


def test_flags_are_seen_where_their_things_are(flag, person, wards):
    assert Unusual.objects.visible_to(person("officer", place=wards[0])).count() == 1
    assert Unusual.objects.visible_to(person("officer", place=wards[1])).count() == 0
    assert Unusual.objects.visible_to(person("officer", sector="health")).count() == 0
    assert len(queries.unusual(SYSTEM, place=wards[0])) == 1
    assert queries.unusual(SYSTEM, place=wards[1]) == []
    assert len(queries.unusual(SYSTEM, place=wards[0].parent, sector="environment")) == 1


def test_the_list_shows_why_and_takes_a_word(flag, person, client):
    operator = person("operator")
    client.force_login(operator)

    page = client.get(reverse("unusual")).content.decode()
    assert flag.series.entity.name in page
    dialog = client.get(reverse("unusual-dialog", args=[flag.pk, "dismissed"])).content.decode()
    assert reverse("unusual-settle", args=[flag.pk]) in dialog
    refused = client.post(reverse("unusual-settle", args=[flag.pk]), {"state": "dismissed"})
    assert refused.status_code == 422
    done = client.post(
        reverse("unusual-settle", args=[flag.pk]), {"state": "confirmed", "next": "/unusual?tab=week"}
    )
    assert (done.status_code, done.url) == (302, "/unusual?tab=week")
    assert client.get(reverse("unusual") + "?state=confirmed").context["page"].paginator.count == 1
    assert client.get(reverse("unusual") + "?kind=gap").context["page"].paginator.count == 0


def test_the_list_takes_as_many_queries_however_long_it_is(
    make_station, put, person, client, django_assert_max_num_queries
):
    for number in range(4):
        put(make_station(number), "pm25", hours(29 * 24, spike=6, seed=number), hours=True)
    work.judge_everything()
    assert Unusual.objects.count() == 4
    client.force_login(person("leader"))
    client.get(reverse("unusual-rows"))

    with django_assert_max_num_queries(24):
        client.get(reverse("unusual-rows"))


def test_the_page_of_a_thing_shows_forecast_and_flags(station, person, client):
    work.judge_everything()
    work.forecast_everything()
    series = station.series.get(property="pm25")
    client.force_login(person("leader"))

    page = client.get(reverse("entity", args=[station.pk]) + "?property=pm25").content.decode()
    chart = client.get(reverse("series-forecast-json", args=[series.pk, "24h"])).json()
    table = client.get(reverse("series-forecast-csv", args=[series.pk, "24h"])).content.decode()

    assert reverse("series-forecast-json", args=[series.pk, "24h"]) in page
    past, ahead = chart["series"]
    assert len(past["points"]) == 72
    assert (len(ahead["points"]), len(ahead["bands"])) == (25, 25)
    assert [mark["label"] for mark in chart["marks"]] == [str(Unusual.Kind.SPIKE.label)]
    assert len(table.splitlines()) == 25
    assert client.get(reverse("series-forecast-json", args=[series.pk, "nonsense"])).status_code == 404


def test_neighbours_are_near_in_space_and_time(make_station, put, person, client):
    for number, away in ((1, 6), (2, 7), (9, 6), (3, 23)):
        put(make_station(number), "pm25", hours(29 * 24, spike=away, seed=number), hours=True)
    work.judge_everything()
    event = Unusual.objects.get(series__entity__name="Trạm 1")
    near = queries.neighbours(event.first, 107.21, 21.0, 5, 3, person("leader"))

    assert [(sign.entity.name, round(sign.hours)) for sign in near] == [("Trạm 1", 0), ("Trạm 2", -1)]
    client.force_login(person("leader"))
    page = client.get(reverse("unusual-neighbours", args=[event.pk]) + "?km=5").content.decode()
    points = client.get(reverse("unusual-neighbours-geojson", args=[event.pk]) + "?km=5").json()
    assert "Trạm 2" in page
    assert sorted(f["properties"]["name"] for f in points["features"]) == ["Trạm 1", "Trạm 2"]


def test_distances_are_those_of_the_globe():
    assert distance_km(107.0, 21.0, 107.0, 22.0) == pytest.approx(111.2, abs=0.1)
    assert distance_km(107.0, 21.0, 108.0, 21.0) == pytest.approx(103.8, abs=0.1)


def test_old_flags_go_with_their_hours(flag):
    assert actions.drop_old(top() - timedelta(days=30), by=SYSTEM) == 0
    assert actions.drop_old(top(), by=SYSTEM) == 1
