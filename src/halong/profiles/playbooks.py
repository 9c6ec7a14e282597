"""Reading a profile's folder ``playbooks/``: one TOML file a playbook; every fault named by file, step and field."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

from halong.core.errors import Invalid
from halong.playbooks.checking import check_plan
from halong.playbooks.kinds import KINDS
from halong.playbooks.schema import read_steps
from halong.profiles.description import ProfileError, read_toml

Row = dict[str, Any]
HEAD = {"key", "kind", "severity", "name", "basis", "note", "step"}
STEP = {
    "key", "title", "instruction", "role", "due_minutes", "after", "wait_minutes", "until", "condition", "checks", "asks",
    "action", "critical",
}  # fmt: skip


def read_playbooks(folder: Path, agencies: Collection[str]) -> tuple[list[Row], list[str]]:
    """The playbooks as ``ensure_playbooks`` takes them, in the order of their files' names, and the faults."""
    rows: list[Row] = []
    faults: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        at = f"{folder.name}/{path.name}"
        try:
            found = read_toml(path)
        except ProfileError as error:
            faults.append(error.detail)
            continue
        row, wrong = _playbook(found, agencies)
        rows.append(row)
        faults += [f"{at}: {fault}" for fault in wrong]
    keys = [row["key"] for row in rows]
    faults += [f"{folder.name}: {key} stands twice" for key in sorted({k for k in keys if keys.count(k) > 1})]
    return rows, faults


def _playbook(found: Row, agencies: Collection[str]) -> tuple[Row, list[str]]:
    faults = [f"{name} is not known" for name in sorted(set(found) - HEAD)]
    faults += [f"{name} is missing" for name in ("key", "kind", "name", "step") if not found.get(name)]
    if found.get("kind") not in KINDS:
        faults.append(f"kind must be one of {', '.join(KINDS)}")
    if found.get("severity", 1) not in (1, 2, 3, 4):
        faults.append("severity must be 1, 2, 3 or 4")
    given = found.get("step", [])
    steps = [_step(step) for step in given]
    for number, step in enumerate(given):
        where = f"step {step.get('key') or number + 1}"
        faults += [f"{where}: {name} is not known" for name in sorted(set(step) - STEP)]
        code = (step.get("action") or {}).get("agency")
        if code and code not in agencies:
            faults.append(f"{where}: there is no agency {code!r}")
    try:
        check_plan(read_steps(steps))
    except Invalid as error:
        faults += [_named(path, words, given) for path, words in error.fields.items()] or [error.detail]
    words = _flat("name", found.get("name"))
    head: Row = {name: found[name] for name in ("key", "kind", "severity", "basis", "note") if name in found}
    return {"key": "", **head, **words, "steps": steps}, faults


def _named(path: str, words: str, steps: list[Row]) -> str:
    """A fault by the key of its step instead of its number."""
    _steps, number, *field = path.split(".")
    return f"step {steps[int(number)].get('key') or int(number) + 1}: {'.'.join(field)}: {words}"


def _step(given: Row) -> Row:
    row = {name: value for name, value in given.items() if name in STEP - {"title", "instruction"}}
    row |= _flat("title", given.get("title")) | _flat("instruction", given.get("instruction"))
    row["checks"] = [_line(line, "text") for line in given.get("checks", [])]
    row["asks"] = [_line(line, "label") for line in given.get("asks", [])]
    if action := given.get("action"):
        row["action"] = {
            "kind": action.get("kind", ""),
            "settings": {name: value for name, value in action.items() if name != "kind"},
        }
    return row


def _line(line: Row, name: str) -> Row:
    rest = {key: value for key, value in line.items() if key not in ("vi", "en")}
    return rest | {name: line.get("vi", ""), f"{name}_en": line.get("en", "")}


def _flat(name: str, words: Any) -> Row:
    """``title = {vi, en}`` as ``title`` and ``title_en``."""
    if not isinstance(words, dict):
        return {name: words or ""}
    return {name: words.get("vi", ""), f"{name}_en": words.get("en", "")}
