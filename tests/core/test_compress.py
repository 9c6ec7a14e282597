"""What is compressed on its way."""

import gzip

import pytest
from django.http import HttpResponse

from halong.core.middleware import Compress

BODY = b"Ha Long " * 500


def sent(rf, kind):
    asked = rf.get("/", headers={"accept-encoding": "gzip"})
    return Compress(lambda _request: HttpResponse(BODY, content_type=kind))(asked)


@pytest.mark.parametrize(
    "kind", ["text/html; charset=utf-8", "application/json", "image/svg+xml", "text/csv"]
)
def test_words_are_compressed(rf, kind):
    answer = sent(rf, kind)
    assert (answer["Content-Encoding"], gzip.decompress(answer.content)) == ("gzip", BODY)


@pytest.mark.parametrize(
    "kind",
    [
        "image/jpeg",
        "font/woff2",
        "application/pdf",
        "application/zip",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ],
)
def test_what_is_packed_already_is_sent_as_it_is(rf, kind):
    answer = sent(rf, kind)
    assert ("Content-Encoding" in answer, answer.content) == (False, BODY)
