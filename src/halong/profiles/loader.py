"""Loading a profile into the database: what is missing is added, what exists stays as people have made it."""

import json
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from halong.citizens.actions.catalogue import ensure_catalogue
from halong.context.actions import Draft, create_entities
from halong.context.models import Entity
from halong.core.permissions import SYSTEM
from halong.core.sector import sector_of
from halong.duty.actions.teams import ensure_teams
from halong.home import is_live
from halong.indicators.actions import ensure_collections, ensure_indicators
from halong.observations.actions import open_many_series
from halong.places.actions import end_branch, save_agency, save_place, set_boundaries
from halong.places.boundaries import read_boundaries
from halong.places.models import Agency, AgencySuccession, Place, PlaceSuccession
from halong.playbooks.actions import ensure_playbooks
from halong.profiles.description import folder_of
from halong.profiles.reading import Profile, Thing, read_profile
from halong.profiles.stages import read_stages
from halong.profiles.warnings import read_wordings
from halong.programme.actions import add_index_values, add_projects
from halong.programme.models import IndexValue, Project
from halong.rules.actions import ensure_default_rules
from halong.stages.actions import ensure_rules
from halong.warnings.actions import ensure_wordings

Say = Callable[[str], None]
B = TypeVar("B", Place, Agency)


def _quiet(line: str) -> None:
    """Say nothing."""


def load_profile(name: str, *, simulated: bool | None = None, say: Say = _quiet) -> dict[str, int]:
    """Load a profile, all or nothing, and tell how many things of each kind are new.

    ``simulated`` marks things that measure as fed by the simulator (None: as ``HALONG_SIMULATE`` says).
    After go-live nothing illustrative is loaded. Raises ProfileError before anything is written.
    """
    profile = read_profile(folder_of(name))
    files = profile.description["files"]
    stages = read_stages(profile.folder, files["stages"]) if "stages" in files else []
    wordings = read_wordings(profile.folder)
    marked = settings.HALONG_SIMULATE if simulated is None else simulated
    with transaction.atomic():
        counts = _load_places(profile)
        say(f"{counts['places']} places")
        counts |= {"agencies": _load_agencies(profile)}
        say(f"{counts['agencies']} agencies")
        things = [thing for thing in profile.things if not (thing.illustrative and is_live())]
        counts |= _load_things(things, simulated=marked and not is_live())
        say(f"{counts['entities']} things, {counts['series']} series")
        counts["projects"] = add_projects([Project(**row) for row in profile.projects], by=SYSTEM)
        counts["index_values"] = add_index_values([IndexValue(**row) for row in profile.indices], by=SYSTEM)
        counts["rules"] = ensure_default_rules(profile.rules, by=SYSTEM)
        say(
            f"{counts['projects']} projects, {counts['index_values']} values of indices, {counts['rules']} rules"
        )
        counts["indicators"] = ensure_indicators(profile.figures.indicators, by=SYSTEM)
        counts["collections"] = ensure_collections(profile.figures.collections, by=SYSTEM)
        say(f"{counts['indicators']} indicators, {counts['collections']} collections")
        counts |= ensure_catalogue(profile.catalogue, by=SYSTEM)
        say(f"{counts['categories']} kinds of report, {counts['routes']} routes")
        counts["playbooks"] = ensure_playbooks(profile.playbooks, by=SYSTEM)
        counts["teams"] = ensure_teams(_called_teams(profile.playbooks, stages), by=SYSTEM)
        say(f"{counts['playbooks']} playbooks, {counts['teams']} duty teams")
        counts["stages"] = ensure_rules(stages, by=SYSTEM)
        counts["warning_wordings"] = ensure_wordings(wordings, by=SYSTEM)
    return counts


def _called_teams(playbooks: Iterable[dict[str, Any]], stages: Iterable[dict[str, Any]]) -> list[str]:
    """The duty teams that playbooks and stages call, in the order in which they are named."""
    actions = [step.get("action") or {} for row in playbooks for step in row["steps"]]
    named = [action["settings"]["team"] for action in actions if action.get("kind") == "notify-team"]
    return named + [name for stage in stages for name in stage.get("call", [])]


def _load_places(profile: Profile) -> dict[str, int]:
    known = {(place.code, place.valid_from): place for place in Place.objects.all()}
    province = profile.description["province"]
    root = {
        "code": province["code"],
        "name": province["name"]["vi"],
        "kind": Place.Kind.PROVINCE,
        "valid_from": province["valid_from"],
        "lon": province["lon"],
        "lat": province["lat"],
        "population": province.get("population"),
        "reference": province.get("source", ""),
        "parent": "",
    }
    new = 0
    codes = {place.code: place for place in known.values()}
    for row in [root, *profile.places]:
        fields = {key: value for key, value in row.items() if key not in {"at", "parent"}}
        if (row["code"], row["valid_from"]) not in known:
            parent = codes[row["parent"]] if row["parent"] else None
            codes[row["code"]] = save_place(Place(**fields, parent=parent), by=SYSTEM)
            new += 1
    _load_successions(profile, codes)
    return {"places": new, "boundaries": _load_boundaries(profile)}


