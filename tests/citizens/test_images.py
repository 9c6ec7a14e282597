"""Pictures: by signature, in bounds, without metadata; ClamAV by its socket."""

import io
import socketserver
import struct
import threading
import tracemalloc
import zlib

import pi_heif
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from tests.citizens.conftest import picture

from halong.citizens import clamav, images
from halong.citizens.actions import photographs
from halong.citizens.models import Photo, PhotoCopy
from halong.core.errors import HalongError, TooLarge

EICAR = b"EICAR-STANDARD-TEST"
SIGNS = [b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WEBP", b"\0\0\0\x18ftypheic"]


def zipped(width, height):
    """A PNG that claims a size and is tiny: a decompression bomb."""

    def chunk(name, data):
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


def test_place_and_time_come_from_the_header():
    facts = images.look(picture())
    assert (facts.kind, round(facts.lon, 4), round(facts.lat, 4), facts.taken_at.hour) == (
        "jpeg",
        107.0833,
        20.95,
        8,
    )


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_copies_have_no_metadata(kind):
    made = images.work_copy(picture(kind) + b"PK\x03\x04<script>alert(1)</script><?php system('id');")
    with Image.open(io.BytesIO(made.content)) as image:
        assert (image.format, dict(image.getexif()), "exif" in image.info) == ("JPEG", {}, False)
    assert not any(
        word in made.content for word in (b"SECRETPHONE", b"<script", b"<?php", b"PK\x03\x04", b"Exif")
    )


def test_turned_pictures_stand_upright():
    image = Image.new("RGB", (200, 100), "red")
    data = Image.Exif()
    data[0x0112] = 6
    out = io.BytesIO()
    image.save(out, "JPEG", exif=data.tobytes())
    made = images.work_copy(out.getvalue())
    assert (made.width, made.height) == (100, 200)


def test_heic_by_signature():
    assert images.kind_of(b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic") == "heic"
    assert images.kind_of(b"\0\0\0\x18ftypisom\0\0\0\0isommp42") == ""
    with pytest.raises(images.Refused):
        images.look(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 200)
    assert pi_heif.is_supported(b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")


def test_sixty_megapixels_without_their_memory():
    out = io.BytesIO()
    Image.new("RGB", (9000, 6700), (90, 120, 90)).save(out, "JPEG", quality=70)
    tracemalloc.start()
    made = images.work_copy(out.getvalue())
    tracemalloc.stop()
    assert max(made.width, made.height) == images.WORK


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"GIF89a" + b"\0" * 100, "unknown-type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "unknown-type"),
        (b"%PDF-1.7", "unknown-type"),
        (b"", "unknown-type"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 50, "unreadable"),
        (zipped(50_000, 50_000), "too-many-pixels"),
        (zipped(8, 8), "too-small"),
    ],
)
def test_what_is_refused_from_the_header(content, reason):
    with pytest.raises(images.Refused) as refused:
        images.look(content)
    assert refused.value.reason == reason


def test_too_many_bytes():
    with pytest.raises(TooLarge):
        images.look(b"\xff\xd8\xff" + b"\0" * images.LARGEST)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400), st.sampled_from(SIGNS), st.integers(0, 3000))
def test_anything_is_taken_or_refused(noise, sign, cut):
    for content in (sign + noise, picture()[:cut] + noise):
        try:
            images.look(content)
            images.work_copy(content)
        except HalongError:
            pass


def test_what_is_covered_can_not_be_seen():
    image = Image.new("RGB", (800, 600), "white")
    image.paste("black", (100, 100, 140, 110))
    out = io.BytesIO()
    image.save(out, "JPEG")
    public, small = images.public_copies(out.getvalue(), [[0.1, 0.1, 0.2, 0.2]])
    with Image.open(io.BytesIO(public.content)) as made:
        assert min(made.convert("L").crop((80, 60, 240, 180)).getextrema()) > 60
    assert max(small.width, small.height) == images.SMALL


class Scanner(socketserver.BaseRequestHandler):
    """Speaks as clamd does."""

    def handle(self):
        said = self.request.recv(10)
        if said.startswith(b"zPING"):
            self.request.sendall(b"PONG\0")
            return
        content = b""
        while True:
            (length,) = struct.unpack(">I", self._exactly(4))
            if not length:
                break
            content += self._exactly(length)
        self.request.sendall(b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0")

    def _exactly(self, count):
        got = b""
        while len(got) < count:
            got += self.request.recv(count - len(got))
        return got


@pytest.fixture
def scanner(monkeypatch):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Scanner) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("HALONG_CLAMAV", f"tcp:127.0.0.1:{server.server_address[1]}")
        yield server
        server.shutdown()


def test_the_scanner_is_asked(scanner):
    assert (clamav.find_malware(b"a" * 200_000), clamav.find_malware(EICAR), clamav.trouble()) == (
        "",
        "Eicar-Signature",
        None,
    )


@pytest.mark.django_db
def test_malware_is_refused_and_its_bytes_go(send, scanner):
    sent = send()
    photo = photographs.attach_photo(sent.report, picture() + EICAR, key="1", by=sent.follower)
    assert photographs.check_photo(photo) == "refused"
    photo.refresh_from_db()
    assert (photo.reason, PhotoCopy.objects.count()) == ("malware", 0)


@pytest.mark.django_db
def test_without_its_scanner_a_photo_stays_in_quarantine(send, monkeypatch):
    monkeypatch.setenv("HALONG_CLAMAV", "unix:/nonexistent")
    sent = send()
    photo = photographs.attach_photo(sent.report, picture(), key="1", by=sent.follower)
    assert (photographs.check_photo(photo), Photo.objects.get().attempts, clamav.trouble() is None) == (
        "waiting",
        1,
        False,
    )
    monkeypatch.setenv("HALONG_CLAMAV", "")
    assert photographs.check_waiting() == 1
