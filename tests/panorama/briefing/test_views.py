"""Reading briefings."""

import pytest
from django.test import Client
from tests.panorama.briefing.conftest import DAY, SEVEN

from halong.notify.models import Notice


def client_of(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def desk(chair):
    return client_of(chair)


def test_a_page_that_is_light_and_needs_no_scripts(make, desk, alarm, give):
    for number in range(30):
        alarm(f"PM2,5 vượt giới hạn · Trạm Cẩm Phả {number}", priority=1 + number % 3)
        give(f"Kiểm tra nguồn thải {number}", SEVEN + DAY / 3)
    made = make()
    page = desk.get(f"/briefing/2026-11-23/{made.pk}")
    assert (page.status_code, b"<script" in page.content, len(page.content) < 30_000) == (200, False, True)
    assert "10 cảnh báo nghiêm trọng trong 30 cảnh báo đang mở" in page.content.decode()


def test_a_day_means_ones_own_briefing(make, person, chair, ward, health):
    whole, local, _other = make(), make(place=ward), make(agency=health)
    head = client_of(person("head", "leader", place=ward))
    for who, briefing in ((client_of(chair), whole), (head, local)):
        for day in ("2026-11-23", "latest"):
            page = who.get(f"/briefing/{day}")
            assert page.context["pdf_url"] == f"/briefing/2026-11-23/{briefing.pk}.pdf"
    assert [head.get(f"/briefing/2026-11-23/{one.pk}").status_code for one in (whole, local)] == [404, 200]
    assert head.get(f"/briefing/2026-11-23/{whole.pk}.pdf").status_code == 404


def test_days_that_are_none(desk):
    assert [desk.get(f"/briefing/{day}").status_code for day in ("2026-11-22", "nonsense", "latest")] == [
        404, 404, 302
    ]  # fmt: skip


def test_the_pdf_is_in_the_language_of_the_page(make, desk):
    made = make()
    vi = desk.get(f"/briefing/2026-11-23/{made.pk}.pdf")
    desk.cookies["django_language"] = "en"
    en = desk.get(f"/briefing/2026-11-23/{made.pk}.pdf")
    assert [r.content[:5] for r in (vi, en)] == [b"%PDF-"] * 2
    assert [r.headers["Content-Disposition"] for r in (vi, en)] == [
        'inline; filename="bao-cao-nhanh-2026-11-23.pdf"',
        'inline; filename="briefing-2026-11-23.pdf"',
    ]


def test_the_list_shows_ones_own_and_all(make, desk, ward, django_assert_max_num_queries):
    make(), make(place=ward), make(SEVEN + DAY)
    desk.get("/briefing")
    with django_assert_max_num_queries(9):
        own = desk.get("/briefing").context["page"]
    assert [row["content"]["day"] for row in own] == ["Thứ Ba, 24/11/2026", "Thứ Hai, 23/11/2026"]
    assert len(desk.get("/briefing?show=all").context["page"].object_list) == 3


def test_sending_on_from_the_page(make, desk, person, chair, ward):
    deputy, _head = person("deputy", "leader", title="Phó Chủ tịch"), person("head", "leader", place=ward)
    made = make()
    url = f"/briefing/2026-11-23/{made.pk}/send"
    form = desk.get(url).context["form"]
    assert [str(label) for _value, label in form.fields["readers"].choices] == ["Deputy · Phó Chủ tịch"]
    assert desk.post(url, {"note": "x"}).status_code == 422
    assert desk.post(url, {"readers": [deputy.pk], "note": "Xem mục 2"}).status_code == 302
    assert Notice.objects.get(user=deputy, text="Chair: Xem mục 2").kind == "briefing"
