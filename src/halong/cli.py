"""The ``halong`` command: which verb lives in which module, and what stands when it is handled.

``python -m halong web`` imports the module of ``web`` alone; only ``halong --help`` imports them all. A verb
whose module isn't there is absent.
"""

import argparse
import contextlib
import importlib
import os
import sys
from collections.abc import Iterator

from halong import __version__
from halong.core.command import CommandError, Needs, Verb
from halong.core.errors import HalongError
from halong.core.process import follow_parent
from halong.home import HomeError, home

MODULES = {
    "run": "halong.supervisor",
    "stop": "halong.supervisor",
    "prepare": "halong.serve",
    "migrate": "halong.serve",
    "web": "halong.serve",
    "worker": "halong.serve",
    "collect": "halong.ingest.commands",
    "simulate": "halong.simulation.commands",
    "user": "halong.accounts.commands",
    "key": "halong.accounts.commands",
    "display": "halong.accounts.commands",
    "audit": "halong.audit.commands",
    "source": "halong.ingest.commands",
    "places": "halong.places.commands",
    "profile": "halong.profiles.commands",
    "go-live": "halong.profiles.commands",
    "backup": "halong.database.commands",
    "restore": "halong.database.commands",
    "doctor": "halong.database.commands",
    "analyse": "halong.analysis.commands",
    "exercise": "halong.exercises.commands",
    "bench": "halong.bench.commands",
}


def main(arguments: list[str] | None = None) -> int:
    """Handle one command line and return its exit status."""
    follow_parent()
    given = sys.argv[1:] if arguments is None else arguments
    asked = given[0] if given and given[0] in MODULES else None
    try:
        parser = build_parser(verbs(asked))
        parsed = parser.parse_args(given)
        verb: Verb | None = getattr(parsed, "verb", None)
        if verb is None:
            parser.print_help()
            return 0
        with _standing(verb.needs):
            return verb.handle(parsed) or 0
    except (CommandError, HalongError, HomeError) as error:
        sys.stderr.write(f"halong: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130


def verbs(asked: str | None = None) -> list[Verb]:
    """The verbs of all modules that are there, ordered as MODULES; or those whose first word is ``asked``."""
    modules = dict.fromkeys(MODULES.values()) if asked is None else {MODULES[asked]: None}
    found = [verb for name in modules for verb in _offered(name)]
    words = list(MODULES)
    first = {verb.name: verb.name.split()[0] for verb in found}
    kept = [verb for verb in found if asked is None or first[verb.name] == asked]
    return sorted(kept, key=lambda verb: words.index(first[verb.name]))


def build_parser(offered: list[Verb]) -> argparse.ArgumentParser:
    """The parser of these verbs; those of two words share a parser of the first word."""
    parser = argparse.ArgumentParser(prog="halong", description="An operations centre for a smart province.")
    parser.add_argument("--version", action="version", version=f"halong {__version__}")
    choices = parser.add_subparsers(metavar="VERB")
    groups: dict[str, argparse._SubParsersAction[argparse.ArgumentParser]] = {}
    for verb in offered:
        word, _, second = verb.name.partition(" ")
        place = choices
        if second:
            if word not in groups:
                names = ", ".join(v.name for v in offered if v.name.startswith(f"{word} "))
                group = choices.add_parser(word, help=names, description=names)
                groups[word] = group.add_subparsers(metavar="VERB", required=True)
            place = groups[word]
        own = place.add_parser(second or word, help=verb.help, description=verb.help)
        verb.add_arguments(own)
        own.set_defaults(verb=verb)
    return parser


def _offered(module: str) -> list[Verb]:
    try:
        found: list[Verb] = importlib.import_module(module).VERBS
    except ModuleNotFoundError as error:
        missing = error.name or ""
        if module == missing or module.startswith(f"{missing}."):
            return []
        raise
    return found


@contextlib.contextmanager
def _standing(needs: Needs) -> Iterator[None]:
    """Set up what the verb needs: the data folder and its database, then Django."""
    if needs is Needs.NOTHING:
        yield
        return
    from halong.database import embedded

    with contextlib.ExitStack() as stack:
        if not os.environ.get("DATABASE_URL"):
            if needs is Needs.DATABASE:
                server = stack.enter_context(embedded.running(home(), _tell))
                stack.callback(_forget_connections)
                os.environ["DATABASE_URL"] = server.url
            else:
                os.environ["DATABASE_URL"] = embedded.database_url(home())
        _setup_django()
        yield


def _setup_django() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "halong.settings")
    django.setup()


def _forget_connections() -> None:
    from django.db import connections

    connections.close_all()


def _tell(line: str) -> None:
    sys.stderr.write(line + "\n")
