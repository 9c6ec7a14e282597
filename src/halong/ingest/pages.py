"""What the pages of sources show, put together: the editor, the trial, the page of one source."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from halong.context.models import Entity
from halong.core.access import actor_of
from halong.core.errors import HalongError, Invalid, NotFound
from halong.core.permissions import has_perm
from halong.core.sector import find_attribute
from halong.core.units import unit_symbol
from halong.ingest import actions, queries
from halong.ingest.batch import Batch
from halong.ingest.connector import SettingsForm, connectors
from halong.ingest.forms import OwnershipForm
from halong.ingest.models import Source
from halong.ingest.reasons import title
from halong.ingest.stations import load_known

SHOWN = 12
THINGS = 500
STATES = {"new": "stale", "ok": "normal", "silent": "attention", "broken": "high"}
HISTORY = {
    "sources.add": gettext_lazy("Connected"),
    "sources.change": pgettext_lazy("source", "Changed"),
    "sources.switch_on": pgettext_lazy("source", "Switched on"),
    "sources.switch_off": pgettext_lazy("source", "Switched off"),
    "sources.renew_credentials": gettext_lazy("New password or key"),
    "sources.upload": gettext_lazy("Tables uploaded"),
    "sources.broke": gettext_lazy("Broken"),
    "sources.works": gettext_lazy("Working"),
    "sources.silent": gettext_lazy("Silent"),
}


def editor_of(request: HttpRequest, kind: str, source: Source | None = None) -> dict[str, Any]:
    """The forms of a source, filled with what was typed, else with what it is. ``valid``: both may be saved."""
    found = connectors().get(kind)
    if found is None:
        raise NotFound
    posted = request.POST if request.method == "POST" else None
    initial = {**found.Settings.defaults(), **(source.settings if source else {})}
    own_initial = {name: getattr(source, name) for name in OwnershipForm.base_fields} if source else {}
    form = found.Settings(posted, initial=initial, auto_id="set_%s")
    if "entity" in form.fields:
        form.fields["entity"].widget.attrs["list"] = "things"
    own = OwnershipForm(posted, initial=own_initial, auto_id="own_%s")
    return {
        "kind": kind,
        "manifest": found.manifest,
        "source": source,
        "form": form,
        "own": own,
        "things": things_of(request.user) if "entity" in form.fields else [],
        "plain": [field for field in form if field.name not in found.Settings.advanced],
        "advanced": [field for field in form if field.name in found.Settings.advanced],
        "valid": posted is not None and form.is_valid() and own.is_valid(),
    }


def things_of(user: Any) -> list[tuple[str, str]]:
    """The things that a source can be bound to, by URN and name."""
    return list(Entity.objects.visible_to(user).order_by("sort_key").values_list("urn", "name")[:THINGS])


def typed(form: SettingsForm) -> dict[str, Any]:
    """What somebody typed, for an action, which checks it again itself. A box that isn't ticked is False."""
    form.is_valid()
    return {name: form.cleaned_data.get(name, form.data.get(name, "")) for name in form.fields}


def trial_of(request: HttpRequest, kind: str, source: Source | None) -> dict[str, Any]:
    """What the settings that are typed would bring, or why they don't work."""
    found = connectors().get(kind)
    if found is None:
        raise NotFound
    form = found.Settings(request.POST)
    if not form.is_valid():
        faults = [
            f"{form.fields[name].label}: {' '.join(map(str, texts))}" for name, texts in form.errors.items()
        ]
        return {"error": Invalid(" ".join(faults))}
    try:
        probe = actions.try_settings(kind, typed(form), by=actor_of(request), source=source)
    except HalongError as error:
        return {"error": error}
    return {"messages_of_trial": probe.messages, **preview_of(probe.batch)}


