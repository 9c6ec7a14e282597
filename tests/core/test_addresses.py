"""Which addresses lead into the Internet, and which to machines inside, however they are written."""

import pytest

from halong.core.addresses import is_private, is_public

INSIDE = ["127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "224.0.0.1",
          "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
          "::ffff:10.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::1"]  # fmt: skip
OUTSIDE = ["1.1.1.1", "8.8.8.8", "203.162.4.190", "2001:4860:4860::8888", "64:ff9b::101:101"]


@pytest.mark.parametrize("address", INSIDE)
def test_addresses_inside_are_told_however_they_are_written(address):
    assert not is_public(address)


@pytest.mark.parametrize("address", OUTSIDE)
def test_public_ones_are_public(address):
    assert is_public(address)


@pytest.mark.parametrize(
    ("address", "private"),
    [("127.0.0.1", True), ("10.0.0.1", True), ("::1", True), ("::ffff:192.168.1.1", True), ("fd00::1", True),
     ("100.64.0.1", True), ("8.8.8.8", False), ("169.254.169.254", False), ("::ffff:169.254.169.254", False),
     ("fe80::1%eth0", False), ("224.0.0.1", False), ("0.0.0.0", False)],
)  # fmt: skip
def test_what_is_an_address_of_our_own_networks(address, private):
    assert is_private(address) == private
