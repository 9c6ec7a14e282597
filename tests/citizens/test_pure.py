"""What is covered, what a text sounds like, hours of offices, limits against floods."""

import base64
import hashlib
import json
from datetime import date, datetime, time, timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from halong.citizens import abuse, masking, promises
from halong.citizens.actions.catalogue import decide_publication, replace_dated
from halong.citizens.actions.sending import LawfulElsewhere
from halong.citizens.models import Deadline, Terms
from halong.citizens.recognition import recognise
from halong.core import hours
from halong.core.errors import Invalid, TooMany
from halong.core.formats import ZONE
from halong.core.permissions import SYSTEM


@pytest.mark.parametrize(
    ("text", "covered"),
    [
        ("Gọi 0912 345 678 nhé", "Gọi [SĐT] nhé"),
        ("Gọi +84912345678.", "Gọi [SĐT]."),
        ("a.b+c@vi.du.vn ơi", "[e-mail] ơi"),
        ("CCCD 022088001234", "CCCD [CCCD]"),
        ("Tôi là Trần Thị B, ở đây", "Tôi là [họ tên], ở đây"),
        ("Tôi là người dân phường này", "Tôi là người dân phường này"),
        ("Ổ gà sâu 30 cm, rộng 1.200 mm ngày 23/11/2026", "Ổ gà sâu 30 cm, rộng 1.200 mm ngày 23/11/2026"),
    ],
)
def test_what_tells_who_somebody_is_gets_covered(text, covered):
    assert masking.mask(text).text == covered


def test_numbers_of_advertisements_stay_and_plates_go_in_public():
    assert masking.mask("Khoan cắt bê tông 0912345678", keep_numbers=True).covered == ()
    assert masking.mask_public("Xe 14A-123.45 đỗ sai").text == "Xe [BKS] đỗ sai"


@pytest.mark.parametrize(
    ("address", "street"),
    [
        ("Số 12 ngõ 5 Lê Lợi, Hồng Gai", "Lê Lợi, Hồng Gai"),
        ("12/4A Trần Hưng Đạo, phường Hồng Gai", "Trần Hưng Đạo, phường Hồng Gai"),
        ("P. 302, chung cư Bãi Muối, Cao Xanh", "chung cư Bãi Muối, Cao Xanh"),
        ("Đường 25/4, Hồng Gai", "Đường 25/4, Hồng Gai"),
        ("Quốc lộ 18, km 102", "Quốc lộ 18, km 102"),
        ("", ""),
    ],
)
def test_addresses_to_the_street(address, street):
    assert masking.street_of(address) == street


@given(st.floats(-180, 180))
def test_public_places_are_within_a_cell(degrees):
    assert abs(masking.coarse(degrees) - degrees) <= masking.GRID / 2 + 1e-6
    assert masking.coarse(masking.coarse(degrees)) == masking.coarse(degrees)


@pytest.mark.parametrize(
    ("text", "legal", "number"),
    [
        ("Tôi làm đơn khiếu nại quyết định thu hồi đất của UBND", "complaint", ""),
        ("Tôi tố cáo ông A nhận hối lộ", "denunciation", ""),
        ("Đây không phải khiếu nại, chỉ là đèn đường hỏng", "", ""),
        ("Cháy nhà số 5, lửa to", "", "114"),
        ("Có người đuối nước ở bãi tắm", "", "112"),
        ("Người đàn ông bất tỉnh bên đường", "", "115"),
        ("Đang đánh nhau trước quán", "", "113"),
        ("Hôm qua cháy nhà, hôm nay rác cháy dở còn ở đường", "", ""),
        ("Ổ gà trước cổng chợ", "", ""),
    ],
)
def test_what_a_text_sounds_like(text, legal, number):
    found = recognise(text)
    assert (found.legal, found.number) == (legal, number)


@pytest.mark.django_db
def test_a_complaint_is_led_elsewhere_and_nothing_is_kept(send):
    with pytest.raises(LawfulElsewhere) as led:
        send(text="Tôi khiếu nại quyết định xử phạt")
    assert [row.name for row in led.value.channels] == ["Khiếu nại"]
    assert send(text="Tôi khiếu nại quyết định xử phạt", insists=True).report.legal == "complaint"


