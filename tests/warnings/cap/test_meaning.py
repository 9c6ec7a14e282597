"""The rules of CAP's text, one by one: a good message breaks none, and each broken one is named."""

import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from halong.core.errors import Malformed
from halong.warnings.cap.meaning import judge, musts
from halong.warnings.cap.message import NS, Alert, Area, Circle, Info
from halong.warnings.cap.schema import parse
from halong.warnings.cap.writing import write

SENT = datetime(2026, 9, 7, 3, 0, tzinfo=UTC)
RING = ((20.9, 107.0), (21.0, 107.0), (21.0, 107.2), (20.9, 107.0))
AREA = Area("Phường Hồng Gai", (RING,), (Circle((20.95, 107.08), 5),), (("VN_DVHC", "06685"),))
INFO = Info(
    event="Bão", urgency="Expected", severity="Severe", certainty="Likely", categories=("Met",), language="vi-VN",
    responses=("Prepare",), effective=SENT, onset=SENT, expires=SENT + timedelta(hours=6), sender_name="UBND tỉnh",
    headline="Bão", description="Gió cấp 10.", instruction="Ở trong nhà.", areas=(AREA,),
)  # fmt: skip
ALERT = Alert("a-1", "x@y.vn", SENT, "Actual", "Alert", infos=(INFO, replace(INFO, language="en-US")))
BEFORE = ("x@y.vn", "a-0", "2026-09-07T09:00:00+07:00")


def found(alert, level="must"):
    return sorted({one.where for one in judge(parse(write(alert))) if one.level == level})


def with_info(**given):
    return replace(ALERT, infos=(replace(INFO, **given),))


def with_area(**given):
    return with_info(areas=(replace(AREA, **given),))


def test_a_good_message_is_told_nothing():
    assert judge(parse(write(ALERT))) == []


@pytest.mark.parametrize(
    ("alert", "where"),
    [
        (replace(ALERT, identifier="a 1"), "identifier"),
        (replace(ALERT, identifier="a,1"), "identifier"),
        (replace(ALERT, sender="a&b"), "sender"),
        (replace(ALERT, scope="Restricted"), "restriction"),
        (replace(ALERT, restriction="nobody"), "restriction"),
        (replace(ALERT, scope="Private"), "addresses"),
        (replace(ALERT, msg_type="Update"), "references"),
        (replace(ALERT, msg_type="Cancel"), "references"),
        (replace(ALERT, msg_type="Update", references=(("x", "y", "z"),)), "references"),
        (replace(ALERT, msg_type="Update", references=(("x", "y", "2026-09-07T03:00:00Z"),)), "references"),
        (
            replace(ALERT, msg_type="Update", references=(("x", "y", "2026-09-08T09:00:00+07:00"),)),
            "references",
        ),
        (replace(ALERT, msg_type="Update", references=(("x@y.vn", "a-1", BEFORE[2]),)), "references"),
        (replace(ALERT, infos=()), "info"),
        (with_info(expires=SENT), "info[1]/expires"),
        (with_info(onset=SENT + timedelta(days=1)), "info[1]/expires"),
        (with_info(responses=("None", "Avoid")), "info[1]/responseType"),
        (with_info(parameters=((" ", "x"),)), "info[1]/parameter"),
        (with_area(description=" "), "info[1]/area[1]/areaDesc"),
        (with_area(polygons=(RING[:3],)), "info[1]/area[1]/polygon"),
        (with_area(polygons=((*RING[:3], (20.8, 107.0)),)), "info[1]/area[1]/polygon"),
        (with_area(polygons=((RING[0],) * 4,)), "info[1]/area[1]/polygon"),
        (with_area(polygons=(tuple((x, y) for y, x in RING),)), "info[1]/area[1]/polygon"),  # longitude first
        (with_area(circles=(Circle((107.08, 20.95), 5),)), "info[1]/area[1]/circle"),
        (with_area(circles=(Circle((20.95, 107.08), -1),)), "info[1]/area[1]/circle"),
        (with_area(geocodes=((" ", "x"),)), "info[1]/area[1]/geocode"),
        (with_area(ceiling=10.0), "info[1]/area[1]/ceiling"),
        (with_area(altitude=20.0, ceiling=10.0), "info[1]/area[1]/ceiling"),
    ],
)
def test_what_breaks_the_standard_is_named(alert, where):
    assert found(alert) == [where]


