import pytest
from hypothesis import given
from hypothesis import strategies as st

from halong.core.errors import HalongError, Invalid, Malformed
from halong.core.tables import read_csv, write_csv

COLUMNS = ("a", "b")
CELL = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), max_size=8)


@given(st.lists(st.tuples(CELL, CELL).filter(any), max_size=6))
def test_what_is_written_is_read_back(rows):
    read = read_csv(write_csv(COLUMNS, rows).encode(), required=COLUMNS)
    assert [(row["a"], row["b"]) for row in read] == rows


@given(st.binary(max_size=60))
def test_bytes_are_read_or_refused(data):
    try:
        rows = read_csv(data, required=("a",), optional=("b",))
    except HalongError as error:
        rows = error.detail
    assert rows is not None


@pytest.mark.parametrize("text", ["a,b\r\n1,x\r\n", "a;b\n1;x\n", "a\tb\n1\tx"])
def test_every_delimiter(text):
    assert [dict(row.cells) for row in read_csv(text.encode(), required=COLUMNS)] == [{"a": "1", "b": "x"}]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_every_encoding_with_vietnamese(encoding):
    assert read_csv("a,b\nPhường Hòa,ế\n".encode(encoding), required=COLUMNS)[0]["a"] == "Phường Hòa"


def test_lines_are_those_of_the_file():
    rows = read_csv(b'a,b\n\n1,"x\ny"\n\n2,z\n', required=COLUMNS)
    assert [row.line for row in rows] == [4, 6]


def test_formulas_are_made_safe_for_spreadsheets():
    assert write_csv(("a",), [["=1+1"], ["-5"], [-5]]) == "a\r\n'=1+1\r\n'-5\r\n-5\r\n"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"\xe1\xbb", Malformed),
        (b"a,b\n\0", Malformed),
        (b"a\n1\n", Invalid),
        (b"a,b,c\n1,2,3\n", Invalid),
        (b"a,b,a\n1,2,3\n", Invalid),
        (b"a,b\n1,2,3\n", Invalid),
        (b"", Invalid),
    ],
)
def test_what_is_no_such_table_is_refused(data, error):
    with pytest.raises(error):
        read_csv(data, required=COLUMNS)
