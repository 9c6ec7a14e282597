"""Connecting, changing and disconnecting sources."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from halong.accounts.actions import create_api_key, revoke_api_key
from halong.accounts.models import ApiKey
from halong.audit import actions as audit
from halong.core.errors import Conflict, Invalid
from halong.core.live import touch
from halong.core.permissions import Actor, require
from halong.core.text import fold
from halong.ingest.connector import Connector, Example, SettingsForm, connectors
from halong.ingest.models import Quarantined, Source
from halong.ingest.secrets import hash_password, new_password, seal, unseal
from halong.observations.models import Series
from halong.places.models import Agency, Place

PASSWORD = "password"  # noqa: S105 -- the name of a setting
HASH = "password_hash"
ORDER = ("kind", "address", "port", "user", "password", "key", "path", "topic", "example")


@dataclass(frozen=True)
class Ownership:
    """What every source has, whatever its kind: where it stands, how old readings may be, when it counts as silent."""

    place: Place | None = None
    agency: Agency | None = None
    simulated: bool = False
    enabled: bool = True
    max_age_s: int | None = None
    silent_after_s: int = 900


def add_source(
    kind: str, name: str, settings: Mapping[str, Any], *, by: Actor, ownership: Ownership | None = None
) -> tuple[Source, dict[str, Any]]:
    """Connect a source; returns it and what its client needs, which holds secrets that can't be shown again.

    ``settings`` is what a person typed or ``--set`` gave. Raises Invalid with the fields that are wrong, Conflict for a
    name that is taken.
    """
    own = ownership or Ownership()
    source = Source(kind=kind, name=name.strip(), **vars(own))
    require(by, "sources.edit", source)
    if not source.name or len(source.name) > 200:
        raise Invalid(_("A source needs a name."), fields={"name": _("A source needs a name.")})
    found = connector_of(kind)
    with transaction.atomic():
        if Source.objects.filter(name=source.name).exists():
            text = _("Another source has this name.")
            raise Conflict(text, fields={"name": text})
        chosen, secrets = split(found, validate(found, settings))
        source.settings = found.complete(chosen, source.name)
        shown = _new_credentials(found, source, secrets)
        source.secrets = seal(secrets)
        source.save()
        if found.manifest.credential == "api-key":
            shown["key"] = _new_key(source, by)
        audit.record(by, "sources.add", source, kind=kind, name=source.name)
        touch("sources", str(source.pk))
    return source, client_needs(source, shown)


@transaction.atomic
def change_source(
    source: Source,
    settings: Mapping[str, Any],
    *,
    by: Actor,
    name: str | None = None,
    ownership: Ownership | None = None,
) -> Source:
    """Change a source's settings; secrets left empty stay. It works with the new ones within a moment, from the start:
    how far the old ones were read is forgotten.
    """
    require(by, "sources.edit", source)
    found = connector_of(source.kind)
    chosen, secrets = split(found, validate(found, settings))
    kept = unseal(source.secrets)
    if secrets.get(PASSWORD) and found.manifest.credential == "password":
        secrets[HASH] = hash_password(secrets.pop(PASSWORD), chosen=True)
    fresh = found.complete({**chosen, **_identity(found, source, chosen)}, source.name)
    _refuse_taken_user(fresh.get("user", ""), source.pk)
    values = {
        "settings": fresh,
        "secrets": seal({**kept, **{key: value for key, value in secrets.items() if value}}),
        "name": (name or source.name).strip(),
        "version": F("version") + 1,
        "cursor": source.cursor if fresh == source.settings else "",
        **(vars(ownership) if ownership else {}),
    }
    if Source.objects.exclude(pk=source.pk).filter(name=values["name"]).exists():
        text = _("Another source has this name.")
        raise Conflict(text, fields={"name": text})
    Source.objects.filter(pk=source.pk).update(**values)
    changed = sorted(key for key in {*fresh, *source.settings} if fresh.get(key) != source.settings.get(key))
    audit.record(by, "sources.change", source, changed=", ".join(changed), secrets=bool(secrets))
    touch("sources", str(source.pk))
    return Source.objects.get(pk=source.pk)


@transaction.atomic
def switch_source(source: Source, *, by: Actor, on: bool) -> Source:
    """Switch a source on or off. What others push to one that is off is refused."""
    require(by, "sources.edit", source)
    state = {"state": Source.State.NEW, "state_detail": "", "due_at": None} if on else {}
    moved = Source.objects.filter(pk=source.pk, enabled=not on).update(
        enabled=on, version=F("version") + 1, **state
    )
    if moved:
        audit.record(by, "sources.switch_on" if on else "sources.switch_off", source)
        touch("sources", str(source.pk))
    return Source.objects.get(pk=source.pk)


@transaction.atomic
def renew_credentials(source: Source, *, by: Actor) -> dict[str, Any]:
    """Give a source's client a new password or key; the old one stops at once. Returns what the client needs."""
    require(by, "sources.edit", source)
    found = connector_of(source.kind)
    shown: dict[str, Any] = {}
    if found.manifest.credential == "password":
        secrets = unseal(source.secrets)
        shown = _new_credentials(found, source, secrets)
        Source.objects.filter(pk=source.pk).update(secrets=seal(secrets), version=F("version") + 1)
    elif found.manifest.credential == "api-key":
        _revoke_keys(source, by)
        shown = {"key": _new_key(source, by)}
    else:
        raise Conflict(_("Nobody signs in to this source."))
    audit.record(by, "sources.renew_credentials", source)
    touch("sources", str(source.pk))
    return client_needs(source, shown)


