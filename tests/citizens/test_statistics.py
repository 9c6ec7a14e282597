"""Numbers: right for who may see them, without small ones for the public, agencies only under a decision in force."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from halong.citizens import measures
from halong.citizens.actions import triage
from halong.citizens.models import Publication, Report
from halong.citizens.queries import public, queues, similar, statistics
from halong.citizens.queries.public import PublicFilter


def span():
    now = timezone.now()
    return {"start": now - timedelta(days=30), "end": now + timedelta(days=1)}


@pytest.fixture
def many(send, staff, agencies, wards):
    """24 answered ones at Cẩm Phả (18 on time, 6 late), 3 at Hồng Gai, 2 open."""
    now = timezone.now()
    for n in range(29):
        report = send(place=wards[0] if n < 24 else wards[1], lon=107.2, lat=21.0, contact=None).report
        agency = agencies["pha"] if n < 24 else agencies["gai"]
        triage.route_report(report, by=staff["duty"], agency=agency)
        if n < 27:
            done = {
                "state": "closed",
                "resolved_at": now,
                "closed_at": now,
                "due_at": now + timedelta(hours=1 if n % 4 else -1),
            }
            rated = {"rating": "satisfied" if n % 3 else "dissatisfied", "rated_at": now}
            Report.objects.filter(pk=report.pk).update(**done, **rated, place=report.place)
    Report.objects.filter(agency=agencies["gai"]).update(place=wards[1])
    Report.objects.filter(agency=agencies["pha"]).update(place=wards[0], first_due_at=F("due_at"))


def test_flow_for_handlers_and_for_the_public(many, staff):
    whole = statistics.flow(staff["duty"], **span())
    assert (whole.received, whole.answered, whole.open, whole.satisfied, whole.dissatisfied) == (
        29,
        27,
        2,
        18,
        9,
    )
    assert whole.on_time == sum(n % 4 != 0 for n in range(27))
    shown = statistics.flow(**span())
    assert (shown.received, shown.open, round(shown.satisfied_share)) == (29, None, 67)


def test_agencies_only_under_a_decision_and_from_twenty_cases(many, staff, agencies):
    assert statistics.by_agency(**span()) == []
    assert [row.agency for row in statistics.by_agency(staff["duty"], **span())] == [
        agencies["pha"],
        agencies["gai"],
    ]
    now = timezone.now()
    Publication.objects.create(
        table="reports.agencies",
        decision="QĐ 1",
        decided_on=now.date(),
        effective_at=now - timedelta(days=1),
        recorded_by="x",
    )
    [row] = statistics.by_agency(**span())
    assert (row.agency, row.flow.on_time_share) == (agencies["pha"], 75.0)
    agencies["pha"].kind = "Công an"
    assert not statistics.is_compared(agencies["pha"])


def test_places_hide_small_numbers_and_the_one_that_would_tell_them(many, wards):
    rows = {row.place: row.flow for row in statistics.by_place(**span())}
    assert (rows[wards[0]].answered, rows[wards[1]].answered) == (
        None,
        None,
    )  # 3 hidden, and 24 because of the sum
    assert (rows[wards[0]].received, rows[wards[1]].received) == (24, 5)
    assert (rows[wards[0]].on_time, rows[wards[0]].satisfied) == (None, None)


def test_hot_spots_and_what_rises(many, staff):
    [spot] = statistics.hot_spots(**span())
    assert (spot.count, spot.categories) == (29, ["Ổ gà"])
    assert [(row.category.code, row.now) for row in statistics.rising(staff["duty"])] == [("pothole", 29)]
    assert dict(statistics.ageing(staff["duty"]))["≤ 1"] == 2
    assert statistics.by_day(**span())[-2][1:] == (29, 27)


def test_measures_of_indicators(many, agencies, wards):
    found = {
        measure.key: {row[:2]: row[2:] for row in measure.compute(**span())} for measure in measures.MEASURES
    }
    pha = (wards[0].pk, agencies["pha"].pk)
    assert (found["reports.received"][pha], found["reports.on_time"][pha]) == ((24.0, 24.0), (18.0, 24.0))
    assert found["reports.open"] == {(wards[1].pk, agencies["gai"].pk): (2.0, 2.0)}


def test_queries_don_t_grow(many, staff, django_assert_num_queries):
    with django_assert_num_queries(4):
        assert public.reports(PublicFilter()).total == 29
    with django_assert_num_queries(3):  # grants, substitutes, the list with all that a row shows
        assert (
            next(iter(queues.agency_queue(staff["top"], tab="to-accept"))).agency.name
            == "UBND phường Hồng Gai"
        )
    with django_assert_num_queries(1):
        queues.agency_counts(staff["top"])


def test_public_search_and_map(many):
    assert public.reports(PublicFilter(q="gà cổng CHỢ")).total == 29
    assert public.reports(PublicFilter(q="cầu vượt")).total == 0
    number = Report.objects.latest("pk").pk
    assert [row.pk for row in public.reports(PublicFilter(q=f"PA{number:06d}")).rows] == [number]
    [cell] = public.map_points(PublicFilter(), zoom=9)["features"]
    assert cell["properties"]["count"] == 29
    assert len(public.map_points(PublicFilter(), zoom=16)["features"]) == 29
    assert public.reports(PublicFilter(state="open")).total == 2


def test_similar_by_distance_kind_and_words(send, staff, catalogue):
    def there(code, text, lon):
        return triage.route_report(send(code, text=text, lon=lon, lat=21.0).report, by=staff["duty"])

    near = there("pothole", "Ổ gà sâu trước cổng chợ Hạ Long", 107.2001)
    there("pothole", "Mặt đường nứt dọc theo cầu", 107.2003)
    there("pothole", "Ổ gà sâu trước cổng chợ Hạ Long", 107.25)
    there("noise", "Karaoke ồn quá", 107.2001)
    found = similar.near(catalogue["pothole"], 107.2, 21.0, "ổ gà to trước chợ")
    assert (found[0].report.pk, len(found)) == (near.pk, 2)


def test_proposals_say_why(send, staff, agencies):
    from halong.citizens.proposals import forget_past, propose, suggest_category

    past = [
        triage.route_report(
            send("noise", text="Quán karaoke mở nhạc to lúc nửa đêm").report, by=staff["duty"]
        )
        for _n in range(3)
    ]
    forget_past()
    guess = suggest_category("karaoke mở nhạc to nửa đêm ồn quá")[0]
    assert (guess.category.code, past[0].number in guess.reasons[0]) == ("noise", True)
    made = propose(send("pothole", text="Đèn đường trước số nhà tôi không sáng").report)
    assert (
        made.category.code,
        made.agency,
        "đèn" in " ".join(made.reasons) or "den duong" in " ".join(made.reasons),
    ) == ("light", agencies["power"], True)
