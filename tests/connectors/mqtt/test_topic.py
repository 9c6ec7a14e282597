import pytest

from halong.connectors.mqtt.topic import example_of, filter_of, parts_of, regex_of


def test_named_parts_are_subscribed_to_and_read_back():
    pattern = "province/{station}/air/{property}"

    assert filter_of(pattern) == "province/+/air/+"
    assert parts_of(pattern, "province/khi001/air/pm25") == {"station": "khi001", "property": "pm25"}
    assert parts_of(pattern, "province/khi001/air") is None
    assert example_of(pattern, station="khi001") == "province/khi001/air/property"


def test_a_part_may_be_a_piece_of_a_level_and_wildcards_stay():
    assert filter_of("a/st-{station}/#") == "a/+/#"
    assert parts_of("a/st-{station}/#", "a/st-7/x/y") == {"station": "7"}
    assert parts_of("a/st-{station}/#", "a/st-7") == {"station": "7"}
    assert parts_of("a/st-{station}/#", "a/7") is None


@pytest.mark.parametrize("pattern", ["", "a/#/b", "a+/b", "{x}/{x}", "\0"])
def test_what_is_no_pattern_is_refused(pattern):
    with pytest.raises(ValueError, match=r"^"):
        regex_of(pattern)
