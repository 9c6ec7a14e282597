"""A citizen's phone: three taps, no network, a lost answer, no position, a slow line, a script in every field."""

import json
import time

import pytest
from playwright.sync_api import expect
from tests.e2e.conftest import eventually
from tests.e2e.phones import AXE, begin, count, phone, photo, write

pytestmark = pytest.mark.e2e
__all__ = ["phone", "photo"]

EVIL = "<script>document.title='owned'</script><img src=x onerror=alert(1)>"
PAGES = ["/c", "/c/reports", "/c/reports/figures", "/c/follow", "/c/suggest", "/c/suggestions", "/c/notices"]
PAGES += ["/c/data-request", "/c/lawful"]
SLOW_3G = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
TOO_SMALL = """() => [...document.querySelectorAll("button, input, select, textarea, summary, .btn, .chip, .bottombar a")]
  .filter((e) => e.checkVisibility() && !e.closest(".vh, .skip, .report-trap, label, .maplibregl-map"))
  .filter((e) => !e.matches("[type=checkbox], [type=radio], .vh"))
  .filter((e) => Math.min(e.getBoundingClientRect().width, e.getBoundingClientRect().height) < 44)
  .map((e) => e.outerHTML.slice(0, 80))"""


def test_three_taps(phone, photo, product):
    page = phone()
    begin(page)
    page.locator("[data-photo-input]").first.set_input_files(photo)  # the first tap, and the camera's own
    expect(page.locator("[data-place-how]")).to_have_text("Theo vị trí ghi trong ảnh")
    expect(page.locator("[data-place-name]")).to_have_text("Phường Hồng Gai")
    page.get_by_role("button", name="Đúng chỗ này").click()
    page.locator("#id_text").fill("Ổ gà sâu giữa đường")  # words are not a tap that is needed
    expect(page.locator("#id_category")).to_have_value("road-pothole")
    page.get_by_role("button", name="Gửi phản ánh").click()
    page.wait_for_url("**/c/r/*")
    expect(page.get_by_text("Đã gửi. Cảm ơn.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ổ gà, mặt đường hỏng")
    sizes = "SELECT c.size FROM citizens_photocopy c JOIN citizens_photo p ON p.id = c.photo_id WHERE p.use = 'report'"
    eventually(lambda: product.rows(sizes), within=30)
    assert page.trouble == []


def test_without_network_several_wait_and_each_is_sent_once(phone, photo, product):
    page = phone()
    begin(page)
    page.wait_for_function("() => navigator.serviceWorker.controller !== null")
    texts = [f"Ổ gà khi mất mạng {time.time()} {n}" for n in range(2)]
    page.context.set_offline(True)
    for text in texts:
        begin(page)
        page.locator("[data-photo-input]").first.set_input_files(photo)
        page.get_by_role("button", name="Đúng chỗ này").click()
        page.locator("#id_text").fill(text)
        page.locator("#id_category").select_option("road-pothole")
        page.get_by_role("button", name="Gửi phản ánh").click()
        expect(page.locator("[data-done]")).to_contain_text("Chưa có mạng")
    expect(page.locator("[data-step=done]").get_by_text("Chờ mạng", exact=True)).to_have_count(2)
    page.context.set_offline(False)
    page.goto("/c/follow")
    expect(page.get_by_text("Đã gửi: PA", exact=False)).to_have_count(2, timeout=30_000)
    assert [count(product, text) for text in texts] == [1, 1]
    photos = "SELECT count(*) FROM citizens_photo p JOIN citizens_report r ON r.id = p.report_id WHERE r.text = ANY(%s)"
    assert product.rows(photos, texts)[0][0] == 2
    assert page.trouble == []


def test_a_lost_answer_makes_no_second_report(phone, product):
    page, lost = phone(service_workers="block"), []
    text = f"Ổ gà, câu trả lời bị mất {time.time()}"

    def lose(route):
        if lost:
            route.continue_()
            return
        lost.append(route.fetch().status)
        route.abort()

    page.route("**/c/api/reports", lose)
    begin(page)
    write(page, text)
    page.get_by_role("button", name="Gửi phản ánh").click()
    expect(page.locator("[data-done]")).to_contain_text("Đã gửi: PA", timeout=20_000)  # tried again by itself
    page.goto("/c/follow")
    expect(page.get_by_text("Đã gửi: PA", exact=False)).to_have_count(1)
    assert (lost, count(product, text)) == ([201], 1)


def test_without_a_position_a_unit_is_chosen(phone, product):
    page, text = phone(position=None), f"Ổ gà, không có định vị {time.time()}"
    begin(page)
    page.get_by_role("button", name="Không có ảnh").click()
    page.get_by_role("button", name="Đúng chỗ này").click()
    expect(page.locator("[data-place-error]")).to_contain_text("Cho biết vị trí")
    page.locator("#id_place").select_option(label="Phường Bãi Cháy")
    page.get_by_role("button", name="Đúng chỗ này").click()
    page.locator("#id_text").fill(text)
    page.locator("#id_category").select_option("road-pothole")
    page.get_by_role("button", name="Gửi phản ánh").click()
    page.wait_for_url("**/c/r/*")
    assert product.rows("SELECT located, lon FROM citizens_report WHERE text = %s", text) == [("unit", None)]


def test_what_was_typed_is_there_after_the_page_was_closed(phone):
    page = phone()
    begin(page)
    write(page, "Ổ gà, viết dở")
    expect(page.locator("[data-kept]")).to_contain_text("Bản nháp")
    page.wait_for_timeout(600)
    page.goto("/c/follow")
    page.get_by_role("link", name="Viết tiếp").click()
    page.wait_for_selector("[data-report][data-ready]")
    expect(page.locator("#id_text")).to_have_value("Ổ gà, viết dở")


def test_a_complaint_is_led_to_its_channel_before_anything_is_sent(phone, product):
    page, text = phone(), f"Tôi làm đơn khiếu nại quyết định xử phạt {time.time()}"
    begin(page)
    write(page, text)
    expect(page.get_by_text("Nội dung giống khiếu nại")).to_be_visible()
    page.get_by_role("button", name="Gửi phản ánh").click()
    expect(page.locator("[data-channels] input")).to_be_focused()
    assert count(product, text) == 0


def test_a_script_in_every_field_stays_text(phone):
    page = phone()
    begin(page)
    page.get_by_role("button", name="Không có ảnh").click()
    page.locator("#id_address").fill(EVIL)
    expect(page.locator("[data-place-name]")).to_contain_text("Phường")
    page.get_by_role("button", name="Đúng chỗ này").click()
    page.locator("#id_text").fill(EVIL)
    page.locator("#id_category").select_option("street-light")
    page.locator("[data-questions]:not([hidden]) input").first.fill(EVIL)
    page.get_by_role("button", name="Gửi phản ánh").click()
    page.wait_for_url("**/c/r/*")
    page.goto("/c/follow")
    page.wait_for_timeout(500)
    assert ("owned" in page.title(), page.trouble) == (False, [])


def test_on_a_slow_line_the_form_is_light_and_soon_there(phone):
    page = phone(service_workers="block")
    cdp = page.context.new_cdp_session(page)
    cdp.send("Network.enable")
    received = []
    cdp.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    cdp.send("Network.emulateNetworkConditions", SLOW_3G)
    started = time.monotonic()
    page.goto("/c/report", wait_until="commit")
    page.get_by_text("Chụp ảnh", exact=True).wait_for()
    usable = time.monotonic() - started
    page.wait_for_selector("[data-report][data-ready]")
    page.wait_for_load_state("networkidle")
    figures = {"report_form_slow3g_s": round(usable, 2), "report_form_kib": round(sum(received) / 1024, 1)}
    print(json.dumps(figures))
    assert figures["report_form_kib"] <= 120


def test_by_keyboard_alone(phone):
    page = phone()
    begin(page)
    page.get_by_role("button", name="Không có ảnh").press("Enter")
    expect(page.locator("#step-place")).to_be_focused()
    expect(page.locator("[data-place-name]")).to_contain_text("Phường")
    page.locator("#id_address").press("Enter")
    expect(page.locator("#step-kind")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.type("Ổ gà sâu giữa đường")
    expect(page.locator("#id_category")).to_have_value("road-pothole")
    page.get_by_role("button", name="Gửi phản ánh").press("Enter")
    page.wait_for_url("**/c/r/*")


def test_a_suggestion_carries_its_work_and_a_wrong_one_says_what(phone, product):
    page = phone()
    page.goto("/c/suggest")
    page.wait_for_function("() => document.querySelector('[data-work]')")
    page.get_by_label("Hiến kế").check()
    page.get_by_role("button", name="Gửi góp ý").click()
    expect(page.locator(".error-summary")).to_be_focused()
    page.locator("#id_title").fill("Đặt thêm ghế đá")
    page.locator("#id_text").fill("Đặt thêm ghế đá dưới bóng cây ven bãi tắm cho người già.")
    expect(page.locator("[name=altcha]")).not_to_have_value("")  # done while it was written, as people write
    page.get_by_role("button", name="Gửi góp ý").click()
    page.wait_for_url("**/c/s/*")
    assert page.trouble == []


def test_work_begins_for_who_writes_before_the_script_runs(phone):
    page, held, focused = phone(service_workers="block"), [], False

    def hold(route):
        if focused:
            return route.continue_()
        return held.append(route)

    page.route("**/dist/*.js", hold)
    page.goto("/c/suggest", wait_until="commit")
    page.locator("#id_title").fill("Đặt thêm ghế đá")
    focused = True
    assert held
    for route in held:
        route.continue_()
    expect(page.locator("[name=altcha]")).not_to_have_value("")
    assert page.trouble == []


def test_a_challenge_that_could_not_be_had_is_asked_for_again(phone):
    page, lost = phone(service_workers="block"), []

    def lose(route):
        if lost:
            return route.continue_()
        lost.append(route)
        return route.abort()

    page.route("**/c/api/challenge", lose)
    page.goto("/c/suggest")
    page.locator("#id_title").fill("Đặt thêm ghế đá")
    page.locator("#id_text").fill("Đặt thêm ghế đá dưới bóng cây ven bãi tắm cho người già.")
    page.get_by_label("Hiến kế").check()
    while not lost:
        page.wait_for_timeout(50)
    with page.expect_request(lambda asked: asked.method == "POST") as sent:
        page.get_by_role("button", name="Gửi góp ý").click()
    assert sent.value.post_data_json["altcha"]
    page.wait_for_url("**/c/s/*")
    assert page.trouble == []


def test_the_same_form_without_scripts(phone, product):
    page, text = phone(java_script_enabled=False), f"Ổ gà, không có JavaScript {time.time()}"
    page.goto("/c/report")
    page.locator("#id_text").fill(text)
    page.locator("details[data-correct] summary").click()
    page.locator("#id_place").select_option(label="Phường Bãi Cháy")
    page.get_by_role("button", name="Gửi phản ánh").click()
    expect(page.locator(".error-summary")).to_contain_text("Chọn")
    page.locator("#id_category").select_option("road-pothole")
    time.sleep(3.2)  # nobody fills a form in faster
    page.get_by_role("button", name="Gửi phản ánh").click()
    page.wait_for_url("**/c/r/*")
    assert count(product, text) == 1


@pytest.mark.parametrize(
    ("language", "theme"), [("vi", "light"), ("vi", "dark"), ("en", "light"), ("en", "dark")]
)
def test_axe_finds_nothing_in_both_languages_and_themes(phone, product, language, theme):
    page = phone(color_scheme=theme)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": product.url}])
    page.context.add_init_script(path=str(AXE))
    found = {}
    for path in ["/c/report", *PAGES]:
        page.goto(path)
        wrong = page.evaluate("() => axe.run().then(({ violations }) => violations.map(({ id }) => id))")
        wrong += page.evaluate(TOO_SMALL) if path != "/c" else []  # the station's table stands there, too
        if wrong or page.locator("html").get_attribute("lang") != language:
            found[path] = wrong
    assert (found, page.trouble) == ({}, [])


def test_axe_finds_nothing_at_any_step(phone, photo):
    page = phone()
    page.context.add_init_script(path=str(AXE))
    found = {}

    def look(name):
        wrong = page.evaluate("() => axe.run().then(({ violations }) => violations.map(({ id }) => id))")
        if wrong:
            found[name] = wrong

    begin(page)
    look("photo")
    page.locator("[data-photo-input]").first.set_input_files(photo)
    expect(page.locator("#step-place")).to_be_visible()
    look("place")
    page.get_by_role("button", name="Đúng chỗ này").click()
    page.locator("#id_text").fill("Có người đuối nước, tôi làm đơn tố cáo")
    expect(page.locator("[data-emergency]")).to_be_visible()
    look("kind")
    assert found == {}
