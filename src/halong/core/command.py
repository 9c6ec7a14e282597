"""The verbs of the ``halong`` command, as modules declare them.

A module offers verbs by a light ``commands.py`` with ``VERBS: list[Verb]`` and one line in ``halong.cli``.
Because ``halong --help`` imports every such file, it imports models and other heavy things inside its
functions only.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum


class Needs(Enum):
    """What must stand before a verb is handled."""

    NOTHING = "nothing"  # neither Django nor a database
    DJANGO = "django"  # django.setup() was called; the database may be away
    DATABASE = "database"  # Django, and a server that answers: the running one, else one for this verb


def _no_arguments(parser: ArgumentParser) -> None:
    """For verbs without arguments."""


@dataclass(frozen=True)
class Verb:
    """One verb: ``name`` is one word (``migrate``) or two (``user add``); ``help`` one English sentence.

    ``handle`` gets the parsed arguments and returns the exit status (None is 0). It may raise
    ``CommandError`` or any error of ``halong.core.errors``: its message is printed and the status is 1.
    """

    name: str
    help: str
    handle: Callable[[Namespace], int | None]
    add_arguments: Callable[[ArgumentParser], None] = _no_arguments
    needs: Needs = Needs.DATABASE


class CommandError(Exception):
    """Ends a verb with this message on the standard error and exit status 1."""
