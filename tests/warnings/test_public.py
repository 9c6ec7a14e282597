"""What everybody reads: page, feed, messages; and browsers that ask to be warned."""

import pytest
from lxml import etree

from halong.citizens import codes
from halong.warnings import actions
from halong.warnings.cap.signing import own_certificate, verify
from halong.warnings.models import Dispatch, Subscriber

ATOM = "{http://www.w3.org/2005/Atom}"
ADDRESS = {"endpoint": "https://push.example/1", "p256dh": "k", "auth": "a"}


@pytest.mark.parametrize(
    "path", ["/c/warnings", "/c/warnings/feed.atom", "/c/warnings/certificate.pem", "/c"]
)
def test_pages_stand_without_any_warning(world, client, path):
    assert client.get(path).status_code == 200


def test_a_warning_stands_on_every_public_page(world, client):
    warning = world.published()
    for path in ("/c", "/c/warnings", f"/c/warnings/{warning.number}", "/c/reports", "/c/notices"):
        assert warning.headline_vi in client.get(path).content.decode()


def test_by_place_only_its_own_stand_there(world, client):
    warning = world.published()
    here = client.get("/c/warnings", {"place": world.ward.pk})
    assert list(here.context["warnings"]) == [warning]
    assert client.cookies["warning_place"].value == str(world.ward.pk)
    there = client.get("/c/warnings", {"place": world.other.pk})
    assert (list(there.context["warnings"]), there.context["elsewhere"]) == ([], 1)
    assert warning.headline_vi not in client.get("/c/reports").content.decode()


def test_the_feed_points_at_signed_messages(world, client):
    warning = world.published()
    actions.cancel_warning(warning, by=world.leader)
    answer = client.get("/c/warnings/feed.atom")
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = etree.fromstring(answer.content)
    entries = root.findall(f"{ATOM}entry")
    assert [entry.find(f"{ATOM}category[3]").get("term") for entry in entries] == ["Cancel", "Alert"]
    address = entries[1].find(f"{ATOM}content").get("src")
    assert address == f"http://testserver/c/warnings/{warning.number}.xml"
    message = client.get(address.removeprefix("http://testserver"))
    assert message["Content-Type"] == "application/cap+xml"
    assert verify(message.content, client.get("/c/warnings/certificate.pem").content.decode()) is not None
    assert own_certificate().startswith("-----BEGIN CERTIFICATE-----")


@pytest.mark.parametrize("state", ["draft", "exercise"])
def test_what_is_not_public_is_not_there(world, client, state):
    if state == "draft":
        warning = actions.draft_warning(world.draft(), by=world.writer)
    else:
        world.give(world.leader, world.province, practice=True)
        warning = world.published(status="Exercise")
    assert client.get(f"/c/warnings/{warning.number}").status_code == 404
    assert client.get(f"/c/warnings/{warning.number}.xml").status_code == 404
    assert warning.number not in client.get("/c/warnings/feed.atom").content.decode()
    assert warning.headline_vi not in client.get("/c/warnings").content.decode()


def test_a_browser_subscribes_by_consent_and_takes_it_back(world, client):
    sent = ADDRESS | {"place": world.ward.pk}
    assert client.post("/c/warnings/push", sent).status_code == 422
    assert client.post("/c/warnings/push", sent | {"consent": "1"}).status_code == 204
    assert client.post("/c/warnings/push", sent | {"consent": "1"}).status_code == 204
    kept = Subscriber.objects.get()
    assert (kept.place, codes.unseal(kept.sealed)) == (world.ward, ADDRESS)
    assert b"push.example" not in bytes(kept.sealed)
    assert client.post("/c/warnings/push", ADDRESS | {"remove": "1"}).status_code == 204
    assert Subscriber.objects.count() == 0
    assert client.post("/c/warnings/push", sent | {"consent": "1", "endpoint": "http://x"}).status_code == 422


def test_push_goes_to_browsers_of_the_area(world):
    for number, place in enumerate((world.ward, world.other, world.province, None)):
        address = ADDRESS | {"endpoint": f"https://push.example/{number}"}
        actions.subscribe_push(address, place=place, consent=True, by=None)
    warning = world.published()
    told = Dispatch.objects.filter(warning=warning, channel="push").values_list(
        "subscriber__place", flat=True
    )
    assert set(told) == {world.ward.pk, world.province.pk, None}
