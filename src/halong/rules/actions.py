"""Everything that changes rules. Ingest reads them again by the NOTIFY that each change sends."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F, ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.audit.actions import record
from halong.context.models import Entity
from halong.core.errors import Conflict, NotFound
from halong.core.permissions import SYSTEM, require
from halong.places.models import Agency, Place
from halong.rules import store
from halong.rules.drafts import RuleDraft, draft_of
from halong.rules.models import Rule, RuleTrial
from halong.rules.trial import Trial, dump_trial, load_trial, run_trial

CHANNEL = "halong_directory"
TRIALS_KEPT = timedelta(days=1)


@transaction.atomic
def create_rule(draft: RuleDraft, *, by: Any, enabled: bool = False, key: str | None = None) -> Rule:
    """Write down a rule; it judges nothing before it is switched on."""
    rule = Rule(**draft.columns(), enabled=enabled, key=key)
    require(by, "rules.edit", rule)
    rule.save()
    rule.entities.set(draft.entities)
    record(by, "rules.create", rule, name=rule.name, kind=rule.kind, enabled=enabled)
    _tell(enabled)
    return rule


@transaction.atomic
def change_rule(rule: Rule, draft: RuleDraft, *, by: Any, version: int) -> Rule:
    """Replace what a rule says. Raises Conflict if somebody changed it since ``version`` was read."""
    require(by, "rules.edit", rule)
    columns = draft.columns()
    require(by, "rules.edit", Rule(**columns))
    before = draft_of(rule)
    changed = Rule.objects.filter(pk=rule.pk, version=version).update(
        **columns, version=F("version") + 1, modified_at=timezone.now()
    )
    if not changed:
        raise Conflict(_("Somebody else has changed this rule meanwhile."))
    rule.refresh_from_db()
    rule.entities.set(draft.entities)
    record(by, "rules.change", rule, version=rule.version, **_differences(before, draft_of(rule)))
    _tell(rule.enabled)
    return rule


@transaction.atomic
def switch_rule(rule: Rule, *, by: Any, enabled: bool) -> Rule:
    """Switch a rule on or off. Switching off ends its conditions, so that their alerts clear."""
    require(by, "rules.edit", rule)
    changed = Rule.objects.filter(pk=rule.pk, enabled=not enabled).update(
        enabled=enabled, version=F("version") + 1, modified_at=timezone.now()
    )
    if not changed:
        raise Conflict(
            _("This rule is switched on already.") if enabled else _("This rule is switched off already.")
        )
    rule.refresh_from_db()
    record(by, "rules.enable" if enabled else "rules.disable", rule, name=rule.name, version=rule.version)
    _tell(True)
    return rule


@transaction.atomic
def copy_rule(rule: Rule, *, by: Any) -> Rule:
    """A second rule that says the same, switched off."""
    draft = draft_of(rule)
    draft.name = _("{name} (copy)").format(name=rule.name)[:200]
    return create_rule(draft, by=by)


@transaction.atomic
def delete_rule(rule: Rule, *, by: Any) -> None:
    """Remove a rule that never raised an alert. Raises Conflict for any other: it is part of the record."""
    require(by, "rules.edit", rule)
    record(by, "rules.delete", rule, name=rule.name, kind=rule.kind)
    try:
        with transaction.atomic():
            rule.delete()
    except ProtectedError:
        raise Conflict(_("This rule has raised alerts. Switch it off instead.")) from None
    _tell(False)


@transaction.atomic
def ensure_default_rules(rows: Iterable[Mapping[str, Any]], *, by: Any = SYSTEM) -> int:
    """Write a profile's rules that don't exist yet, known by their ``key``; returns how many are new.

    A row is a table of ``rules.toml``: ``key``, ``enabled`` and the fields of ``RuleDraft``, with ``place``
    and ``agency`` as codes. A rule that exists stays as people have made it.
    """
    known = set(Rule.objects.exclude(key=None).values_list("key", flat=True))
    today = timezone.localdate()
    new = 0
    for row in rows:
        if row["key"] in known:
            continue
        fields = {
            name: value for name, value in row.items() if name not in {"key", "enabled", "place", "agency"}
        }
        draft = RuleDraft(**fields)
        if row.get("place"):
            draft.place = Place.objects.on(today).get(code=row["place"])
        if row.get("agency"):
            draft.agency = Agency.objects.on(today).get(code=row["agency"])
        create_rule(draft, by=by, enabled=row.get("enabled", True), key=row["key"])
        new += 1
    return new


@transaction.atomic
def start_trial(draft: RuleDraft, *, by: Any, days: int = 30) -> RuleTrial:
    """Begin to try a rule on the past ``days``; ``advance_trial`` does the work."""
    require(by, "rules.edit", Rule(**draft.columns()))
    stored = {**draft.columns(), "entities": [entity.pk for entity in draft.entities]}
    stored |= {
        "place": draft.place.pk if draft.place else None,
        "agency": draft.agency.pk if draft.agency else None,
    }
    stored |= {"valid_from": None, "valid_to": None}
    return RuleTrial.objects.create(
        by=by if by is not SYSTEM else None, draft=stored, result=dump_trial(Trial.over(days, timezone.now()))
    )


@transaction.atomic
def advance_trial(trial: RuleTrial, *, by: Any, seconds: float = 1.5) -> Trial:
    """Go on with a trial for about ``seconds``; returns how it stands."""
    if by is not SYSTEM and trial.by_id != by.pk:
        raise NotFound
    so_far = load_trial(trial.result)
    if not trial.finished:
        run_trial(_stored_draft(trial.draft), so_far, seconds=seconds)
        RuleTrial.objects.filter(pk=trial.pk).update(result=dump_trial(so_far), finished=so_far.finished)
    return so_far


def forget_trials() -> int:
    """Delete trials that are older than a day; returns how many."""
    return RuleTrial.objects.filter(created_at__lt=timezone.now() - TRIALS_KEPT).delete()[0]


@transaction.atomic
def settle_states() -> None:
    """Open states of silence for new things; end states that no rule in force speaks of any more."""
    with connection.cursor() as cursor:
        compiled = store.load_compiled(cursor)
        store.ensure_silences(cursor, compiled)
        store.retire_states(cursor, compiled)


def announce_rules() -> None:
    """Tell ingest to read the rules again, at commit."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, 'rules_rule')", [CHANNEL])


def _tell(in_force: bool) -> None:
    """What follows each change: processes read the rules again; states of a rule in force fit it at once."""
    announce_rules()
    if in_force:
        settle_states()


def _stored_draft(stored: dict[str, Any]) -> RuleDraft:
    fields = {
        name: value for name, value in stored.items() if name not in {"sector", "place", "agency", "entities"}
    }
    return RuleDraft(
        **fields,
        place=Place.objects.filter(pk=stored["place"]).first(),
        agency=Agency.objects.filter(pk=stored["agency"]).first(),
        entities=list(Entity.objects.filter(pk__in=stored["entities"])),
    )


def _differences(before: RuleDraft, after: RuleDraft) -> dict[str, str]:
    """What changed, as "old → new" by field, for the audit log."""
    found: dict[str, str] = {}
    for name in before.__dataclass_fields__:
        old, new = getattr(before, name), getattr(after, name)
        if name == "params":
            found |= {
                key: f"{old.get(key)} → {new.get(key)}"
                for key in sorted(old.keys() | new.keys())
                if old.get(key) != new.get(key)
            }
        elif old != new:
            found[name] = f"{_word(old)} → {_word(new)}"
    return found


def _word(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(str(entry) for entry in value) or "–"
    return "–" if value in (None, "") else str(value)
