"""What a step of a playbook says, and reading it from JSON (the database, a form, a profile); each fault named by its field.

Paths of faults are ``steps.2.title``: the place in the list, counted from 0, and the field.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.utils.translation import gettext as _

from halong.core.errors import Invalid
from halong.core.language import said_in
from halong.playbooks.doing import ACTIONS, read_settings
from halong.playbooks.roles import ROLES

KEY = re.compile(r"[a-z][a-z0-9_]*")  # conditions name steps and asks by it
STEPS = 60
KEY_LENGTH = 32
LINES = 30  # checks or asks of a step
TITLE, WORDS, INSTRUCTION, CONDITION = 200, 300, 4000, 500
LONGEST_MINUTES = 30 * 24 * 60

Faults = dict[str, str]


@dataclass(frozen=True)
class Check:
    """A line of the check list of a step."""

    key: str
    text: str
    text_en: str = ""

    def words(self) -> str:
        """The line in the present language."""
        return said_in(self.text, self.text_en)


@dataclass(frozen=True)
class Ask:
    """A number that is asked when a step is finished; conditions name it ``step.ask``. ``unit`` as it is written."""

    key: str
    label: str
    label_en: str = ""
    unit: str = ""

    def words(self) -> str:
        """The question in the present language."""
        return said_in(self.label, self.label_en)


@dataclass(frozen=True)
class Action:
    """What Halong does by itself in a step: a key of ``doing.ACTIONS`` and its settings."""

    kind: str
    settings: dict[str, Any]


@dataclass(frozen=True)
class StepPlan:
    """A step: what, by whom, until when, after what, on what condition, and what Halong does by itself.

    It becomes ready when every step of ``after`` is over, ``wait_minutes`` have passed or ``until`` holds (both: what
    comes first), and ``condition`` holds or isn't known. ``critical``: the incident can't be closed without it.
    """

    key: str
    title: str
    title_en: str = ""
    instruction: str = ""
    instruction_en: str = ""
    role: str = ""  # a key of roles.ROLES; "": whoever works on the incident
    due_minutes: int | None = None
    after: tuple[str, ...] = ()
    wait_minutes: int = 0
    until: str = ""
    condition: str = ""
    checks: tuple[Check, ...] = ()
    asks: tuple[Ask, ...] = ()
    action: Action | None = None
    critical: bool = False

    @property
    def automatic(self) -> bool:
        """Whether Halong does it, not a person."""
        return self.action is not None

    @property
    def waits(self) -> bool:
        """Whether it waits for time or for something to hold, once its predecessors are over."""
        return bool(self.wait_minutes or self.until)

    def words(self) -> str:
        """The title in the present language."""
        return said_in(self.title, self.title_en)

    def instruction_words(self) -> str:
        """The instruction in the present language."""
        return said_in(self.instruction, self.instruction_en)


def dump_steps(steps: Iterable[StepPlan]) -> list[dict[str, Any]]:
    """Steps as JSON, without what is empty."""
    return [dump_step(step) for step in steps]


def dump_step(step: StepPlan) -> dict[str, Any]:
    """One step as JSON, without what is empty."""
    return {
        name: _plain(value) for name, value in asdict(step).items() if value not in ("", None, (), 0, False)
    }


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, dict):
        return {name: part for name, part in value.items() if part != "" or name == "key"}
    return value


def read_steps(data: object) -> tuple[StepPlan, ...]:
    """Steps from JSON. Raises Invalid whose ``fields`` say what is wrong where."""
    faults: Faults = {}
    if not isinstance(data, Sequence) or isinstance(data, (str, bytes)) or len(data) > STEPS:
        raise Invalid(_("A playbook is a list of at most %(n)d steps.") % {"n": STEPS})
    steps = tuple(_step(_Fields(row, f"steps.{number}", faults)) for number, row in enumerate(data))
    if faults:
        raise Invalid(_("The playbook has mistakes."), fields=faults)
    return steps


def read_step(data: object) -> StepPlan:
    """One step from JSON, as an incident keeps it. Raises Invalid."""
    return read_steps([data])[0]


class _Fields:
    """Takes fields out of a mapping and notes what is wrong with them."""

    def __init__(self, data: object, at: str, faults: Faults) -> None:
        self.at, self.faults = at, faults
        self.data: Mapping[str, Any] = data if isinstance(data, Mapping) else {}
        if not isinstance(data, Mapping):
            self.fault("", _("This isn't readable."))

    def fault(self, name: str, words: str) -> None:
        self.faults.setdefault(f"{self.at}.{name}" if name else self.at, words)

    def text(self, name: str, most: int, *, needed: bool = False) -> str:
        given = self.data.get(name, "")
        if not isinstance(given, str):
            self.fault(name, _("Write text."))
            return ""
        value = given.strip()
        if needed and not value:
            self.fault(name, _("This must not be empty."))
        if len(value) > most:
            self.fault(name, _("At most %(n)d characters.") % {"n": most})
        return value

    def key(self) -> str:
        value = self.text("key", KEY_LENGTH, needed=True)
        if value and not KEY.fullmatch(value):
            self.fault("key", _("Small letters a–z, digits and _, beginning with a letter."))
        return value

    def minutes(self, name: str) -> int | None:
        value = self.data.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LONGEST_MINUTES:
            self.fault(name, _("Whole minutes, from 0 to 43,200 (30 days)."))
            return None
        return value

    def flag(self, name: str) -> bool:
        value = self.data.get(name, False)
        if not isinstance(value, bool):
            self.fault(name, _("Yes or no."))
        return value is True

    def rows(self, name: str) -> list["_Fields"]:
        value = self.data.get(name) or []
        if not isinstance(value, list) or len(value) > LINES:
            self.fault(name, _("At most %(n)d lines.") % {"n": LINES})
            return []
        return [_Fields(row, f"{self.at}.{name}.{number}", self.faults) for number, row in enumerate(value)]


def _step(row: _Fields) -> StepPlan:
    unknown = set(row.data) - set(StepPlan.__dataclass_fields__)
    for name in sorted(map(str, unknown)):
        row.fault(name, _("A step knows no such field."))
    role = row.text("role", 20)
    if role and role not in ROLES:
        row.fault("role", _("There is no such role."))
    checks, asks = _checks(row), _asks(row)
    _apart(row, checks, asks)
    return StepPlan(
        key=row.key(),
        title=row.text("title", TITLE, needed=True),
        title_en=row.text("title_en", TITLE),
        instruction=row.text("instruction", INSTRUCTION),
        instruction_en=row.text("instruction_en", INSTRUCTION),
        role=role,
        due_minutes=row.minutes("due_minutes"),
        after=_after(row),
        wait_minutes=row.minutes("wait_minutes") or 0,
        until=row.text("until", CONDITION),
        condition=row.text("condition", CONDITION),
        checks=checks,
        asks=asks,
        action=_action(row),
        critical=row.flag("critical"),
    )


def _apart(row: _Fields, checks: tuple[Check, ...], asks: tuple[Ask, ...]) -> None:
    """Answers are kept by key: a check and an ask can't share one."""
    taken = {check.key for check in checks}
    for number, ask in enumerate(asks):
        if ask.key in taken:
            row.fault(f"asks.{number}.key", _("This key is taken already."))


