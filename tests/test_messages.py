"""The collector of the interface's texts: what it can't collect, and what two catalogues say differently."""

import importlib.util
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.pofile import write_po

TOOL = Path(__file__).parent.parent / "tools" / "messages.py"


@pytest.fixture(scope="module")
def messages():
    spec = importlib.util.spec_from_file_location("messages_tool", TOOL)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def app(folder, name, *texts):
    """An app with a catalogue of (id, Vietnamese, context)."""
    catalog = Catalog(locale="vi", domain="django")
    for source, text, context in texts:
        catalog.add(source, string=text, context=context)
    po = folder / name / "locale" / "vi" / "LC_MESSAGES" / "django.po"
    po.parent.mkdir(parents=True)
    with po.open("wb") as file:
        write_po(file, catalog)
    return folder / name


def test_one_text_with_two_translations_is_named_with_both(messages, tmp_path):
    apps = [
        app(tmp_path, "ingest", ("Replay", "Nạp lại", None), ("Name", "Tên", None)),
        app(tmp_path, "exercises", ("Replay", "Xem lại diễn biến", None), ("Name", "Tên", None)),
        app(tmp_path, "duty", ("Replay", "Nạp lại", None)),
    ]
    assert messages.disagreements(apps) == [
        "translated in two ways: 'Replay': 'Nạp lại' in ingest, duty; 'Xem lại diễn biến' in exercises"
    ]


def test_a_context_makes_it_another_text(messages, tmp_path):
    apps = [
        app(tmp_path, "ingest", ("Replay", "Nạp lại", None), ("Name", "Tên", "thing")),
        app(tmp_path, "exercises", ("Replay", "Xem lại diễn biến", "look back"), ("Name", "Họ tên", "thing")),
    ]
    assert messages.disagreements(apps) == [
        "translated in two ways: 'Name' (context 'thing'): 'Tên' in ingest; 'Họ tên' in exercises"
    ]


def test_plural_forms_are_compared_with_plural_forms(messages, tmp_path):
    several = ("%(n)s thing", "%(n)s things")
    apps = [
        app(tmp_path, "context", (several, ("%(n)s thiết bị",), None)),
        app(tmp_path, "panorama", (several, ("%(n)s mục",), None)),
        app(tmp_path, "rules", ("%(n)s thing", "một đối tượng", None)),
    ]
    assert messages.disagreements(apps) == [
        "translated in two ways: '%(n)s thing': '%(n)s thiết bị' in context; '%(n)s mục' in panorama"
    ]


def test_what_is_not_translated_yet_disagrees_with_nothing(messages, tmp_path):
    assert not messages.disagreements(
        [app(tmp_path, "a", ("Name", "", None)), app(tmp_path, "b", ("Name", "Tên", None)), tmp_path / "none"]
    )


@pytest.mark.parametrize(
    "line",
    [
        "words = f\"{_('Call')} 5\"",
        "words = f\"{ngettext('%(n)d part', '%(n)d parts', n) % {'n': n}}\"",
        "words = f\"{'' if n else pgettext('time', 'now')}\"",
        "words = f\"{translation.gettext('Call')}\"",
    ],
)
def test_a_text_inside_an_f_string_is_refused(messages, tmp_path, line):
    (tmp_path / "duty").mkdir()
    (tmp_path / "duty" / "near.py").write_text(f"n = 1\n{line}\n")
    assert messages.uncollected(tmp_path / "duty") == [
        "duty/near.py:2: a text inside an f-string is not collected"
    ]


def test_another_name_for_the_function_is_refused(messages, tmp_path):
    (tmp_path / "near.py").write_text("from django.utils.translation import gettext as _now\n")
    assert messages.uncollected(tmp_path) == [f"{tmp_path.name}/near.py:1: texts of '_now' are not collected"]


def test_texts_that_are_collected_are_not_refused(messages, tmp_path):
    (tmp_path / "near.py").write_text(
        "from django.utils.translation import gettext as _\n"
        "from django.utils.translation import get_language as language, ngettext\n"
        "words = _('Call') + f' {call.pk} {name(call)}'\n"
    )
    assert messages.uncollected(tmp_path) == []


def test_left_over_texts_go_with_their_context(messages, tmp_path):
    duty = app(tmp_path, "duty", ("Change", "Đổi", None), ("Change", "Sửa", "verb"))
    (duty / "near.py").write_text('words = _("Change")\n')
    assert messages.update(duty, check=True) == ["duty: left over: 'Change'"]
    assert messages.update(duty, check=False) == []
    po = (duty / "locale" / "vi" / "LC_MESSAGES" / "django.po").read_text()
    assert ("Đổi" in po, "Sửa" in po) == (True, False)


def test_the_catalogues_of_the_product_agree(messages):
    apps = sorted(p for p in messages.PACKAGE.iterdir() if (p / "apps.py").exists())
    assert messages.disagreements(apps) == []
    assert [fault for one in apps for fault in messages.uncollected(one)] == []