@pytest.mark.parametrize(
    ("alert", "where"),
    [
        (replace(ALERT, references=(BEFORE,)), "references"),
        (replace(ALERT, status="Exercise"), "note"),
        (replace(ALERT, infos=(INFO, INFO)), "info"),
        (replace(ALERT, infos=(INFO, replace(INFO, language="en", categories=("Geo",)))), "info/category"),
        (with_info(expires=None), "info[1]/expires"),
        (with_info(headline=""), "info[1]/headline"),
        (with_info(headline="a" * 161), "info[1]/headline"),
        (with_info(description=""), "info[1]/description"),
        (with_info(instruction=""), "info[1]/instruction"),
        (with_info(sender_name=""), "info[1]/senderName"),
        (with_info(areas=()), "info[1]/area"),
        (with_area(polygons=(), circles=(), geocodes=()), "info[1]/area[1]"),
    ],
)
def test_what_could_be_better_is_advice(alert, where):
    assert (found(alert), found(alert, "should")) == ([], [where])


def sent_at(said):
    return write(ALERT).replace(b"<sent>2026-09-07T10:00:00+07:00", b"<sent>" + said.encode())


@pytest.mark.parametrize("said", ["2026-02-30T10:00:00+07:00", "2026-09-07T10:00:00.5+07:00"])
def test_a_time_that_does_not_fit_the_schema(said):
    with pytest.raises(Malformed, match="schema"):
        parse(sent_at(said))


def test_a_time_that_the_schema_lets_pass_is_judged():
    broken = musts(judge(parse(sent_at("2026-09-07T24:00:00+07:00"))))
    assert [(one.where, one.words) for one in broken] == [("sent", "There is no such time.")]


def test_a_circle_that_is_none_is_named():
    content = write(ALERT).replace(b"<circle>20.95,107.08 5", b"<circle>20.95,107.08 wide")
    assert [one.where for one in musts(judge(parse(content)))] == [
        "info[1]/area[1]/circle",
        "info[2]/area[1]/circle",
    ]


degrees = st.tuples(st.floats(-90, 90), st.floats(-180, 180)).map(lambda p: (round(p[0], 5), round(p[1], 5)))
rings = st.lists(degrees, min_size=3, max_size=8, unique=True).map(lambda ring: (*ring, ring[0]))
names = st.text(string.ascii_letters + string.digits + "-._@", min_size=1, max_size=20)
words = st.text(
    st.characters(blacklist_categories=("Cc", "Cs"), blacklist_characters="\ufffe\uffff"),
    min_size=1,
    max_size=40,
).filter(lambda text: text.strip())


@st.composite
def alerts(draw):
    sent = draw(st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1))).replace(microsecond=0, tzinfo=UTC)
    area = Area(draw(words), tuple(draw(st.lists(rings, max_size=2))), (), ((draw(names), draw(words)),))
    lasting = draw(st.timedeltas(timedelta(seconds=1), timedelta(days=9)))
    info = replace(
        INFO, event=draw(words), effective=sent, onset=sent, expires=sent + lasting,
        headline=draw(words), description=draw(words), instruction=draw(words), sender_name=draw(words), areas=(area,),
    )  # fmt: skip
    update = draw(st.booleans())
    before = (draw(names), draw(names) + "x", "1999-09-07T09:00:00+07:00")
    return Alert(
        draw(names), draw(names), sent, "Actual", "Update" if update else "Alert",
        references=(before,) if update else (), infos=(info,),
    )  # fmt: skip


@given(alerts())
def test_any_message_made_of_good_parts_breaks_nothing(alert):
    assert musts(judge(parse(write(alert)))) == []


@given(alerts(), st.sampled_from(["restriction", "references", "infos"]))
def test_any_message_that_lacks_a_part_breaks_something(alert, part):
    broken = {
        "restriction": replace(alert, scope="Restricted"),
        "references": replace(alert, msg_type="Cancel", references=()),
        "infos": replace(alert, infos=()),
    }[part]
    assert len(musts(judge(parse(write(broken))))) >= 1


def test_the_namespace_is_caps():
    assert parse(write(ALERT)).tag == f"{{{NS}}}alert"
