"""A citizen's phone, for tests: a browser of that size, and the way through the form."""

import io
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import expect

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
HEIC = Path(__file__).parent / "photo.heic"  # HEVC with the position of Hồng Gai, made for these tests
HERE = {"longitude": 107.048, "latitude": 20.956, "accuracy": 12}
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def watched(page):
    """The page; what goes wrong in it is kept in ``page.trouble``."""
    page.trouble = []
    page.on("pageerror", lambda error: page.trouble.append(str(error)))
    page.on("dialog", lambda dialog: (page.trouble.append(dialog.message), dialog.dismiss()))
    return page


@pytest.fixture
def phone(chromium, product):
    """``phone(position=…)`` → a watched page of a new phone."""
    contexts = []

    def make(position=HERE, **more):
        given = {"geolocation": position, "permissions": ["geolocation"]} if position else {}
        context = chromium.new_context(base_url=product.url, **PHONE, **given, **more)
        contexts.append(context)
        return watched(context.new_page())

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def photo(tmp_path):
    """A photo of a phone, taken at Hồng Gai."""
    image, data = Image.effect_noise((1600, 1200), 60).convert("RGB"), Image.Exif()
    data.get_ifd(0x8825).update({1: "N", 2: (20.0, 57.0, 9.0), 3: "E", 4: (107.0, 5.0, 0.0)})
    out = io.BytesIO()
    image.save(out, "JPEG", exif=data.tobytes(), quality=90)
    path = tmp_path / "photo.jpg"
    path.write_bytes(out.getvalue())
    return path


def begin(page, query=""):
    page.goto(f"/c/report{query}")
    page.wait_for_selector("[data-report][data-ready]")


def take(page, path):
    """Choose a photo: the camera's own step."""
    page.locator("[data-photo-input]").first.set_input_files(path)


def write(page, text, kind="road-pothole"):
    """Without a photo, to the last step."""
    page.get_by_role("button", name="Không có ảnh").click()
    expect(page.locator("[data-place-name]")).to_contain_text("Phường")
    tell(page, text, kind)


def tell(page, text, kind="road-pothole"):
    """From the place to the last step."""
    page.get_by_role("button", name="Đúng chỗ này").click()
    page.locator("#id_text").fill(text)
    page.locator("#id_category").select_option(kind)


def send(page):
    page.get_by_role("button", name="Gửi phản ánh").click()


def count(product, text):
    return product.rows("SELECT count(*) FROM citizens_report WHERE text = %s", text)[0][0]
