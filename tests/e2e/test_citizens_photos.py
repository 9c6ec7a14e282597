"""Files that are photos, that are large, and that only pretend: what comes back is drawn anew, or it isn't taken."""

import io
import struct
import time
import zipfile
import zlib

import pytest
from PIL import Image
from playwright.sync_api import expect
from tests.e2e.conftest import eventually
from tests.e2e.phones import HEIC, begin, phone, photo, send, take, tell

pytestmark = pytest.mark.e2e
__all__ = ["phone", "photo"]
EVIL = b"<!doctype html><html><script>alert('owned')</script>"


def jpeg(size=(800, 600), **more):
    out = io.BytesIO()
    Image.effect_noise(size, 50).convert("RGB").save(out, "JPEG", **more)
    return out.getvalue()


def zipped():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("evil.js", EVIL)
    return out.getvalue()


def with_comment(content, comment):
    return content[:2] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + content[2:]


def png(width, height, pixels=b""):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(pixels))
        + chunk(b"IEND", b"")
    )


def moving(kind):
    out, frames = io.BytesIO(), [Image.new("RGB", (300, 200), colour) for colour in ("red", "green", "blue")]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=50)
    return out.getvalue()


@pytest.fixture
def report_with(phone, product, tmp_path):
    """``report_with(name, content)`` → the page of the report that was sent with this photo."""

    def make(name, content):
        (tmp_path / name).write_bytes(content)
        page, text = phone(), f"Ổ gà, ảnh {name} {time.time()}"
        begin(page)
        take(page, tmp_path / name)
        tell(page, text)
        send(page)
        page.wait_for_url("**/c/r/*")
        return page

    return make


def shown(page):
    """The photo of an own page, once it was checked: what the browser gets."""

    def look():
        page.reload()
        return page.locator(".photo-row img").count()

    eventually(look, within=30, every=1)
    return page.context.request.get(page.locator(".photo-row img").first.get_attribute("src"))


def is_plain(answer):
    """A JPEG of pixels and nothing else: before the pixels nothing but what draws them, after them nothing. (Among pixels of
    noise any three letters stand somewhere.)
    """
    body, headers = answer.body(), answer.headers
    with Image.open(io.BytesIO(body)) as image:
        assert (image.format, dict(image.getexif()), max(image.size) <= 2560) == ("JPEG", {}, True)
    assert (headers["content-type"], headers["x-content-type-options"]) == ("image/jpeg", "nosniff")
    head = body[: body.index(b"\xff\xda")]
    strange = any(part in head for part in (b"PK\x03\x04", b"%PDF", b"Exif", b"GPS"))
    return body.endswith(b"\xff\xd9") and b"owned" not in body and not strange


def test_a_heic_of_a_phone(phone, product):
    page, text = phone(), f"Ổ gà, ảnh HEIC {time.time()}"
    begin(page)
    take(page, HEIC)
    expect(page.locator("[data-place-how]")).to_have_text("Theo vị trí ghi trong ảnh")
    expect(page.locator("[data-place-name]")).to_have_text("Phường Hồng Gai")
    tell(page, text)
    send(page)
    page.wait_for_url("**/c/r/*")
    answer = shown(page)
    with Image.open(io.BytesIO(answer.body())) as image:
        assert image.size == (640, 480)
    assert (is_plain(answer), page.trouble) == (True, [])


def test_sixty_megapixels(report_with):
    tile, whole = Image.effect_noise((1500, 1340), 30), Image.new("L", (9000, 6700))
    for n in range(30):
        whole.paste(tile, (n % 6 * 1500, n // 6 * 1340))
    out = io.BytesIO()
    whole.convert("RGB").save(out, "JPEG", quality=50)
    assert 5e6 < len(out.getvalue()) < 25e6
    page = report_with("60.jpg", out.getvalue())
    assert (is_plain(shown(page)), page.trouble) == (True, [])


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html.jpg", lambda: jpeg() + EVIL),
        ("comment.jpg", lambda: with_comment(jpeg(), EVIL)),
        ("archive.jpg", lambda: jpeg() + zipped()),
        ("paper.jpg", lambda: with_comment(jpeg(), b"%PDF-1.7\n1 0 obj\nowned") + b"%%EOF"),
        ("named-png.jpg", lambda: png(64, 64, b"\0" * (64 * 193)) + EVIL),
        ("moving.png", lambda: moving("PNG")),
        ("moving.webp", lambda: moving("WEBP")),
    ],
)
def test_what_is_more_than_a_photo_comes_back_as_a_photo_only(report_with, name, content):
    page = report_with(name, content())
    assert (is_plain(shown(page)), page.trouble) == (True, [])


REFUSED = {
    "drawing.svg": (
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>",
        "không phải ảnh",
    ),
    "page.jpg": (EVIL, "không phải ảnh"),
    "script.gif": (b"GIF89a/*" + EVIL, "không phải ảnh"),
    "archive.heic": (zipped(), "không phải ảnh"),
    "bomb.png": (png(50_000, 50_000), "quá nhiều điểm ảnh"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_photo_is_told_at_once_and_never_taken(phone, product, tmp_path, name):
    content, words = REFUSED[name]
    (tmp_path / name).write_bytes(content)
    page = phone()
    begin(page)
    take(page, tmp_path / name)
    expect(page.locator("[data-photo-error]")).to_contain_text(words)
    expect(page.locator("[data-photo-error]")).to_contain_text(name)
    expect(page.locator("#step-photo")).to_be_visible()
    take(page, HEIC)  # another one can still be chosen
    tell(page, f"Ổ gà, {name} {time.time()}")
    send(page)
    page.wait_for_url("**/c/r/*")
    code = page.url.split("/c/r/")[1].split("?")[0]
    # A sender of his own making, who asks nobody at the phone, is refused by the server.
    form = {"code": code, "key": "own", "photo": {"name": name, "mimeType": "image/jpeg", "buffer": content}}
    assert page.context.request.post("/c/api/reports/photos", multipart=form).status == 422
    assert page.trouble == []


def test_a_broken_photo_is_refused_and_the_report_stays(report_with):
    page = report_with("broken.jpg", jpeg()[:9000])

    def refused():
        page.reload()
        return page.get_by_text("Ảnh không được nhận").count() + page.locator(".photo-row img").count()

    eventually(refused, within=30, every=1)
    assert page.trouble == []
