"""Changing places and agencies: one thing at a time, or a table at once."""

from collections.abc import Collection
from typing import TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Concat, Substr
from django.utils import timezone
from django.utils.translation import gettext as _

from halong.audit import actions as audit
from halong.core.errors import Invalid
from halong.core.live import touch
from halong.core.permissions import Actor, require
from halong.places.models import Agency, AgencySuccession, Branch, Place, PlaceSuccession

B = TypeVar("B", Place, Agency)


@transaction.atomic
def save_place(place: Place, *, by: Actor) -> Place:
    """Write a new place, or the changes of an existing one; what lies below moves along when the parent
    changed.

    Raises Invalid by field.
    """
    return _save(place, by=by)


@transaction.atomic
def save_agency(agency: Agency, *, by: Actor) -> Agency:
    """Write a new agency, or the changes of an existing one, like ``save_place``."""
    return _save(agency, by=by)


@transaction.atomic
def end_branch(
    branch: Place | Agency, *, by: Actor, successors: Collection[Place | Agency], note: str = ""
) -> None:
    """Note that a unit or an agency (with ``valid_to`` set) goes on as others."""
    require(by, "places.edit", branch)
    if branch.valid_to is None:
        raise Invalid(fields={"valid_to": _("Give the last day first.")})
    for present in successors:
        if isinstance(branch, Place) and isinstance(present, Place):
            PlaceSuccession.objects.update_or_create(former=branch, present=present, defaults={"note": note})
        elif isinstance(branch, Agency) and isinstance(present, Agency):
            AgencySuccession.objects.update_or_create(former=branch, present=present, defaults={"note": note})
        else:
            raise Invalid(_("A place is followed by places, an agency by agencies."))
    audit.record(by, f"{_topic(branch)}.succeed", branch, successors=[s.code for s in successors])


@transaction.atomic
def set_boundaries(found: dict[int, dict[str, object]], *, by: Actor, source: str, approximate: bool) -> int:
    """Give places (by id) their boundaries, GeoJSON geometries that were validated. Returns how many were
    set.
    """
    places = list(Place.objects.filter(pk__in=found))
    for place in places:
        require(by, "places.edit", place)
        place.boundary = found[place.pk]
        place.boundary_source = source
        place.boundary_approximate = approximate
        place.modified_at = timezone.now()
    Place.objects.bulk_update(
        places, ["boundary", "boundary_source", "boundary_approximate", "modified_at"], batch_size=100
    )
    audit.record(by, "places.set_boundaries", None, count=len(places), source=source, approximate=approximate)
    touch("places")
    return len(places)


def _save(branch: B, *, by: Actor) -> B:
    model = type(branch)
    old = model._default_manager.filter(pk=branch.pk).first() if branch.pk else None
    parent = branch.parent
    require(by, "places.edit", old or parent or branch)
    if parent is not None and (old is None or old.parent_id != parent.pk):
        require(by, "places.edit", parent)
    if old and parent is not None and parent.path.startswith(old.path):
        raise Invalid(fields={"parent": _("A unit can't lie below itself.")})
    for key, value in branch.name_keys().items():
        setattr(branch, key, value)
    branch.modified_at = timezone.now()
    _check(branch)
    branch.save()
    branch.path = f"{parent.path if parent else '/'}{branch.pk}/"
    if old is None:
        model._default_manager.filter(pk=branch.pk).update(path=branch.path)
    elif branch.path != old.path:
        rest = Substr(F("path"), len(old.path) + 1)
        model._default_manager.filter(path__startswith=old.path).update(path=Concat(Value(branch.path), rest))
    action = "change" if old else "create"
    audit.record(by, f"{_topic(branch)}.{action}", branch, code=branch.code, name=branch.name)
    touch(_topic(branch))
    return branch


def _check(branch: Branch) -> None:
    """Raise Invalid where a field, the dates or the place in the tree can't be right."""
    faults: dict[str, str] = {}
    try:
        branch.full_clean()
    except ValidationError as error:
        faults = {
            ("" if key == NON_FIELD_ERRORS else key): " ".join(texts)
            for key, texts in error.message_dict.items()
        }
    if "valid_from" not in faults and branch.valid_to and branch.valid_to < branch.valid_from:
        faults["valid_to"] = _("The last day lies before the first one.")
    if isinstance(branch, Place):
        faults |= _position_faults(branch)
    if faults:
        raise Invalid(" ".join(faults.values()), fields=faults)


def _position_faults(place: Place) -> dict[str, str]:
    faults = {}
    if (place.lon is None) != (place.lat is None):
        faults["lon"] = _("Give both coordinates, or none.")
    if place.lon is not None and not -180 <= place.lon <= 180:
        faults["lon"] = _("A longitude lies between −180 and 180.")
    if place.lat is not None and not -90 <= place.lat <= 90:
        faults["lat"] = _("A latitude lies between −90 and 90.")
    return faults


def _topic(branch: Branch) -> str:
    return "places" if isinstance(branch, Place) else "agencies"
