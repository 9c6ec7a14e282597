"""Limits that hold: for codes, networks, proofs of work, pictures that cost too much, a scanner that sleeps."""

import base64
import hashlib
import io
import json

import pytest
from PIL import Image
from tests.citizens.conftest import picture

from halong.accounts.network import counted_address
from halong.citizens import abuse, clamav, images
from halong.citizens.actions.photographs import attach_photo, check_waiting
from halong.citizens.models import Photo
from halong.core.errors import Invalid

pytestmark = pytest.mark.django_db
WRONG = "0000-0000-000"


@pytest.mark.parametrize("path", ["/c/r/{}", "/c/s/{}", "/c/d/{}", "/open311/v2/tokens/{}.json"])
def test_after_too_many_wrong_codes_a_right_one_opens_nothing(client, send, monkeypatch, path):
    """Else a guesser would only have to overlook the refusals."""
    monkeypatch.setitem(abuse.LIMITS, "code", (abuse.LIMITS["code"][0], 5, 5))
    right = send().code
    assert client.get(f"/c/r/{right}").status_code == 200
    tried = [client.get(path.format(f"00000000000{n}")).status_code for n in range(6)]
    assert tried == [404] * 5 + [429]
    assert client.get(f"/c/r/{right}").status_code == 429
    assert client.get(f"/c/r/{right}", REMOTE_ADDR="203.0.113.9").status_code == 200


def test_right_codes_use_nothing_up(client, send, monkeypatch):
    monkeypatch.setitem(abuse.LIMITS, "code", (abuse.LIMITS["code"][0], 2, 2))
    code = send().code
    assert [client.get(f"/c/r/{code}").status_code for _ in range(5)] == [200] * 5


def test_networks_are_counted_by_what_one_customer_has():
    assert counted_address("2001:db8:1:2::1") == counted_address("2001:db8:1:2:ffff::9")
    assert counted_address("2001:db8:1:3::1") != counted_address("2001:db8:1:2::1")
    assert counted_address("::ffff:203.0.113.5") == counted_address("203.0.113.5")
    assert counted_address("::ffff:203.0.113.5") != counted_address("::ffff:203.0.113.6")


def test_forwarded_addresses_of_strangers_count_nothing(client, send, monkeypatch):
    monkeypatch.setitem(abuse.LIMITS, "code", (abuse.LIMITS["code"][0], 3, 3))
    tried = [
        client.get(f"/c/r/00000000000{n}", headers={"x-forwarded-for": f"198.51.100.{n}"}).status_code
        for n in range(5)
    ]
    assert tried == [404, 404, 404, 429, 429]


def solved(**changes):
    given = abuse.challenge()
    number = next(
        n
        for n in range(abuse.HARDEST + 1)
        if hashlib.sha256(f"{given['salt']}{n}".encode()).hexdigest() == given["challenge"]
    )
    return {**given, "number": number, **changes}


def sent(given):
    abuse.check_work(base64.b64encode(json.dumps(given).encode()).decode())


def test_a_proof_of_work_counts_once():
    given = solved()
    sent(given)
    with pytest.raises(Invalid):
        sent(given)


def test_digits_cannot_be_moved_between_salt_and_number():
    """Salt and number are hashed one after the other: without a sign between them a later time could be made of both."""
    given = solved()
    assert given["salt"].endswith("&")
    whole = f"{given['salt']}{given['number']}"
    for cut in range(len(whole) - 1, whole.index("expires="), -1):
        if whole[cut:].isdecimal() and whole[:cut] != given["salt"]:
            with pytest.raises(Invalid):
                sent({**given, "salt": whole[:cut], "number": int(whole[cut:])})
    with pytest.raises(Invalid):
        sent({**given, "salt": whole.replace("&", ""), "number": 0})


def test_pages_with_ones_own_numbers_are_kept_by_no_shared_cache(client, send):
    for page in ("/c/report", "/c/suggest", "/c/data-request"):
        assert client.get(page)["Cache-Control"] in ("private, no-cache", "no-store")
    code = send().code
    for page in (f"/c/r/{code}", f"/c/data-request?code={code}"):
        found = client.get(page)
        assert (found["Cache-Control"], found["Referrer-Policy"]) == ("no-store", "no-referrer")


def progressive(size):
    out = io.BytesIO()
    Image.new("RGB", size, "gray").save(out, "JPEG", progressive=True, quality=20)
    return out.getvalue()


def test_a_progressive_picture_of_very_many_pixels_is_refused(monkeypatch):
    """All its coefficients are held at once, so that its memory follows its pixels."""
    monkeypatch.setattr(images, "MOST_PIXELS_PROGRESSIVE", 500_000)
    with pytest.raises(images.Refused) as refused:
        images.look(progressive((1000, 1000)))
    assert refused.value.reason == "too-many-pixels"
    plain = io.BytesIO()
    Image.new("RGB", (1000, 1000), "gray").save(plain, "JPEG")
    assert images.look(plain.getvalue()).width == 1000


def test_a_picture_of_thousands_of_scans_is_refused():
    content = progressive((64, 64))
    start = content.index(b"\xff\xda")
    with pytest.raises(images.Refused):
        images.work_copy(content[:start] + content[start:-2] * 40 + content[-2:])


def test_a_scanner_that_sleeps_is_asked_once_a_round(send, monkeypatch):
    sender = send()
    for number in range(3):
        attach_photo(sender.report, picture(), key=f"{number}", by=sender.follower)
    asked = []

    def sleeps(content):
        asked.append(content)
        raise clamav.Unreachable("timed out")

    monkeypatch.setenv("HALONG_CLAMAV", "tcp:127.0.0.1:3310")
    monkeypatch.setattr(clamav, "find_malware", sleeps)
    assert (check_waiting(), len(asked)) == (0, 1)
    assert set(Photo.objects.values_list("state", flat=True)) == {"waiting"}
