"""Editing what a category asks: every kind of answer, dated like the rest, and at Open311 from its day on."""

from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from halong.citizens.forms.questions import read, written
from halong.citizens.models import Category, CategoryField

letters = st.characters(codec="utf-8", exclude_characters="=|", exclude_categories=["Z", "C"])
words = st.text(letters, min_size=1, max_size=12)


@given(st.lists(st.tuples(words, words, words), max_size=5))
def test_things_to_choose_from_are_read_as_they_are_written(rows):
    values = [{"key": key, "name": name, "name_en": name_en} for key, name, name_en in rows]
    assert read(written(values)) == values


def test_words_make_a_key():
    assert read("Dưới 0,5 m | Under 0.5 m\n\n b = Đèn tắt ") == [
        {"key": "duoi-05-m", "name": "Dưới 0,5 m", "name_en": "Under 0.5 m"},
        {"key": "b", "name": "Đèn tắt", "name_en": ""},
    ]


@pytest.fixture
def page(catalogue, at_desk):
    admin = at_desk("admin")
    address = f"/reports/set-up/categories/{catalogue['light'].pk}/questions"

    def filled(**changes):
        forms = admin.get(address).context["forms"]
        sent = {
            f"form-{name}": forms.management_form[name].value() for name in ("TOTAL_FORMS", "INITIAL_FORMS")
        }
        for form in forms:
            for bound in form:
                value = bound.value()
                if form.initial and value not in (None, False, ""):
                    sent[bound.html_name] = value
        return sent | {"valid_from": (timezone.localdate() + timedelta(days=1)).isoformat()} | changes

    return admin, address, filled


def asked(category):
    return [(row.code, row.datatype, row.required) for row in category.fields.all()]


def test_saving_lays_the_same_questions_down_anew(page, catalogue):
    admin, address, filled = page
    assert admin.post(address, filled()).status_code == 302
    old, new = Category.objects.filter(code="light").order_by("valid_from")
    assert (asked(new), old.valid_to, new.valid_to) == (asked(old), timezone.localdate(), None)
    assert [row.values for row in new.fields.all() if row.values] == [
        [{"key": "a", "name": "Tắt", "name_en": ""}, {"key": "b", "name": "Nhấp nháy", "name_en": ""}],
        [{"key": "x", "name": "Trái", "name_en": ""}, {"key": "y", "name": "Phải", "name_en": ""}],
    ]
    assert [row.variable for row in new.fields.all()][-1] is False


def test_changed_added_removed_put_in_order(page):
    admin, address, filled = page
    new = {
        "form-7-question": "Cao khoảng mấy mét?", "form-7-code": "height", "form-7-datatype": "number",
        "form-7-order": "1", "form-7-required": "on", "form-0-gone": "on", "form-1-question": "Mấy đèn?",
    }  # fmt: skip
    admin.post(address, filled(**new))
    rows = Category.objects.order_by("-valid_from").first().fields.all()
    assert [row.code for row in rows] == ["height", "count", "when", "kind", "where", "more", "info"]
    assert (rows[0].required, rows[1].question) == (True, "Mấy đèn?")


@pytest.mark.parametrize(
    ("change", "form", "field"),
    [
        ({"form-3-values": "a = Tắt"}, 3, "values"),
        ({"form-3-values": "a = Tắt\na = Sáng"}, 3, "values"),
        ({"form-3-values": "= Tắt\n= Sáng"}, 3, "values"),
        ({"form-1-code": "pole"}, 1, "code"),
        ({"form-1-code": "số cột"}, 1, "code"),
        ({"form-1-datatype": "gauge"}, 1, "datatype"),
        ({"form-7-question": "Gì nữa?"}, 7, "code"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_changes_nothing(page, change, form, field):
    admin, address, filled = page
    answer = admin.post(address, filled(**change))
    assert (answer.status_code, field in answer.context["forms"][form].errors) == (422, True)
    assert Category.objects.filter(code="light").count() == 1


def test_a_day_before_the_present_version_is_refused(page):
    admin, address, filled = page
    answer = admin.post(address, filled(valid_from="2020-01-01"))
    assert (answer.status_code, list(answer.context["day"].errors)) == (422, ["valid_from"])
    assert CategoryField.objects.filter(category__code="light").count() == 7


def test_only_who_sets_up_edits(page, duty, at_desk):
    _admin, address, filled = page
    assert [duty.get(address).status_code, at_desk("head").post(address, filled()).status_code] == [403, 403]
