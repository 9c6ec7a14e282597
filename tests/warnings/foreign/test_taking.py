"""What becomes of others' alerts: taken once, followed, held, refused."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone, translation
from tests.warnings.foreign.samples import NS, alert

from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.permissions import SYSTEM
from halong.warnings.cap.signing import own_certificate, sign
from halong.warnings.foreign.actions import expire_foreign, release_foreign
from halong.warnings.models import ForeignWarning

FIRST = "met@example.org,A1,2026-11-23T10:00:00+07:00"
LATER = "2026-11-23T11:00:00+07:00"


def box(south, west, north, east):
    points = [(south, west), (south, east), (north, east), (north, west), (south, west)]
    return "<polygon>" + " ".join(f"{lat},{lon}" for lat, lon in points) + "</polygon>"


def test_an_alert_is_kept_once(take, kept):
    assert take(alert()) == (1, 0, [])
    assert take(alert()) == (0, 1, [])
    row = kept()
    assert (str(row), row.severity, row.state, row.signature, row.held) == (
        "Gale warning",
        "Severe",
        "standing",
        "none",
        False,
    )
    assert row.shape["coordinates"][0][0][0] == [107.0, 21.0]
    assert bytes(row.xml) == alert()


def test_the_vietnamese_block_stands_for_it(take, kept):
    english, vietnamese = (
        alert(headline=words, language=language).decode()
        for words, language in (("Gale", "en-US"), ("Gió mạnh", "vi-VN"))
    )
    block = vietnamese[vietnamese.index("<info>") : vietnamese.index("</info>") + 7]
    assert take(english.replace("</alert>", block + "</alert>").encode()) == (1, 0, [])
    assert (kept().headline, len(kept().infos), len(kept().shape["coordinates"])) == ("Gió mạnh", 2, 1)


def test_an_update_and_a_cancel_end_what_they_name(take, kept):
    take(alert())
    assert take(alert("A2", kind="Update", sent=LATER, references=FIRST)) == (1, 0, [])
    assert (kept("A1").state, kept("A1").replaced_by, kept("A2").state) == ("updated", kept("A2"), "standing")
    second = f"met@example.org,A2,{LATER}"
    take(alert("A3", kind="Cancel", sent="2026-11-23T12:00:00+07:00", references=second, info=False))
    assert (kept("A2").state, kept("A3").state) == ("cancelled", "cancelled")
    assert not ForeignWarning.objects.standing().exists()


def test_a_reference_in_another_time_zone_is_the_same_moment(take, kept):
    take(alert())
    take(alert("A2", kind="Update", sent=LATER, references="met@example.org,A1,2026-11-23T03:00:00+00:00"))
    assert kept("A1").state == "updated"


def test_an_original_that_comes_after_its_update_is_over_at_once(take, kept):
    take(alert("A2", kind="Update", sent=LATER, references=FIRST))
    take(alert())
    assert (kept("A1").state, kept("A1").replaced_by) == ("updated", kept("A2"))


def test_nobody_cancels_anothers(take, kept):
    take(alert())
    take(alert("X", sender="evil@example.org", kind="Cancel", sent=LATER, references=FIRST))
    assert kept("A1").state == "standing"


def test_expiry(take, kept):
    take(alert(expires=(timezone.now() + timedelta(hours=1)).replace(microsecond=0).isoformat()))
    take(alert("A2", sent=timezone.now().replace(microsecond=0).isoformat(), expires=""))
    take(alert("A3", sent="2020-01-01T00:00:00+00:00", expires="2020-01-02T00:00:00+00:00"))
    take(alert("A4", sent="2020-01-01T00:00:00+00:00", expires=""))
    assert (kept("A3").state, kept("A4").state) == ("expired", "expired")
    assert expire_foreign(now=timezone.now()) == 0
    assert expire_foreign(now=timezone.now() + timedelta(days=2)) == 2
    assert {row.state for row in ForeignWarning.objects.all()} == {"expired"}


@pytest.mark.parametrize(
    "given",
    [
        {"area": f"<areaDesc>Sea</areaDesc>{box(16, 111, 17, 112)}"},
        {"area": f"<areaDesc>Sea</areaDesc>{box(5, 100, 25, 125)}"},
        {"area": "<areaDesc>Sea</areaDesc><circle>9.0,113.0 50</circle>"},
        {"area": "<areaDesc>Sea</areaDesc><circle>13.5,111.5 300</circle>"},
        {"headline": "Gió mạnh vùng biển Hoàng Sa"},
        {"description": "… bao gồm vùng biển quần đảo TRƯỜNG SA"},
        {"headline": "Typhoon near the Paracel Islands"},
        {"description": "Spratlys"},
        {"description": "西沙群岛附近海域"},
        {"headline": "台风影响南沙"},
        {"area": "<areaDesc>Sansha City</areaDesc>"},
        {
            "area": "<areaDesc>x</areaDesc><geocode><valueName>adcode</valueName><value>460300</value></geocode>"
        },
    ],
)
def test_what_touches_the_islands_is_held(take, kept, given):
    assert take(alert(**given)) == (1, 0, [])
    assert (kept().held, kept().holds) == (True, ["islands"])
    assert not ForeignWarning.objects.standing().exists()


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"area": f"<areaDesc>Gulf of Tonkin</areaDesc>{box(17.5, 105, 22, 109)}"},
        {"area": "<areaDesc>Manila</areaDesc><circle>14.6,121.0 100</circle>"},
        {"area": "<areaDesc>Hong Kong</areaDesc>"},
    ],
)
def test_what_does_not_touch_them_is_not(take, kept, given):
    take(alert(**given))
    assert kept().held is False


def test_a_person_releases_with_a_reason(take, kept, person):
    take(alert(headline="Paracel"))
    operator, officer = person("lan", "operator"), person("binh", "officer")
    with pytest.raises(Forbidden):
        release_foreign(kept(), by=officer, reason="x")
    with pytest.raises(Forbidden):
        release_foreign(kept(), by=SYSTEM, reason="x")
    with pytest.raises(Invalid):
        release_foreign(kept(), by=operator, reason=" ")
    release_foreign(kept(), by=operator, reason="Chỉ nêu hướng đi của bão")
    assert list(ForeignWarning.objects.standing()) == [kept()]
    with pytest.raises(Conflict):
        release_foreign(kept(), by=operator, reason="x")


def test_the_database_refuses_a_release_by_nobody(take, kept):
    take(alert(headline="Paracel"))
    with pytest.raises(IntegrityError), transaction.atomic():
        ForeignWarning.objects.update(held=False)


BOMB = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>&c;</identifier></alert>"""
XXE = b"""<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>
<alert xmlns="urn:oasis:names:tc:emergency:cap:1.2"><identifier>&x;</identifier></alert>"""
DTD = b"""<?xml version="1.0"?><!DOCTYPE alert SYSTEM "http://127.0.0.1:9/evil.dtd"><alert/>"""


