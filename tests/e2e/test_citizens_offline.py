"""Bad lines and full phones: nothing that was written is lost, nothing is sent twice, and what happens is said."""

import base64
import hashlib
import itertools
import json
import time
import uuid

import pytest
from playwright.sync_api import expect
from tests.browser import CHROMIUM
from tests.e2e.lines import Line
from tests.e2e.phones import (
    HERE,
    PHONE,
    begin,
    count,
    phone,
    photo,
    send,
    take,
    tell,
    watched,
    write,
)

pytestmark = pytest.mark.e2e
__all__ = ["phone", "photo"]
NO_SYNC = "delete ServiceWorkerRegistration.prototype.sync; delete window.SyncManager"
PHOTOS = "SELECT count(*) FROM citizens_photo p JOIN citizens_report r ON r.id = p.report_id WHERE r.text = ANY(%s)"


@pytest.fixture
def line(product):
    line = Line(product.url)
    yield line
    line.close()


@pytest.fixture
def own_phone(playwright, line, tmp_path):
    """``own_phone()`` → a page of the same phone each time, as its owner closes and opens the browser."""
    opened = []

    def make():
        for context in opened:
            context.close()
        opened[:] = [
            playwright.chromium.launch_persistent_context(
                tmp_path / "phone",
                base_url=line.url,
                geolocation=HERE,
                permissions=["geolocation"],
                **PHONE,
                **CHROMIUM,
            )
        ]
        return watched(opened[0].pages[0])

    yield make
    for context in opened:
        context.close()


def test_drafts_outlive_the_browser_and_go_once_when_the_line_is_back(own_phone, line, photo, product):
    page = own_phone()
    begin(page)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    line.cut()
    texts = [f"Ổ gà khi mất mạng {time.time()} {n}" for n in range(3)]
    for text in texts[:2]:
        begin(page)
        take(page, photo)
        tell(page, text)
        send(page)
        expect(page.locator("[data-done]")).to_contain_text("Chưa có mạng")
    page = own_phone()
    page.goto("/c/follow")
    expect(page.get_by_text("Chờ mạng", exact=True)).to_have_count(2)
    begin(page)
    take(page, photo)
    tell(page, texts[2])
    page.wait_for_timeout(500)
    page = own_phone()
    page.goto("/c/follow")
    page.get_by_role("link", name="Viết tiếp").click()
    page.wait_for_selector("[data-report][data-ready]")
    expect(page.locator("#id_text")).to_have_value(texts[2])
    send(page)
    expect(page.locator("[data-done]")).to_contain_text("Chưa có mạng")
    line.mend()
    page.goto("/c/follow")
    expect(page.get_by_text("Đã gửi: PA", exact=False)).to_have_count(3, timeout=30_000)
    assert ([count(product, text) for text in texts], product.rows(PHOTOS, texts)) == ([1, 1, 1], [(3,)])
    assert page.trouble == []


def test_without_background_sync_it_goes_when_the_page_is_opened(phone, product):
    page, text = phone(), f"Ổ gà, máy không gửi nền {time.time()}"
    page.context.add_init_script(NO_SYNC)
    begin(page)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    write(page, text)
    page.context.set_offline(True)
    send(page)
    expect(page.locator("[data-done]")).to_contain_text("khi mở lại trang này")
    page.context.set_offline(False)  # the page that is open hears of it
    expect(page.locator("[data-done]")).to_contain_text("Đã gửi: PA", timeout=30_000)
    expect(page.get_by_role("link", name="Theo dõi")).to_be_visible()
    assert (count(product, text), page.trouble) == (1, [])


def test_without_a_service_worker_it_is_sent_all_the_same(phone, product):
    page, text = phone(), f"Ổ gà, trình duyệt cũ {time.time()}"
    page.context.add_init_script("delete Navigator.prototype.serviceWorker; delete window.BroadcastChannel")
    begin(page)
    write(page, text)
    send(page)
    page.wait_for_url("**/c/r/*")
    assert (count(product, text), page.trouble) == (1, [])


def test_a_full_phone_says_so_and_still_sends(phone, photo, product):
    page, text = phone(), f"Ổ gà, máy hết bộ nhớ {time.time()}"
    begin(page)
    quota = {"origin": product.url, "quotaSize": 1}
    page.context.new_cdp_session(page).send("Storage.overrideQuotaForOrigin", quota)
    take(page, photo)
    expect(page.locator("[data-kept]")).to_contain_text("Bộ nhớ máy đã đầy")
    tell(page, text)
    send(page)
    page.wait_for_url("**/c/r/*")
    assert (count(product, text), product.rows(PHOTOS, [text]), page.trouble) == (1, [(1,)], [])


def test_a_browser_that_keeps_nothing_says_so(phone, product):
    page, text = phone(), f"Ổ gà, cửa sổ riêng tư {time.time()}"
    page.context.add_init_script("indexedDB.open = () => { throw new DOMException('no', 'SecurityError'); }")
    begin(page)
    expect(page.locator("[data-kept]")).to_contain_text("không lưu được")
    write(page, text)
    send(page)
    page.wait_for_url("**/c/r/*")
    assert (count(product, text), page.trouble) == (1, [])


def test_one_draft_in_two_tabs_is_one_report(phone, product):
    page, text = phone(), f"Ổ gà, hai thẻ trình duyệt {time.time()}"
    begin(page)
    write(page, text)
    page.wait_for_timeout(600)
    page.goto("/c/follow")
    draft = page.get_by_role("link", name="Viết tiếp").get_attribute("href")
    other = watched(page.context.new_page())
    for tab in (page, other):
        tab.goto(draft)
        tab.wait_for_selector("[data-report][data-ready]")
    send(page)
    page.wait_for_url("**/c/r/*")
    send(other)
    other.wait_for_url("**/c/r/*")
    assert (page.url.split("?")[0], count(product, text)) == (other.url.split("?")[0], 1)
    assert page.trouble + other.trouble == []


def solved(request):
    given = request.get("/c/api/challenge").json()
    tries = (
        n
        for n in itertools.count()
        if hashlib.sha256(f"{given['salt']}{n}".encode()).hexdigest() == given["challenge"]
    )
    return base64.b64encode(json.dumps({**given, "number": next(tries)}).encode()).decode()


def test_too_many_in_an_hour_wait_with_the_time_said(phone, product):
    page, text = phone(), f"Ổ gà, gửi quá nhiều {time.time()}"
    begin(page)
    request, place = (
        page.context.request,
        product.rows("SELECT id FROM places_place WHERE name = 'Phường Bãi Cháy'")[0][0],
    )
    for n in range(20):
        body = {
            "client_id": str(uuid.uuid4()),
            "category": "road-pothole",
            "text": f"{text} {n}",
            "place": place,
        }
        sent = request.post("/c/api/reports", data={**body, "altcha": solved(request)})
        assert sent.status == 201, sent.text()
    write(page, text)
    send(page)
    expect(page.locator("[data-done]")).to_contain_text("quá nhiều lần từ thiết bị này")
    expect(page.locator("[data-done]")).to_contain_text("từ ")
    assert (count(product, text), page.trouble) == (0, [])