def at(*parts):
    return datetime(*parts, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        (at(2026, 11, 23, 8), 2, at(2026, 11, 23, 10)),
        (at(2026, 11, 23, 11), 1, at(2026, 11, 23, 13, 30)),
        (at(2026, 11, 20, 16), 2, at(2026, 11, 23, 8, 30)),  # over a weekend
        (at(2026, 11, 21, 9), 8, at(2026, 11, 23, 17)),
        (at(2026, 8, 31, 16), 2, at(2026, 9, 3, 8, 30)),  # National Day, 1 and 2 September
        (at(2026, 2, 13, 16), 2, at(2026, 2, 23, 8, 30)),  # Tết
        (at(2026, 11, 23, 2), 0.5, at(2026, 11, 23, 8)),
    ],
)
def test_working_hours(start, count, end):
    assert hours.add_working(start, count) == end


@given(st.integers(0, 200_000), st.floats(0.1, 120))
def test_working_hours_count_back(minutes, count):
    start = at(2026, 1, 5, 0) + timedelta(minutes=minutes)
    assert hours.working_between(start, hours.add_working(start, count)) == pytest.approx(count, abs=1e-3)


def test_office_hours_must_be_ascending():
    assert hours.read_spans([["08:00", "12:00"]]) == ((time(8), time(12)),)
    for wrong in ([], [["12:00", "08:00"]], [["08:00", "12:00"], ["11:00", "15:00"]]):
        with pytest.raises(ValueError, match="ascending"):
            hours.read_spans(wrong)


@pytest.mark.django_db
def test_the_most_particular_row_counts_and_old_ones_stay(catalogue, wards, agencies):
    light, pothole = catalogue["light"], catalogue["pothole"]
    assert promises.destination_of(light, wards[0]).agency == agencies["power"]
    assert promises.destination_of(pothole, wards[1]).agency == agencies["gai"]
    first = date(2025, 7, 1)
    Deadline.objects.create(place=wards[1], triage_hours=1, accept_hours=1, answer_hours=10, valid_from=first)
    Deadline.objects.create(category=light, triage_hours=1, accept_hours=1, answer_hours=20, valid_from=first)
    answers = [
        promises.promise_for(kind, place, urgent=False).answer for kind in (pothole, light) for place in wards
    ]
    assert answers == [40, 10, 20, 20]
    old = Deadline.objects.get(category=light)
    replace_dated(
        old,
        Deadline(
            category=light, triage_hours=1, accept_hours=1, answer_hours=30, valid_from=date(2026, 1, 1)
        ),
        by=SYSTEM,
    )
    then = promises.promise_for(light, wards[0], urgent=False, at=at(2025, 12, 1))
    assert (then.answer, promises.promise_for(light, wards[0], urgent=False).answer) == (20, 30)
    with pytest.raises(Invalid):
        replace_dated(Terms.objects.get(), Terms(valid_from=first, hours=[], consent="x"), by=SYSTEM)


@pytest.mark.django_db
def test_comparisons_wait_for_objections(catalogue):
    row = decide_publication(
        by=SYSTEM, table="reports.agencies", decision="QĐ 12/QĐ-UBND", decided_on=timezone.localdate()
    )
    assert not row.in_force_at(timezone.now())
    assert row.in_force_at(timezone.now() + timedelta(days=12))


def solved(challenge):
    number = next(
        n for n in range(challenge["maxnumber"] + 1)
        if hashlib.sha256(f"{challenge['salt']}{n}".encode()).hexdigest() == challenge["challenge"]
    )  # fmt: skip
    return challenge | {"number": number}


def packed(given):
    return base64.b64encode(json.dumps(given).encode()).decode()


@pytest.mark.django_db
def test_work_counts_once_and_in_time():
    good = solved(abuse.challenge())
    abuse.check_work(packed(good))
    forged = abuse.challenge() | {"salt": "x?expires=99999999999", "number": 1}
    forged["challenge"] = hashlib.sha256(b"x?expires=999999999991").hexdigest()
    old = solved(abuse.challenge(timezone.now() - timedelta(hours=3)))
    for wrong in (packed(good), packed(forged), packed(old), "", "bm9uZQ==", packed({}), packed([1]), "ế"):
        with pytest.raises(Invalid):
            abuse.check_work(wrong)


@pytest.mark.django_db
def test_floods_of_a_device_and_a_network():
    request = RequestFactory().get("/c", REMOTE_ADDR="203.0.113.7")
    for _n in range(abuse.LIMITS["data"][1]):
        abuse.allow(request, "data")
    with pytest.raises(TooMany):
        abuse.allow(request, "data")
    abuse.allow(RequestFactory().get("/c", REMOTE_ADDR="203.0.113.8"), "data")
    from halong.citizens.models import Allowance

    assert not any("203" in row.key[:3] for row in Allowance.objects.all() if len(row.key) != 64)