def preview_of(batch: Batch) -> dict[str, Any]:
    """Decoded readings for people: names and units as they are shown, and what would be set aside."""
    known = {thing.urn: thing.types for thing in load_known().values()} | {
        thing.urn: thing.types for thing in batch.things
    }
    names = {"0": _("valid"), "1": _("calibrating"), "2": _("fault")}
    rows = []
    for reading in batch.observations[:SHOWN]:
        spec = find_attribute(known.get(reading.entity, ()), reading.property)
        unit = reading.unit or (spec.unit if spec else "")
        rows.append(
            {
                "thing": reading.entity.rpartition(":")[2],
                "urn": reading.entity,
                "property": spec.label if spec else reading.property,
                "time": reading.time,
                "value": reading.value,
                "unit": unit_symbol(unit) if unit else "",
                "quality": names.get(str(reading.quality), reading.quality),
                "unknown": reading.entity not in known,
            }
        )
    rejected = [
        {"reason": title(part.reason), "detail": part.detail, "origin": part.origin}
        for part in batch.rejected
    ]
    return {
        "readings": rows,
        "valid": names["0"],
        "reading_count": len(batch.observations),
        "rejected": rejected[:SHOWN],
        "rejected_count": len(rejected),
        "new_things": [
            thing.urn for thing in batch.things if thing.urn not in {k.urn for k in load_known().values()}
        ],
    }


def page_of(source: Source, request: HttpRequest) -> dict[str, Any]:
    """Everything on the page of one source."""
    found = connectors().get(source.kind)
    period = "day" if request.GET.get("period") == "day" else "hour"
    since = timezone.now() - (timedelta(days=1) if period == "day" else timedelta(hours=1))
    sums = queries.totals(source, since)
    minutes = 1440 if period == "day" else 60
    return {
        "source": source,
        "crumbs": crumbs_of(None),
        "manifest": found.manifest if found else None,
        "mark": state_mark(source),
        "period": period,
        "stats": stats_of(source, sums, minutes),
        "held": [(reason, title(reason), count) for reason, count in queries.held_by_reason(source)],
        "history": [history_row(entry) for entry in queries.history(source)],
        "needs": actions.client_needs(source) if found else {},
        "may_edit": has_perm(request.user, "sources.edit", source),
        "may_upload": source.kind == "table" and has_perm(request.user, "sources.edit", source),
        "has_credential": found is not None and found.manifest.credential != "none",
    }


def crumbs_of(source: Source | None) -> list[dict[str, str]]:
    """The way to a page below the list of sources, or below one of them."""
    way = [{"label": _("Data sources"), "url": reverse("sources")}]
    return [*way, {"label": source.name, "url": reverse("source", args=[source.pk])}] if source else way


def state_mark(source: Source) -> str:
    """The shape and colour of a source's state."""
    return STATES.get(source.state, "stale") if source.enabled else "stale"


def stats_of(source: Source, sums: dict[str, int], minutes: int) -> list[dict[str, Any]]:
    """The figures at the top of a source's page."""
    stored, aside, failed = sums["accepted"] + sums["corrected"], sums["quarantined"], sums["errors"]
    return [
        {"label": _("Readings stored"), "value": stored, "decimals": 0},
        {"label": _("A minute"), "value": stored / minutes, "decimals": 1},
        {"label": _("Received again"), "value": sums["duplicate"], "decimals": 0},
        {"label": _("Corrected"), "value": sums["corrected"], "decimals": 0},
        {"label": _("Set aside"), "value": aside, "decimals": 0, "state": "attention" if aside else ""},
        {"label": _("Failed"), "value": failed, "decimals": 0, "state": "high" if failed else ""},
    ]


def history_row(entry: Any) -> dict[str, Any]:
    """One change, for the timeline."""
    summary = entry.summary
    text = summary.get("detail") or summary.get("changed") or summary.get("files") or ""
    state = {"sources.broke": "high", "sources.silent": "attention", "sources.works": "normal"}.get(
        entry.action
    )
    return {
        "at": entry.at,
        "title": str(HISTORY.get(entry.action, entry.action)),
        "text": text,
        "by": entry.actor,
        "state": state,
    }