def _after(row: _Fields) -> tuple[str, ...]:
    value = row.data.get("after") or []
    if not isinstance(value, (list, tuple)) or not all(isinstance(key, str) for key in value):
        row.fault("after", _("A list of keys of steps."))
        return ()
    return tuple(dict.fromkeys(value))


def _checks(row: _Fields) -> tuple[Check, ...]:
    lines = row.rows("checks")
    found = tuple(
        Check(line.key(), line.text("text", WORDS, needed=True), line.text("text_en", WORDS))
        for line in lines
    )
    _once(lines, [check.key for check in found])
    return found


def _asks(row: _Fields) -> tuple[Ask, ...]:
    lines = row.rows("asks")
    found = tuple(
        Ask(
            line.key(),
            line.text("label", WORDS, needed=True),
            line.text("label_en", WORDS),
            line.text("unit", 20),
        )
        for line in lines
    )
    _once(lines, [ask.key for ask in found])
    return found


def _once(lines: Sequence[_Fields], keys: Sequence[str]) -> None:
    for number, line in enumerate(lines):
        if keys[number] in keys[:number]:
            line.fault("key", _("This key is taken already."))


def _action(row: _Fields) -> Action | None:
    value = row.data.get("action")
    if value is None:
        return None
    inner = _Fields(value, f"{row.at}.action", row.faults)
    kind = inner.text("kind", 40, needed=True)
    if kind not in ACTIONS:
        inner.fault("kind", _("There is no such automatic action."))
        return None
    settings, faults = read_settings(kind, inner.data.get("settings") or {})
    for name, words in faults.items():
        inner.fault(f"settings.{name}", words)
    return Action(kind, settings)