def _load_successions(profile: Profile, codes: dict[str, Place]) -> None:
    known = set(PlaceSuccession.objects.values_list("former_id", "present_id"))
    for row in profile.succession:
        former, present = codes[row["former"]], codes[row["present"]]
        if (former.pk, present.pk) not in known:
            end_branch(former, by=SYSTEM, successors=[present], note=row["note"])


def _load_boundaries(profile: Profile) -> int:
    """Give units without a boundary the profile's; those that somebody has loaded stay."""
    if profile.boundaries is None:
        return 0
    found = read_boundaries(json.dumps(profile.boundaries).encode(), on=timezone.localdate()).found
    without = set(Place.objects.filter(pk__in=found, boundary__isnull=True).values_list("pk", flat=True))
    if not without:
        return 0
    source = str(profile.boundaries.get("source", profile.description["files"]["boundaries"]))[:300]
    chosen = {pk: geometry for pk, geometry in found.items() if pk in without}
    return set_boundaries(chosen, by=SYSTEM, source=source, approximate=True)


def _load_agencies(profile: Profile) -> int:
    known = {(agency.code, agency.valid_from): agency for agency in Agency.objects.all()}
    codes = {agency.code: agency for agency in known.values()}
    places = _by_code(Place.objects.defer("boundary"))
    new = 0
    for row in profile.agencies:
        if (row["code"], row["valid_from"]) in known:
            continue
        fields = {k: v for k, v in row.items() if k not in {"at", "parent", "place", "successors"}}
        agency = Agency(
            **fields,
            parent=codes[row["parent"]] if row["parent"] else None,
            place=places[row["place"]] if row["place"] else None,
        )
        codes[row["code"]] = save_agency(agency, by=SYSTEM)
        new += 1
    followed = set(AgencySuccession.objects.values_list("former_id", "present_id"))
    for row in profile.agencies:
        former = codes[row["code"]]
        successors = [codes[c] for c in row["successors"] if (former.pk, codes[c].pk) not in followed]
        if successors:
            end_branch(former, by=SYSTEM, successors=successors)
    return new


def _load_things(things: list[Thing], *, simulated: bool) -> dict[str, int]:
    places, agencies = _by_code(Place.objects.defer("boundary")), _by_code(Agency.objects.all())
    known = set(Entity.objects.filter(urn__in=[t.urn for t in things]).values_list("urn", flat=True))
    new = [thing for thing in things if thing.urn not in known]
    drafts = [
        _draft(thing, places, agencies, simulated=simulated and bool(thing.properties)) for thing in new
    ]
    entities = dict(zip((thing.urn for thing in new), create_entities(drafts, by=SYSTEM), strict=True))
    series = open_many_series(
        [
            (entities[thing.urn], name, {"interval_s": thing.interval_s} if thing.interval_s else {})
            for thing in new
            for name in thing.properties
        ],
        by=SYSTEM,
    )
    return {"entities": len(entities), "series": len(series)}


def _draft(thing: Thing, places: dict[str, Place], agencies: dict[str, Agency], *, simulated: bool) -> Draft:
    sector = sector_of(thing.kind.name)
    attributes: dict[str, Any] = {
        "name": {"type": "Property", "value": thing.name},
        "location": {
            "type": "GeoProperty",
            "value": {"type": "Point", "coordinates": [thing.lon, thing.lat]},
        },
    }
    attributes |= {name: {"type": "Property", "value": value} for name, value in thing.attributes.items()}
    mark = {"illustrative": {"type": "Property", "value": True}}
    attributes |= {
        name: {"type": "Property", "value": value, **mark} for name, value in thing.invented.items()
    }
    if thing.source:
        attributes["source"] = {"type": "Property", "value": thing.source}
    return Draft(
        urn=thing.urn,
        types=thing.kind.all_types,
        attributes=attributes,
        place=places.get(thing.place),
        agency=agencies.get(thing.agency),
        sector=sector.key if sector else "",
        public=thing.public,
        simulated=simulated,
        illustrative=thing.illustrative,
    )


def _by_code(branches: Iterable[B]) -> dict[str, B]:
    """Branches by their code; of several times the latest."""
    return {branch.code: branch for branch in sorted(branches, key=lambda b: b.valid_from)}
