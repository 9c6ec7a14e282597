"""Everything that an administrator changes about indicators: what they mean from a day on, targets, being in use."""

from datetime import date
from typing import Any

from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from halong.audit.actions import record
from halong.core.errors import Conflict, Invalid, NotFound
from halong.core.live import touch
from halong.core.permissions import require
from halong.core.text import fold
from halong.indicators.actions import take_effect
from halong.indicators.drafts import DefinitionDraft, draft_of, room_faults
from halong.indicators.formulas import formulas_using
from halong.indicators.models import Definition, Indicator, Target
from halong.places.models import Agency, Place

TOPIC = "indicators"


@transaction.atomic
def create_indicator(draft: DefinitionDraft, *, by: Any) -> Indicator:
    """Make an indicator with its first definition; its key is made of the name. Raises Invalid by field."""
    indicator = Indicator(key=_free_key(draft), **draft.of_indicator())
    require(by, "indicators.edit", indicator)
    draft.check()
    indicator.save(force_insert=True)
    definition = Definition.objects.create(indicator=indicator, version=1, **draft.of_definition())
    take_effect(definition)
    record(by, "indicators.create", indicator, key=indicator.key, name=draft.name, kind=draft.kind)
    touch(TOPIC)
    return indicator


@transaction.atomic
def define_indicator(indicator: Indicator, draft: DefinitionDraft, *, by: Any, version: int) -> Definition:
    """What an indicator means from ``draft.valid_from`` on is a new version; periods that end from that day on are computed
    again. A second change from the same day corrects the first; who answers, level and order change no meaning and make no
    version. Raises Conflict if somebody changed it since ``version`` was read.
    """
    require(by, "indicators.edit", indicator)
    require(by, "indicators.edit", Indicator(**draft.of_indicator()))
    draft.check(indicator)
    list(Indicator.objects.select_for_update().filter(pk=indicator.pk))
    newest = indicator.definitions.order_by("-version").first()
    if newest is None or newest.version != version:
        raise Conflict(_("Somebody else has changed this meanwhile."))
    if draft.valid_from < newest.valid_from:
        words = _("The present definition holds from a later day on: choose that day or a later one.")
        raise Invalid(words, fields={"valid_from": words})
    before = draft_of(indicator, newest)
    Indicator.objects.filter(pk=indicator.pk).update(**draft.of_indicator())
    if draft.means_the_same(before):
        draft.valid_from, changed = newest.valid_from, newest
    else:
        changed = _write(newest, draft)
        take_effect(changed)
    record(by, "indicators.define", indicator, version=changed.version, **_differences(before, draft))
    touch(TOPIC)
    return changed


def _write(newest: Definition, draft: DefinitionDraft) -> Definition:
    columns = draft.of_definition()
    if draft.valid_from == newest.valid_from:
        Definition.objects.filter(pk=newest.pk).update(**columns)
        return Definition.objects.get(pk=newest.pk)
    return Definition.objects.create(indicator=newest.indicator, version=newest.version + 1, **columns)


@transaction.atomic
def switch_indicator(indicator: Indicator, *, by: Any, active: bool) -> None:
    """Retire an indicator, or take it back; its values stay. Raises Conflict if it is so already or if formulas need it,
    Invalid if the panorama has no room.
    """
    require(by, "indicators.edit", indicator)
    if not active and (users := formulas_using(indicator)):
        raise Conflict(
            _("Formulas use it: %(keys)s.") % {"keys": ", ".join(used.indicator.key for used in users)}
        )
    if active and indicator.level == Indicator.Level.PANORAMA and (faults := room_faults(indicator)):
        raise Invalid(faults["level"], fields=faults)
    if not Indicator.objects.filter(pk=indicator.pk, active=not active).update(active=active):
        raise Conflict(_("Somebody else has changed this meanwhile."))
    if active:
        for definition in indicator.definitions.all():
            take_effect(definition)
    record(by, "indicators.switch", indicator, active=active)
    touch(TOPIC)


@transaction.atomic
def set_target(
    indicator: Indicator,
    *,
    by: Any,
    value: float,
    valid_from: date,
    valid_to: date | None = None,
    place: Place | None = None,
    agency: Agency | None = None,
    source: str = "",
) -> Target:
    """What the indicator shall reach at a node from a day on; of several in force the one that began last counts."""
    require(by, "indicators.edit", indicator)
    if valid_to is not None and valid_to < valid_from:
        raise Invalid(fields={"valid_to": _("The end must not be before the beginning.")})
    if place is not None and agency is not None:
        raise Invalid(fields={"agency": _("A target is for a place or for an agency, not for both.")})
    target, new = Target.objects.update_or_create(
        indicator=indicator,
        place=place,
        agency=agency,
        valid_from=valid_from,
        defaults={"value": value, "valid_to": valid_to, "source": source},
    )
    record(by, "indicators.set_target", indicator, value=value, valid_from=str(valid_from), new=new)
    touch(TOPIC)
    return target


@transaction.atomic
def drop_target(target: Target, *, by: Any) -> None:
    """Take a target away."""
    require(by, "indicators.edit", target.indicator)
    if not Target.objects.filter(pk=target.pk).delete()[0]:
        raise NotFound
    record(
        by, "indicators.drop_target", target.indicator, value=target.value, valid_from=str(target.valid_from)
    )
    touch(TOPIC)


def _free_key(draft: DefinitionDraft) -> str:
    base = slugify(fold(draft.name_en or draft.name))[:50].replace("-", "_").strip("_") or "indicator"
    stem = f"{draft.sector or 'own'}.{base}"
    key, n = stem, 1
    while Indicator.objects.filter(key=key).exists():
        n += 1
        key = f"{stem}_{n}"
    return key


def _differences(before: DefinitionDraft, after: DefinitionDraft) -> dict[str, str]:
    """What changed, as "old → new" by field, for the audit log."""
    names = [name for name in before.__dataclass_fields__ if getattr(before, name) != getattr(after, name)]
    return {f"field_{name}": f"{getattr(before, name)} → {getattr(after, name)}"[:300] for name in names}
