"""Verbs about people and keys. Each prints JSON, so that scripts can read what is shown only once."""

import json
from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from halong.core.command import CommandError, Verb

if TYPE_CHECKING:
    from halong.accounts.models import User
    from halong.places.models import Agency, Place

ROLES = ("citizen", "officer", "operator", "leader", "administrator", "auditor", "privacy")


def _say(what: Any) -> None:
    print(json.dumps(what, ensure_ascii=False))


def _scope_arguments(parser: ArgumentParser) -> None:
    parser.add_argument(
        "--agency", default="", metavar="CODE", help="only for this agency and those below it"
    )
    parser.add_argument("--place", default="", metavar="CODE", help="only in this place and those below it")
    parser.add_argument("--sector", default="", metavar="KEY", help="only in this sector")


def _scope(options: Namespace) -> "tuple[Place | None, Agency | None]":
    """The place and agency of today that the codes name."""
    from django.utils import timezone

    from halong.places.models import Agency, Place

    today = timezone.localdate()
    place = Place.objects.on(today).filter(code=options.place).first() if options.place else None
    agency = Agency.objects.on(today).filter(code=options.agency).first() if options.agency else None
    if options.place and place is None:
        raise CommandError(f"No place has the code {options.place!r} today.")
    if options.agency and agency is None:
        raise CommandError(f"No agency has the code {options.agency!r} today.")
    return place, agency


def _user(name: str) -> "User":
    from halong.accounts.models import User

    found: User | None = User.objects.filter(username=name.strip().lower()).first()
    if found is None:
        raise CommandError(f"There is no user {name!r}.")
    return found


def _add_user_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("name", help="user name: small letters without marks, digits, . - _ @")
    parser.add_argument("--role", required=True, choices=ROLES)
    _scope_arguments(parser)
    parser.add_argument("--full-name", default="")
    parser.add_argument("--title", default="", help="post, such as “Phó Giám đốc”")
    parser.add_argument("--email", default="")
    parser.add_argument("--phone", default="")


def _add_user(options: Namespace) -> None:
    from halong.accounts.actions import GrantSpec, create_user
    from halong.core.permissions import SYSTEM

    place, agency = _scope(options)
    data = {name: getattr(options, name) for name in ("full_name", "title", "email", "phone")}
    grant = GrantSpec(options.role, place, agency, options.sector)
    user, password = create_user(options.name, by=SYSTEM, grants=[grant], must_change_password=False, **data)
    where = {name: value for name in ("agency", "place", "sector") if (value := getattr(options, name))}
    _say({"user": user.username, "password": password, "role": options.role, **where})


def _name_argument(parser: ArgumentParser) -> None:
    parser.add_argument("name", help="user name")


def _reset_password(options: Namespace) -> None:
    from halong.accounts.actions import reset_password
    from halong.core.permissions import SYSTEM

    user = _user(options.name)
    _say({"user": user.username, "password": reset_password(user, by=SYSTEM), "must_change": True})


def _unlock(options: Namespace) -> None:
    from halong.accounts.actions import unlock_user
    from halong.core.permissions import SYSTEM

    unlock_user(_user(options.name), by=SYSTEM)


def _remove_second_step(options: Namespace) -> None:
    from halong.accounts.actions import remove_second_step
    from halong.core.permissions import SYSTEM

    remove_second_step(_user(options.name), by=SYSTEM)


def _list_users(options: Namespace) -> None:
    from halong.accounts.queries import people
    from halong.core.permissions import SYSTEM

    for user in people(SYSTEM):
        _say(
            {
                "user": user.username,
                "full_name": user.full_name,
                "active": user.is_active,
                "second_step": user.has_second_step,
                "last_sign_in": user.last_login.isoformat() if user.last_login else None,
                "grants": [
                    {
                        "role": grant.role,
                        "agency": grant.agency.code if grant.agency else None,
                        "place": grant.place.code if grant.place else None,
                        "sector": grant.sector or None,
                    }
                    for grant in user.grants.all()
                ],
            }
        )


