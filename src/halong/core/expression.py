"""Formulas: keys (of indicators, of facts), numbers, + - * / ( ), min and max, and nothing else.

They are read as Python's syntax tree, of which only these nodes are taken, and evaluated by walking it.
"""

import ast
import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from halong.core.errors import Invalid

LONGEST = 500
DEEPEST = 40
LARGEST = 1e30
FUNCTIONS: dict[str, Callable[..., float]] = {"min": min, "max": max}
_OPERATORS: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
KEY = re.compile(r"(?<![\w.])[a-z_][a-z0-9_]*(?:\.[a-z0-9_]+)*(?![\w.])")


@dataclass(frozen=True)
class Expression:
    """A formula that was read; ``keys`` are what it names, in the order of the text."""

    text: str
    keys: tuple[str, ...]
    body: ast.expr

    def evaluate(self, values: Mapping[str, float]) -> float | None:
        """The value; None where something is divided by zero or the result isn't finite."""
        return value_of(self.body, self._named(values))

    def parts(self, values: Mapping[str, float]) -> tuple[float | None, float | None]:
        """What is divided by what, where the formula is a quotient (perhaps times a number): "3 /24". Else None, None."""
        found = _quotient(self.body)
        if found is None:
            return None, None
        named = self._named(values)
        return value_of(found[0], named), value_of(found[1], named)

    def _named(self, values: Mapping[str, float]) -> dict[str, float]:
        return {f"k{number}": values[key] for number, key in enumerate(self.keys)}


def parse(text: str) -> Expression:
    """Read a formula. Raises Invalid with what is wrong."""
    if not text.strip() or len(text) > LONGEST:
        raise Invalid(_("Write a formula of at most %(n)d characters.") % {"n": LONGEST})
    keys: dict[str, str] = {}

    def name(found: re.Match[str]) -> str:
        word = found[0]
        return word if word in FUNCTIONS else keys.setdefault(word, f"k{len(keys)}")

    replaced = " ".join(KEY.sub(name, text).split())
    try:
        body = ast.parse(replaced, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Invalid(_("The formula can't be read: check the signs and brackets.")) from None
    check_arithmetic(body, set(keys.values()), 0)
    if not keys:
        raise Invalid(_("A formula names at least one indicator."))
    return Expression(text.strip(), tuple(keys), body)


def check_arithmetic(node: ast.expr, names: set[str], depth: int) -> None:
    """Refuse everything but numbers, keys, the four operators, signs, min and max."""
    if depth > DEEPEST:
        raise Invalid(_("The formula is nested too deeply."))
    if isinstance(node, ast.Constant) and _is_moderate(node.value):
        return
    if isinstance(node, ast.Name) and node.id in names:
        return
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        check_arithmetic(node.left, names, depth + 1)
        check_arithmetic(node.right, names, depth + 1)
        return
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
        check_arithmetic(node.operand, names, depth + 1)
        return
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FUNCTIONS:
        if len(node.args) < 2 or node.keywords:
            raise Invalid(_("min and max take two values or more."))
        for argument in node.args:
            check_arithmetic(argument, names, depth + 1)
        return
    raise Invalid(_("Formulas know keys of indicators, numbers, + - * / ( ), min and max only."))


def _is_moderate(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) <= LARGEST


def value_of(node: ast.expr, values: Mapping[str, float]) -> float | None:
    """The number that a checked node stands for; None where something is divided by zero or the result isn't finite."""
    try:
        found = _number(node, values)
    except (ZeroDivisionError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def _number(node: ast.expr, values: Mapping[str, float]) -> float:
    if isinstance(node, ast.Constant):
        assert isinstance(node.value, (int, float))
        return float(node.value)
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.BinOp):
        return _OPERATORS[type(node.op)](_number(node.left, values), _number(node.right, values))
    if isinstance(node, ast.UnaryOp):
        inner = _number(node.operand, values)
        return -inner if isinstance(node.op, ast.USub) else inner
    assert isinstance(node, ast.Call)
    assert isinstance(node.func, ast.Name)
    return FUNCTIONS[node.func.id](*(_number(argument, values) for argument in node.args))


def _quotient(node: ast.expr) -> tuple[ast.expr, ast.expr] | None:
    """Numerator and denominator of a quotient, without factors that are plain numbers."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _without_factor(node.left), node.right
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(one, ast.Constant):
                return _quotient(other)
    return None


def _without_factor(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(one, ast.Constant):
                return other
    return node
