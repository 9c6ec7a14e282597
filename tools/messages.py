"""Texts of the interface: collects them into each app's Vietnamese catalogue, says what is missing, compiles.

``tools/messages.py [APP …]`` updates ``locale/vi/LC_MESSAGES/django.po`` of the apps (all by default);
``--check`` changes nothing and fails when a text is missing or left over; ``--compile`` writes the ``.mo`` files.
Both looks fail when two catalogues say one text differently, and when a text stands where it can't be collected.
English texts are the ids themselves.
"""

import argparse
import ast
import io
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "halong.settings")

from babel.messages import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parent.parent / "src" / "halong"
KEYWORDS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
Key = tuple[str | None, str, bool]


def found_in(app: Path) -> Catalog:
    """Every translatable text of an app's Python files and templates."""
    catalog = Catalog(locale="vi", domain="django", charset="utf-8")
    sources = [
        *app.rglob("*.py"),
        *(p for p in app.rglob("*") if p.parent.match("*templates*") or "templates" in p.parts),
    ]
    for path in sorted(
        {p for p in sources if p.suffix in {".py", ".html", ".txt", ".xml"} and "migrations" not in p.parts}
    ):
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".py":
            text = "\n".join(
                line.strip() for line in templatize(text).splitlines()
            )  # Python minds indentation
        for _line, message, _comments, context in extract("python", io.BytesIO(text.encode()), KEYWORDS):
            catalog.add(message, context=context)
    return catalog


def update(app: Path, *, check: bool) -> list[str]:
    """Bring one catalogue up to date (or only look), and return what is wrong with it."""
    po = app / "locale" / "vi" / "LC_MESSAGES" / "django.po"
    wanted = found_in(app)
    if not len(wanted) and not po.exists():
        return []
    have = Catalog(locale="vi", domain="django")
    if po.exists():
        with po.open("rb") as file:
            have = read_po(file, locale="vi", domain="django")
    ids = {(m.id if isinstance(m.id, str) else m.id[0], m.context) for m in wanted if m.id}
    left = [
        (m.id, m.context)
        for m in have
        if m.id and (m.id if isinstance(m.id, str) else m.id[0], m.context) not in ids
    ]
    new = 0
    for message in wanted:
        if message.id and not have.get(message.id, message.context):
            have.add(message.id, context=message.context)
            new += 1
    if not check:
        for message_id, context in left:
            have.delete(message_id, context)
        have.fuzzy = False
        po.parent.mkdir(parents=True, exist_ok=True)
        with po.open("wb") as file:
            write_po(file, have, sort_output=True, omit_header=False, width=110, no_location=True)
    return [
        *(f"{app.name}: {n}" for n in _faults(have)),
        *([f"{app.name}: {new} new"] if check and new else []),
        *(f"{app.name}: left over: {m!r}" for m, _context in left if check),
    ]


def _faults(catalog: Catalog) -> list[str]:
    faults = []
    for message in catalog:
        if not message.id:
            continue
        texts = message.string if isinstance(message.string, (tuple, list)) else [message.string]
        source = message.id if isinstance(message.id, str) else message.id[1]
        if not all(texts) or message.fuzzy:
            faults.append(f"untranslated: {source!r}")
            continue
        if any(_holes(str(text)) != _holes(source) for text in texts):
            faults.append(f"other placeholders: {source!r}")
    return faults


def _holes(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|\{\w+\}", text))


def disagreements(apps: Iterable[Path]) -> list[str]:
    """Texts of one context that catalogues translate differently. Django merges them all: only one would be shown."""
    found: dict[Key, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for app in apps:
        po = app / "locale" / "vi" / "LC_MESSAGES" / "django.po"
        if not po.exists():
            continue
        with po.open("rb") as file:
            catalog = read_po(file, locale="vi", domain="django")
        for message in catalog:
            if message.id and message.string:
                plural = not isinstance(message.id, str)
                source, text = (message.id[0], message.string[0]) if plural else (message.id, message.string)
                found[message.context, source, plural][text].append(app.name)
    return [
        f"translated in two ways: {source!r}{f' (context {context!r})' if context else ''}: "
        + "; ".join(f"{text!r} in {', '.join(names)}" for text, names in texts.items())
        for (context, source, _plural), texts in found.items()
        if len(texts) > 1
    ]


def uncollected(app: Path) -> list[str]:
    """Calls that the collection doesn't see: inside f-strings, and by another name than the function's or ``_``."""
    faults = []
    for path in sorted(app.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        where = path.relative_to(app.parent)
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr) and _calls_in(node):
                faults.append(f"{where}:{node.lineno}: a text inside an f-string is not collected")
            if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
                faults += [
                    f"{where}:{node.lineno}: texts of {one.asname!r} are not collected"
                    for one in node.names
                    if one.name in KEYWORDS and one.asname not in (None, "_")
                ]
    return faults


def _calls_in(node: ast.AST) -> bool:
    calls = (one.func for one in ast.walk(node) if isinstance(one, ast.Call))
    return any(getattr(call, "id", getattr(call, "attr", "")) in KEYWORDS for call in calls)


def compile_all() -> None:
    """Write every catalogue's ``.mo`` beside it."""
    for po in sorted(PACKAGE.glob("*/locale/*/LC_MESSAGES/django.po")):
        with po.open("rb") as file:
            catalog = read_po(file, locale=po.parts[-3], domain="django")
        with po.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalog)


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("apps", nargs="*")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--compile", action="store_true")
    options = parser.parse_args()
    if options.compile:
        compile_all()
        return 0
    every = sorted(p for p in PACKAGE.iterdir() if (p / "apps.py").exists())
    apps = [PACKAGE / name for name in options.apps] or every
    faults = [fault for app in apps for fault in update(app, check=options.check)]
    faults += [fault for app in apps for fault in uncollected(app)]
    faults += disagreements(every)
    print("\n".join(faults))
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
