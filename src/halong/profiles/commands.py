"""``halong profile load``, ``check``, ``new`` and ``halong go-live``."""

import sys
from argparse import ArgumentParser, Namespace
from pathlib import Path

from halong.core.command import CommandError, Needs, Verb


def _name(parser: ArgumentParser) -> None:
    parser.add_argument("name", help="a shipped profile (quang_ninh), or the path of a folder")


def _load_arguments(parser: ArgumentParser) -> None:
    _name(parser)
    parser.add_argument(
        "--real", action="store_true", help="don't mark measuring things as fed by the simulator"
    )


def _load(options: Namespace) -> None:
    from halong.profiles.loader import load_profile

    load_profile(options.name, simulated=False if options.real else None, say=_say)


def _check(options: Namespace) -> None:
    from halong.profiles.description import folder_of
    from halong.profiles.reading import read_profile

    profile = read_profile(folder_of(options.name))
    _say(
        f"{len(profile.places)} places, {len(profile.agencies)} agencies, {len(profile.things)} things, "
        f"{len(profile.figures.indicators)} indicators: no fault."
    )


def _new(options: Namespace) -> None:
    from halong.profiles.scaffold import write_scaffold

    folder = Path(options.folder).expanduser().absolute()
    try:
        new = write_scaffold(folder, options.name or folder.name)
    except OSError as error:
        raise CommandError(f"{folder}: {error.strerror}") from error
    _say(f"{folder}: {', '.join(new) or 'nothing new: every file is there already'}")


def _new_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("folder", help="where to write it")
    parser.add_argument("--name", default="", help="name of the province (the folder's name)")


def _go_live(options: Namespace) -> None:
    from halong.core.permissions import SYSTEM
    from halong.profiles.actions import go_live

    if not options.yes:
        if not sys.stdin.isatty():
            raise CommandError("This removes data for good. Say --yes to do it without being asked.")
        sys.stdout.write(
            "Everything simulated and illustrative will be removed for good: stations, readings, alerts, sources.\n"
            "Make a backup first (halong backup FILE). Type GO LIVE to go on: "
        )
        sys.stdout.flush()
        if sys.stdin.readline().strip() != "GO LIVE":
            raise CommandError("Nothing was changed.")
    for kind, count in sorted(go_live(by=SYSTEM).items()):
        _say(f"removed: {count} {kind}")
    _say("This installation is live: nothing is simulated from now on.")


def _go_live_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--yes", action="store_true", help="don't ask")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


VERBS = [
    Verb("profile load", "Load a profile: what is missing is added.", _load, _load_arguments),
    Verb(
        "profile check", "Read a profile and name every fault by file and line.", _check, _name, Needs.DJANGO
    ),
    Verb(
        "profile new",
        "Start a profile of another province: a folder of files.",
        _new,
        _new_arguments,
        Needs.NOTHING,
    ),
    Verb("go-live", "Remove everything simulated and illustrative for good.", _go_live, _go_live_arguments),
]
