from hypothesis import given
from hypothesis import strategies as st

from halong.panorama.ledger import MOST_GONE, Ledger

STEPS = st.lists(
    st.dictionaries(st.integers(1, 8), st.tuples(st.integers(0, 3)), max_size=8), min_size=1, max_size=8
)


def hear(known, told):
    """What a client knows after an answer."""
    known = {} if told.whole else dict(known)
    for pk in told.gone:
        known.pop(pk, None)
    return known | {row[0]: row for row in told.rows}


@given(STEPS, st.integers(0, 7))
def test_who_hears_only_differences_knows_everything(steps, at):
    ledger = Ledger()
    known, version = {}, ""
    for number, step in enumerate(steps):
        rows = {pk: (pk, *more) for pk, more in step.items()}
        ledger.update(rows)
        if number % 2 == at % 2:  # a client that misses every other version
            told = ledger.tell(version)
            known, version = hear(known, told), told.version
            assert known == rows


def test_nothing_new_is_told_as_nothing():
    ledger = Ledger()
    ledger.update({1: (1, "a")})
    version = ledger.tell().version
    ledger.update({1: (1, "a")})
    told = ledger.tell(version)
    assert (told.rows, told.gone, told.whole, told.words) == ([], [], False, False)


def test_a_version_of_another_process_hears_everything():
    ledger = Ledger()
    ledger.update({1: (1, "a")})
    assert ledger.tell("0badcafe.1").whole
    assert ledger.tell(f"{ledger.epoch}.999").whole
    assert ledger.tell("nonsense").whole


def test_words_are_told_again_only_to_those_who_miss_them():
    ledger = Ledger()
    ledger.update({1: (1, "a")}, grown=True)
    first = ledger.tell().version
    ledger.update({1: (1, "b")})
    assert not ledger.tell(first).words
    ledger.update({1: (1, "c")}, grown=True)
    assert ledger.tell(first).words


def test_what_went_is_not_remembered_for_ever():
    ledger = Ledger()
    ledger.update({pk: (pk,) for pk in range(MOST_GONE + 1)})
    version = ledger.tell().version
    ledger.update({})
    assert ledger.gone == {}
    assert ledger.tell(version).whole