def _import_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="CSV, UTF-8, first line: username, role and any of "
                        "full_name title email phone agency place sector")  # fmt: skip
    parser.add_argument("--dry-run", action="store_true", help="only say what is wrong")


def _import_users(options: Namespace) -> int:
    from halong.accounts.actions import import_users
    from halong.core.permissions import SYSTEM

    try:
        content = options.file.read_bytes()
    except OSError as error:
        raise CommandError(f"{options.file}: {error.strerror}") from error
    report = import_users(content, by=SYSTEM, dry_run=options.dry_run)
    for row in report.rows:
        if row.errors:
            _say({"line": row.line, "user": row.values["username"], "errors": row.errors})
        elif report.made:
            _say({"line": row.line, "user": row.values["username"], "password": row.password})
    return 1 if report.faults else 0


def _key_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("name", help="what the key is for")
    parser.add_argument(
        "--permission",
        action="append",
        choices=("api.read", "ingest.write", "reports.send"),
        help="what it may do; may be given twice (default: api.read)",
    )
    parser.add_argument("--source", type=int, default=None, metavar="ID", help="only through this source")
    parser.add_argument("--days", type=int, default=None, help="it expires after so many days")
    _scope_arguments(parser)


def _add_key(options: Namespace) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from halong.accounts.actions import create_api_key
    from halong.core.permissions import SYSTEM

    place, agency = _scope(options)
    expires = timezone.now() + timedelta(days=options.days) if options.days else None
    key, secret = create_api_key(
        by=SYSTEM,
        name=options.name,
        permissions=options.permission or ["api.read"],
        source_id=options.source,
        place=place,
        agency=agency,
        sector=options.sector,
        expires_at=expires,
    )
    _say({"id": key.pk, "name": key.name, "key": secret, "permissions": key.permissions})


def _revoke_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("prefix", help="the part between hlk_ and the next _")


def _revoke_key(options: Namespace) -> None:
    from halong.accounts.actions import revoke_api_key
    from halong.accounts.models import ApiKey
    from halong.core.permissions import SYSTEM

    key = ApiKey.objects.filter(prefix=options.prefix).first()
    if key is None:
        raise CommandError(f"There is no key {options.prefix!r}.")
    revoke_api_key(key, by=SYSTEM)


def _display_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("name", help="where the screen stands")
    parser.add_argument("--place", default="", metavar="CODE", help="shows only this place")


def _add_display(options: Namespace) -> None:
    from django.conf import settings

    from halong.accounts.actions import create_display_token
    from halong.core.permissions import SYSTEM

    options.agency = ""
    place, _agency = _scope(options)
    token, secret = create_display_token(by=SYSTEM, name=options.name, place=place)
    _say(
        {
            "id": token.pk,
            "name": token.name,
            "token": secret,
            "path": f"{settings.PUBLIC_URL}/wall?token={secret}",
        }
    )


VERBS = [
    Verb("user add", "Make an account and print its random password once.", _add_user, _add_user_arguments),
    Verb("user list", "Print every account and its grants, one JSON object a line.", _list_users),
    Verb("user import", "Make the accounts of a CSV table, all or none.", _import_users, _import_arguments),
    Verb("user reset-password", "Give an account a new random password.", _reset_password, _name_argument),
    Verb("user unlock", "Open an account that too many failures locked.", _unlock, _name_argument),
    Verb(
        "user remove-second-step",
        "Take the second step from an account whose device is lost.",
        _remove_second_step,
        _name_argument,
    ),
    Verb("key add", "Make an API key and print it once.", _add_key, _key_arguments),
    Verb("key revoke", "Make an API key useless for ever.", _revoke_key, _revoke_arguments),
    Verb(
        "display add",
        "Make the token that opens /wall on a screen, and print it once.",
        _add_display,
        _display_arguments,
    ),
]