OFFSET = (
    "The value '2026-11-23T10:00:00Z' is not accepted by the pattern "
    r"'\d\d\d\d-\d\d-\d\dT\d\d:\d\d:\d\d[-,+]\d\d:\d\d'."
)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (BOMB, "Document types and entities aren't taken."),
        (XXE, "Document types and entities aren't taken."),
        (DTD, "Document types and entities aren't taken."),
        (b"<a>" * 30 + b"</a>" * 30, "It is nested more than 24 deep."),
        (b"<f>" + b"<a/>" * 50_001 + b"</f>", "It has more than 50000 elements."),
        (b"<a>" + b" " * 2_000_001 + b"</a>", "It has 2000008 bytes, more than 2000000."),
        (b"\xff\xfe\x00not xml", "This isn't well-formed XML: syntax error: line 1, column 1"),
        (b"", "This isn't well-formed XML: no element found: line 1, column 0"),
        (b"<html><body>404</body></html>", "This is neither a CAP alert nor a feed of them, but <html>."),
        (b'<alert xmlns="urn:oasis:names:tc:emergency:cap:1.1"><identifier>x</identifier></alert>',
         "Only CAP 1.2 is read; this is urn:oasis:names:tc:emergency:cap:1.1."),
        (alert(sent="2026-11-23T10:00:00Z"),
         "It doesn't fit the schema of CAP 1.2: line 2: Element 'sent': [facet 'pattern'] " + OFFSET),
        (alert(area="<areaDesc>x</areaDesc><polygon>1,2 3,4 5,6 7,8</polygon>"),
         "info[1]/area[1]/polygon: The first and the last point of a polygon must be the same."),
        (alert(area="<areaDesc>x</areaDesc><circle>100,200 5</circle>"),
         "info[1]/area[1]/circle: The centre is latitude,longitude in degrees: at most 90, at most 180."),
        (alert(kind="Update"), "references: A message of type Update must say which messages it refers to."),
        (alert("A2", kind="Ack", references=FIRST, sent=LATER), "A message between systems, no alert: Ack, Actual."),
        (alert(status="Draft"), "A message between systems, no alert: Alert, Draft."),
        (alert(sent="2098-01-01T00:00:00+00:00"), "2098-01-01T00:00:00+00:00"),
        (alert(scope="Private"), "addresses: A private alert must say for whom it is."),
        (alert(scope="Private").replace(b"</scope>", b"</scope><addresses>a@example.org</addresses>"),
         "It isn't meant for the public: Private."),
    ],
    ids=range(19),
)  # fmt: skip
def test_what_is_malicious_or_wrong_is_refused_with_the_reason(take, content, why):
    with translation.override("en"):
        assert take(content) == (0, 0, [why])
    assert not ForeignWarning.objects.exists()


def test_signatures(take, kept, source):
    signed = sign(alert())
    assert take(signed) == (1, 0, [])
    assert (kept().signature, kept().signature_note) == ("unknown", "CN=Halong public warnings")
    forged = sign(alert("A2")).replace(b"Gale warning", b"All is well!")
    take(forged)
    assert (kept("A2").signature, kept("A2").held, kept("A2").holds) == ("bad", True, ["signature"])


def test_where_the_certificate_is_known_nothing_else_is_taken(take, kept, source):
    source.settings["certificate"] = own_certificate()
    source.save()
    assert take(sign(alert("G"))) == (1, 0, [])
    assert kept("G").signature == "good"
    forged = sign(alert("F")).replace(b"Gale warning", b"All is well!")
    with translation.override("en"):
        unsigned = "It isn't signed, though the certificate of this source is known."
        assert take(alert("U")) == (0, 0, [unsigned])
        accepted, duplicate, (why,) = take(forged)
    assert (accepted, duplicate) == (0, 0)
    assert why.startswith("The signature isn't good: The signature isn't good: ")
    assert ForeignWarning.objects.count() == 1


def test_wrapped_in_a_signature_object_is_bad(take, kept):
    signed = sign(alert("W")).decode()
    inner = alert("W").decode().split("?>", 1)[1]
    wrapped = signed.replace("</ds:Signature>", f"<ds:Object>{inner}</ds:Object></ds:Signature>")
    assert wrapped.count(f'<alert xmlns="{NS}">') == 2
    assert take(wrapped.encode()) == (1, 0, [])
    row = kept("W")
    assert (row.signature, row.signature_note) == ("bad", "Something is wrapped inside of this alert.")
    assert (row.held, row.holds) == (True, ["signature"])