@transaction.atomic
def remove_source(source: Source, *, by: Actor) -> None:
    """Disconnect a source for good. Readings stay. Raises Conflict while something of it is held in quarantine."""
    require(by, "sources.edit", source)
    held = Quarantined.objects.filter(source=source, state=Quarantined.State.HELD).count()
    if held:
        raise Conflict(_("%(n)d items of this source are held; settle them first.") % {"n": held})
    _revoke_keys(source, by)
    audit.record(by, "sources.remove", source, kind=source.kind, name=source.name)
    Source.objects.filter(pk=source.pk).delete()
    touch("sources", str(source.pk))


def connector_of(kind: str) -> type[Connector]:
    """The connector of a kind. Raises Invalid with the kinds there are."""
    found = connectors().get(kind)
    if found is None:
        text = _("There is no kind %(kind)s. Known: %(kinds)s.") % {
            "kind": kind,
            "kinds": ", ".join(sorted(connectors())),
        }
        raise Invalid(text, fields={"kind": text})
    return found


def validate(found: type[Connector], settings: Mapping[str, Any]) -> SettingsForm:
    """The settings, checked; defaults hold for what isn't named. Raises Invalid with every fault."""
    unknown = sorted(set(settings) - set(found.Settings.base_fields))
    if unknown:
        known = ", ".join(found.Settings.base_fields)
        text = _("Unknown setting; known: %(known)s.") % {"known": known}
        raise Invalid(f"{', '.join(unknown)}: {text}", fields=dict.fromkeys(unknown, text))
    form = found.Settings({**found.Settings.defaults(), **_switches(found, settings)})
    if not form.is_valid():
        fields = {name: " ".join(map(str, errors)) for name, errors in form.errors.items()}
        raise Invalid("; ".join(f"{name}: {text}" for name, text in fields.items()), fields=fields)
    return form


def _switches(found: type[Connector], settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with yes and no as a command line writes them made True and False."""
    return {
        name: str(value).lower() in {"1", "true", "yes", "on"}
        if isinstance(found.Settings.base_fields[name], forms.BooleanField)
        else value
        for name, value in settings.items()
    }


def split(found: type[Connector], form: SettingsForm) -> tuple[dict[str, Any], dict[str, str]]:
    """What a valid form holds: open settings, and secrets."""
    chosen = {name: value for name, value in form.cleaned_data.items() if name not in found.Settings.secret}
    secrets = {name: form.cleaned_data[name] or "" for name in found.Settings.secret}
    return chosen, secrets


def client_needs(source: Source, shown: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What a client must know, in the order in which people read it; without the secrets unless they are given."""
    found = connector_of(source.kind)
    needs = found(source.settings, {}).client_needs(example_of(source))
    user = {"user": source.settings["user"]} if found.manifest.credential == "password" else {}
    every = {"kind": source.kind, **needs, **user, **(shown or {})}
    return {key: every[key] for key in (*ORDER, *sorted(set(every) - set(ORDER))) if key in every}


def example_of(source: Source) -> Example:
    """A measured series that exists, of the source's own thing if it is bound to one, for examples that really work."""
    measured = Series.objects.filter(derived="", entity__deleted_at__isnull=True).select_related("entity")
    bound = source.settings.get("entity") or ""
    found = measured.filter(entity__urn=bound).first() if bound else None
    found = found or measured.order_by("pk").first()
    return Example(found.entity.urn, found.property, found.unit) if found else Example()


def _identity(found: type[Connector], source: Source, chosen: Mapping[str, Any]) -> dict[str, Any]:
    """What identifies the source to its partners stays when nobody chose another."""
    return {
        key: source.settings[key]
        for key in ("user", "client_id")
        if source.settings.get(key) and not chosen.get(key)
    }


def _new_credentials(found: type[Connector], source: Source, secrets: dict[str, str]) -> dict[str, Any]:
    """Make user name and password of a client that signs in to us; ``secrets`` gets its hash."""
    if found.manifest.credential != "password":
        return {}
    chosen = secrets.pop(PASSWORD, "")
    password = chosen or new_password()
    secrets[HASH] = hash_password(password, chosen=bool(chosen))
    source.settings["user"] = source.settings.get("user") or _free_user(source.name)
    _refuse_taken_user(source.settings["user"], source.pk)
    return {"user": source.settings["user"], "password": password}


def _free_user(name: str) -> str:
    """A user name made of a source's name: its letters and digits, and a number if somebody has it."""
    base = re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")[:24] or "station"
    base = base if len(base) > 1 else f"station-{base}"
    taken = set(
        Source.objects.filter(settings__user__startswith=base).values_list("settings__user", flat=True)
    )
    return next(user for user in (base, *(f"{base}-{n}" for n in range(2, 100_000))) if user not in taken)


def _refuse_taken_user(user: str, source_id: int | None) -> None:
    if user and Source.objects.exclude(pk=source_id or 0).filter(settings__user=user).exists():
        text = _("Another source has this user name.")
        raise Conflict(text, fields={"user": text})


def _new_key(source: Source, by: Actor) -> str:
    """The key of a source that pushes. It may write where the source stands; everywhere if it stands nowhere."""
    _key, secret = create_api_key(
        by=by,
        name=source.name,
        permissions=["ingest.write"],
        source_id=source.pk,
        place=source.place,
        agency=source.agency,
    )
    return secret


def _revoke_keys(source: Source, by: Actor) -> None:
    for key in ApiKey.objects.filter(source_id=source.pk, revoked_at__isnull=True):
        revoke_api_key(key, by=by)
