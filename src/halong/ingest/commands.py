"""Verbs about sources, and the collector itself. ``source add`` prints one JSON object, because what it
holds is shown once.
"""

import asyncio
import json
import signal
import sys
from argparse import ArgumentParser, Namespace
from typing import Any

from halong.core.command import CommandError, Verb

OWN = {"max_age_s", "silent_after_s", "simulated", "enabled"}
TRUE = {"1", "true", "yes", "on"}


def _say(what: Any) -> None:
    sys.stdout.write(json.dumps(what, ensure_ascii=False) + "\n")


def _settings(pairs: list[str]) -> dict[str, str]:
    settings = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key.strip():
            raise CommandError(f"--set wants KEY=VALUE, not {pair!r}.")
        settings[key.strip()] = value
    return settings


def _add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "kind", help="mqtt, ftp, sftp, folder, http-push, http-pull, table, or another that is installed"
    )
    parser.add_argument("name", help="any name; no two sources have the same")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        dest="settings",
        help="a setting of the kind (`halong source kinds` lists them), or max_age_s, silent_after_s, simulated, enabled",
    )
    parser.add_argument("--place", default="", metavar="CODE", help="where it stands")
    parser.add_argument("--agency", default="", metavar="CODE", help="whose it is")


def _add(options: Namespace) -> None:
    from django.utils import timezone

    from halong.core.permissions import SYSTEM
    from halong.ingest.actions import Ownership, add_source
    from halong.places.models import Agency, Place

    settings = _settings(options.settings)
    own = {key: settings.pop(key) for key in OWN & set(settings)}
    today = timezone.localdate()
    place = Place.objects.on(today).filter(code=options.place).first() if options.place else None
    agency = Agency.objects.on(today).filter(code=options.agency).first() if options.agency else None
    for kind, code, found in (("place", options.place, place), ("agency", options.agency, agency)):
        if code and found is None:
            raise CommandError(f"No {kind} has the code {code!r} today.")
    try:
        ownership = Ownership(
            place=place,
            agency=agency,
            simulated=own.get("simulated", "").lower() in TRUE,
            enabled=own.get("enabled", "true").lower() in TRUE,
            max_age_s=int(own["max_age_s"]) if own.get("max_age_s") else None,
            silent_after_s=int(own.get("silent_after_s") or 900),
        )
    except ValueError as error:
        raise CommandError(f"max_age_s and silent_after_s are whole seconds: {error}") from error
    _source, needs = add_source(options.kind, options.name, settings, by=SYSTEM, ownership=ownership)
    _say(needs)


def _list(options: Namespace) -> None:
    from halong.ingest.models import Source

    for source in Source.objects.order_by("name"):
        _say(
            {
                "name": source.name,
                "kind": source.kind,
                "enabled": source.enabled,
                "state": source.state,
                "detail": source.state_detail,
                "last_contact": source.last_contact.isoformat() if source.last_contact else None,
            }
        )


def _kinds(options: Namespace) -> None:
    from halong.ingest.connector import connectors

    for key, found in connectors().items():
        _say({"kind": key, "protocol": found.manifest.protocol, "settings": list(found.Settings.base_fields)})


def _named_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("name")


def _named(options: Namespace) -> Any:
    from halong.ingest.models import Source

    found = Source.objects.filter(name=options.name.strip()).first()
    if found is None:
        raise CommandError(f"There is no source {options.name!r}.")
    return found


def _switch(options: Namespace, *, on: bool) -> None:
    from halong.core.permissions import SYSTEM
    from halong.ingest.actions import switch_source

    switch_source(_named(options), by=SYSTEM, on=on)


def _remove(options: Namespace) -> None:
    from halong.core.permissions import SYSTEM
    from halong.ingest.actions import remove_source

    remove_source(_named(options), by=SYSTEM)


def _collect(options: Namespace) -> None:
    from halong.ingest.runner import Runner

    asyncio.run(_until_asked(Runner()))


async def _until_asked(runner: Any) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await runner.run(stop)


VERBS = [
    Verb("collect", "Collect from every source: FTP and SFTP servers, MQTT clients, polling.", _collect),
    Verb("source add", "Connect a source and print, once, what its client needs.", _add, _add_arguments),
    Verb("source list", "List the sources and how they fare, one JSON object a line.", _list),
    Verb("source kinds", "List the kinds of sources and their settings.", _kinds),
    Verb("source enable", "Switch a source on.", lambda options: _switch(options, on=True), _named_arguments),
    Verb(
        "source disable", "Switch a source off.", lambda options: _switch(options, on=False), _named_arguments
    ),
    Verb("source remove", "Disconnect a source for good; its readings stay.", _remove, _named_arguments),
]
