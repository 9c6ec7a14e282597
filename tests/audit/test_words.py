"""Every code that the product writes into the log has words in both languages."""

import ast
import re
from pathlib import Path

import pytest
from django.utils.translation import override

import halong
from halong.audit.words import ACTIONS, action_words
from halong.citizens.models import DataRequest, ReportEvent, ServiceNotice
from halong.incidents.models import Entry
from halong.tasks.models import TaskEvent

CODE = re.compile(r"[a-z]+\.[a-z_-]+")
# codes that are put together: how they stand in the source → what they can be
TOGETHER = {
    "f'reports.{kind}'": {f"reports.{kind}" for kind in ReportEvent.Kind},
    "f'privacy.{state}'": {f"privacy.{state}" for state in DataRequest.State if state != "open"},
    "f'notices.{state}'": {f"notices.{state}" for state in ServiceNotice.State if state != "draft"},
    "f'tasks.{kind}'": {f"tasks.{kind}" for kind in TaskEvent.Kind if kind not in ("created", "reminded")},
    "f'exercises.{what}'": {f"exercises.{what}" for what in ("begin", "pause", "resume", "speed", "end")},
    "f\"incidents.{kind.replace('-', '_')}\"": {
        f"incidents.{kind.replace('-', '_')}"
        for kind in (
            Entry.Kind.CHANGED, Entry.Kind.HANDED_OVER, Entry.Kind.MERGED, Entry.Kind.PART, Entry.Kind.PART_OUT,
            Entry.Kind.ROLE, Entry.Kind.SPLIT, Entry.Kind.STATE,
        )
    },
    "f'incidents.step_{what}'": {f"incidents.step_{what}" for what in ("started", "done", "skipped", "retried")},
    "f'entities.{action}'": {
        f"entities.{action}_attributes" for action in ("append", "merge", "replace", "update")
    } | {"entities.patch_attribute", "entities.delete_attribute"},
    "f'{_topic(branch)}.succeed'": {"places.succeed", "agencies.succeed"},
    "f'{_topic(branch)}.{action}'": {f"{topic}.{action}" for topic in ("places", "agencies")
                                     for action in ("create", "change")},
}  # fmt: skip


def called(node):
    return getattr(node.func, "id", getattr(node.func, "attr", ""))


def recorders(tree):
    """What a module calls the function that writes the log."""
    names = {"record"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "halong.audit.actions":
            names |= {one.asname or one.name for one in node.names if one.name == "record"}
    return names


def handed_on(tree):
    """The module's own functions that take a code and hand it on, and their callers' arguments."""
    names = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and any(one.arg == "action" for one in node.args.args)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in names:
            yield from (*node.args, *(one.value for one in node.keywords))


def literals(node):
    return {
        one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)
    }


def codes(path):
    """The codes that a module writes, as far as they stand in it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = recorders(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and called(node) in names and len(node.args) > 1:
            code = node.args[1]
            if isinstance(code, ast.JoinedStr):
                yield from TOGETHER[ast.unparse(code)]
            elif isinstance(code, ast.IfExp):
                yield from literals(code.body) | literals(code.orelse)
            elif isinstance(code, ast.Constant):
                yield code.value
            else:
                assert ast.unparse(code) == "action", f"{path}:{node.lineno}: which codes can this be?"
    for given in handed_on(tree):
        yield from {text for text in literals(given) if CODE.fullmatch(text)}


WRITTEN = sorted({code for path in Path(halong.__file__).parent.rglob("*.py") for code in codes(path)})


def test_codes_are_found():
    assert {"duty.page", "duty.test", "duty.handover_take", "sources.silent", "warnings.take_foreign"} <= set(
        WRITTEN
    )


def test_every_code_has_words():
    assert [code for code in WRITTEN if code not in ACTIONS] == []


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_code_is_shown_as_it_is(language):
    with override(language):
        assert [code for code in ACTIONS if CODE.fullmatch(action_words(code))] == []


def test_the_vietnamese_words_are_vietnamese():
    with override("en"):
        english = {code: action_words(code) for code in ACTIONS}
    with override("vi"):
        assert [code for code in ACTIONS if action_words(code) == english[code]] == []
