"""Making briefings in the morning and sending them on."""

from datetime import timedelta

import pytest
from tests.panorama.briefing.conftest import DAY, SEVEN

from halong.core.errors import Forbidden, Invalid
from halong.indicators.models import Indicator
from halong.notify.models import Attachment, Notice
from halong.panorama.briefing import actions
from halong.panorama.models import Briefing


def scopes():
    rows = Briefing.objects.order_by("pk").values_list("place__name", "agency__name", "sector")
    return [tuple(part for part in row if part) for row in rows]


def test_at_seven_for_the_province_and_for_every_leader(person, chair, ward, health):
    person("head", "leader", place=ward), person("director", "leader", agency=health)
    person("deputy", "leader", sector="education"), person("officer", "officer", agency=health)
    person("gone", "leader", sector="tourism", is_active=False)
    assert actions.make_due(SEVEN - timedelta(seconds=1)) == 0
    assert actions.make_due(SEVEN) == 4
    assert sorted(scopes()) == [(), ("Phường Cẩm Phả",), ("Sở Y tế",), ("education",)]
    assert actions.make_due(SEVEN + timedelta(hours=1)) == 0
    assert sorted(Notice.objects.values_list("user__username", flat=True)) == [
        "chair", "deputy", "director", "head"
    ]  # fmt: skip


def test_a_worker_that_was_away_catches_up(chair):
    assert actions.make_due(SEVEN + timedelta(hours=3)) == 1
    made = Briefing.objects.get()
    assert (f"{made.day}", made.content["vi"]["made"]) == ("2026-11-23", "số liệu lúc 10:00")
    assert actions.make_due(SEVEN + DAY) == 1


def test_once_a_day_whoever_makes_it(make, chair):
    assert make() is not None
    assert (make(), Briefing.objects.count(), Notice.objects.count()) == (None, 1, 1)
    with pytest.raises(Forbidden):
        actions.make_due(SEVEN, by=chair)


def test_leaders_get_it_in_their_language_with_the_pdf(make, person):
    person("vi", "leader"), person("en", "leader", language="en")
    made = make()
    told = dict(Notice.objects.values_list("user__username", "title"))
    assert told == {
        "vi": "Báo cáo nhanh buổi sáng 23/11/2026, Tỉnh Quảng Ninh",
        "en": "Morning briefing 23/11/2026, Quảng Ninh Province",
    }
    assert set(Notice.objects.values_list("url", flat=True)) == {f"/briefing/2026-11-23/{made.pk}"}
    files = Attachment.objects.order_by("pk").values_list("name", "media_type")
    assert list(files) == [
        ("bao-cao-nhanh-2026-11-23.pdf", "application/pdf"),
        ("briefing-2026-11-23.pdf", "application/pdf"),
    ]


def test_sending_on(make, chair, person, ward):
    deputy, head = person("deputy", "leader"), person("head", "leader", place=ward)
    whole, local = make(), make(place=ward)
    assert actions.send_briefing(whole, [deputy, deputy], by=chair, note="Xem mục cảnh báo") == 1
    assert Notice.objects.get(user=deputy, text="Chair: Xem mục cảnh báo").attachment.name.endswith(".pdf")
    assert actions.send_briefing(local, [deputy, head], by=chair) == 2
    for readers in ([], [head]):
        with pytest.raises(Invalid):
            actions.send_briefing(whole, readers, by=chair)
    with pytest.raises(Forbidden):
        actions.send_briefing(whole, [deputy], by=head)


def test_the_job_is_known():
    from halong.core.jobs import app

    assert "halong.briefings" in app.tasks


def test_the_first_minutes_of_an_installation_make_no_empty_briefing(chair):
    Indicator.objects.create(key="beds", sector="health")
    assert actions.make_due(SEVEN) == 0
