"""What a briefing says."""

import json

from django.utils import translation
from tests.panorama.briefing.conftest import DAY, SEVEN

from halong.context.scope import Scope
from halong.panorama.briefing.content import gather


def test_a_quiet_morning(db):
    said = gather(Scope(), SEVEN.date(), SEVEN)
    assert (said["scope"], said["day"], said["made"]) == (
        "Tỉnh Quảng Ninh", "Thứ Hai, 23/11/2026", "số liệu lúc 07:00"
    )  # fmt: skip
    assert said["points"] == [{"state": "normal", "text": "Sáng nay không có việc cần quyết định."}]
    assert (said["simulated"], said["alert_words"]) == (False, "0 đang mở · 0 mới và 0 đã đóng trong 24 giờ")
    names = ("figures", "alerts", "changes", "unusual", "ahead", "late", "due", "weather")
    assert [said[name] for name in names] == [[]] * 8


def test_the_gravest_comes_first(give, alarm, health):
    alarm("Mất tín hiệu", priority=3), alarm("Vượt giới hạn", priority=1, simulated=True)
    alarm("Cũ", hours=30)
    give("Kiểm tra", SEVEN - DAY), give("Báo cáo", SEVEN + DAY / 3), give("Ngày mai", SEVEN + DAY)
    said = gather(Scope(), SEVEN.date(), SEVEN)
    assert [point["text"] for point in said["points"]] == [
        "1 cảnh báo nghiêm trọng trong 3 cảnh báo đang mở; 2 cảnh báo mới trong 24 giờ",
        "1 nhiệm vụ quá hạn tại 1 cơ quan, đơn vị",
        "Hôm nay đến hạn 1 nhiệm vụ",
    ]
    assert [(a["state"], a["title"], a["simulated"]) for a in said["alerts"]][:2] == [
        ("critical", "Vượt giới hạn", True),
        ("high", "Cũ", False),
    ]
    assert [(row["agency"], row["tasks"]) for row in said["late"]] == [("Sở Y tế", 1)]
    assert [(row["at"], row["title"]) for row in said["due"]] == [("15:00", "Báo cáo")]
    assert said["simulated"]


def test_a_scope_hears_of_its_own_only(give, alarm, ward, health):
    alarm("Ở phường", place=ward), alarm("Nơi khác")
    give("Kiểm tra", SEVEN - DAY, place=ward)
    here = gather(Scope(place=ward), SEVEN.date(), SEVEN)
    assert (here["scope"], [a["title"] for a in here["alerts"]], len(here["late"])) == (
        "Phường Cẩm Phả", ["Ở phường"], 1
    )  # fmt: skip
    other = gather(Scope(sector="education"), SEVEN.date(), SEVEN)
    assert (other["alerts"], other["late"]) == ([], [])


def test_what_does_not_fit_is_counted(alarm):
    for number in range(20):
        alarm(f"cảnh báo {number}")
    said = gather(Scope(), SEVEN.date(), SEVEN)
    assert (len(said["alerts"]), said["more"]) == (8, {"alerts": 12})


def test_in_english_too_and_as_json(alarm):
    alarm("PM2,5", priority=1)
    with translation.override("en"):
        said = json.loads(json.dumps(gather(Scope(), SEVEN.date(), SEVEN)))
    assert (said["day"], said["scope"]) == ("Monday, 23/11/2026", "Quảng Ninh Province")
    assert said["points"][0]["text"] == "1 critical of 1 open alerts; 1 new in 24 hours"
