"""Conditions over facts: comparisons of formulas (``core.expression``), joined by and, or, not, and nothing else.

A fact that isn't known makes a comparison unknown, and "and", "or", "not" follow Kleene: what is decided by the known
parts is decided, anything else stays unknown (None), so that nobody takes a missing reading for "no".
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from halong.core.errors import Invalid
from halong.core.expression import DEEPEST, FUNCTIONS, KEY, LONGEST, check_arithmetic, value_of

WORDS = frozenset({"and", "or", "not", "true", "false"})
_COMPARISONS: dict[type[ast.cmpop], Callable[[float, float], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}


@dataclass(frozen=True)
class Condition:
    """A condition that was read; ``keys`` are the facts it names, in the order of the text."""

    text: str
    keys: tuple[str, ...]
    body: ast.expr

    def holds(self, facts: Mapping[str, float | None]) -> bool | None:
        """Whether it holds; None where what isn't known, or has no finite value, leaves it open."""
        named = {f"k{number}": facts.get(key) for number, key in enumerate(self.keys)}
        return _truth(self.body, named)


def parse_condition(text: str) -> Condition:
    """Read a condition. Raises Invalid with what is wrong."""
    if not text.strip() or len(text) > LONGEST:
        raise Invalid(_("Write a condition of at most %(n)d characters.") % {"n": LONGEST})
    keys: dict[str, str] = {}

    def name(found: re.Match[str]) -> str:
        word = found[0]
        return word if word in FUNCTIONS or word in WORDS else keys.setdefault(word, f"k{len(keys)}")

    try:
        body = ast.parse(" ".join(KEY.sub(name, text).split()), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Invalid(_("The condition can't be read: check the signs and brackets.")) from None
    _check(body, set(keys.values()), 0)
    return Condition(text.strip(), tuple(keys), body)


def _check(node: ast.expr, names: set[str], depth: int) -> None:
    """Refuse everything but and, or, not over comparisons of formulas."""
    if depth > DEEPEST:
        raise Invalid(_("The condition is nested too deeply."))
    if isinstance(node, ast.BoolOp):
        for part in node.values:
            _check(part, names, depth + 1)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        _check(node.operand, names, depth + 1)
    elif isinstance(node, ast.Compare) and all(type(op) in _COMPARISONS for op in node.ops):
        for side in (node.left, *node.comparators):
            check_arithmetic(side, names, depth + 1)
    else:
        raise Invalid(_("A condition compares (< <= > >= == !=) and joins with and, or, not."))


def _truth(node: ast.expr, facts: Mapping[str, float | None]) -> bool | None:
    if isinstance(node, ast.BoolOp):
        decisive = isinstance(node.op, ast.Or)  # one true decides "or", one false decides "and"
        parts = [_truth(part, facts) for part in node.values]
        if decisive in parts:
            return decisive
        return None if None in parts else not decisive
    if isinstance(node, ast.UnaryOp):
        inner = _truth(node.operand, facts)
        return None if inner is None else not inner
    assert isinstance(node, ast.Compare)
    sides = [_number(side, facts) for side in (node.left, *node.comparators)]
    results = [
        None if left is None or right is None else _COMPARISONS[type(op)](left, right)
        for op, left, right in zip(node.ops, sides, sides[1:], strict=False)
    ]
    if False in results:
        return False
    return None if None in results else True


def _number(node: ast.expr, facts: Mapping[str, float | None]) -> float | None:
    known: dict[str, float] = {}
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id not in FUNCTIONS:
            value = facts[part.id]
            if value is None:
                return None
            known[part.id] = value
    return value_of(node, known)
