"""A call taken by keyboard in a real browser; the pages of the watch hold up to axe, on a desk and on a phone."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.alerts.conftest import make_alert
from tests.citizens.conftest import province, wards
from tests.web.conftest import axe, browser, new_page, open_as

from halong.duty.actions.entries import EntryDraft, write_entry
from halong.duty.actions.handing import begin_handover
from halong.duty.actions.quick import make_quick_report
from halong.duty.models import Call

__all__ = ["axe", "browser", "make_alert", "new_page", "open_as", "province", "wards"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_call_by_keyboard_alone(open_as, person, wards, make_alert, axe):
    lan = person("lan", "operator")
    alert = make_alert(place=wards[0], title="Khói ở chợ Cẩm Phả")
    page = open_as(lan, reverse("duty-call-new"))
    assert page.evaluate("document.activeElement.id") == "id_where"
    page.keyboard.type("cho, cam pha")
    page.wait_for_selector(f"#beside >> text={alert.title}")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "id_said"
    page.keyboard.type("có cháy lớn ở chợ")
    page.wait_for_selector("#beside >> text=114")
    assert axe(page) == []
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile(r"/duty/calls/\d+$"))
    call = Call.objects.get()
    assert (call.place, call.urgent, page.trouble) == (wards[0], True, [])
    assert call.took_s < 30


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_the_pages_of_the_watch(size, open_as, person, make_alert, axe):
    lan = person("lan", "operator", title="Trưởng ca trực")
    make_alert(priority=1, title="Rò khí CH4 ở mỏ Hà Lầm")
    for n, text in enumerate(("Kiểm tra đê Hà Nam", "Đã cử đội 2 đến cảng Cái Lân", "Mưa to ở Cô Tô")):
        write_entry(
            EntryDraft(("order-in", "order-out", "event")[n], text, counterpart="Phó Chủ tịch"), by=lan
        )
    note = begin_handover(None, by=lan)
    report = make_quick_report(timezone.now())
    paths = {
        "log": reverse("duty-log"),
        "handover": reverse("duty-handover", args=[note.pk]),
        "quick": reverse("duty-quick", args=[report.pk]),
        "quality": reverse("alerts-quality"),
        "maintenance": reverse("alerts-maintenance"),
    }
    page = open_as(lan, paths["log"], size)
    for name, path in paths.items():
        page.goto(page.url.partition("/duty")[0].partition("/alerts")[0] + path)
        assert (name, axe(page)) == (name, [])
        assert (name, page.evaluate("document.documentElement.scrollWidth")) == (name, size[0])
    assert page.trouble == []
