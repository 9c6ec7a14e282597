"""Which language people are spoken to in."""

import pytest
from django.utils import translation

from halong.core.language import reader_language, said_in, text_of


@pytest.mark.parametrize(("chosen", "spoken"), [("vi", "vi"), ("en", "en"), ("en-gb", "en"), (None, "vi")])
def test_vietnamese_unless_english_was_chosen(chosen, spoken):
    with translation.override(chosen) if chosen else translation.override(None, deactivate=True):
        assert reader_language() == spoken


def test_a_text_that_is_missing_is_said_in_the_other_language():
    with translation.override("en"):
        assert said_in("Bão", "Storm") == "Storm"
        assert said_in("Bão", "") == text_of({"vi": "Bão"}) == text_of({"vi": "Bão", "en": ""}) == "Bão"
        assert text_of({"vi": "Bão", "en": "Storm"}) == "Storm"
    with translation.override("vi"):
        assert said_in("Bão", "Storm") == text_of({"en": "Storm", "vi": "Bão"}) == "Bão"
        assert text_of({"en": "Storm"}) == "Storm"
