"""How people write."""

from halong.simulation.citizens.luck import Luck
from halong.simulation.citizens.wording import abbreviated, as_people_write, slipped, without_accents


def test_accents_go():
    assert without_accents("Mất điện, Đường ngập") == "Mat dien, Duong ngap"


def test_messages_are_abbreviated():
    assert abbreviated("Không được rồi") == "ko dc r"


def test_a_slip_keeps_the_letters():
    text = "Ổ gà trước chợ"
    slips = {slipped(text, Luck("slip", n)) for n in range(20)}
    assert all(sorted(slip) == sorted(text) for slip in slips)
    assert slips != {text}
    assert slipped("a b", Luck("slip")) == "a b"


def test_one_says_the_same_in_many_ways():
    ways = {
        as_people_write("Rác không ai dọn.", Luck("way", n), ("Alo, ",), (" Cảm ơn!",)) for n in range(200)
    }
    assert len(ways) > 15
    assert "Rác không ai dọn." in ways
