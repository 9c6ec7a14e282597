"""What each role may do. Deny by default: a permission that isn't listed here is nobody's (docs/access.md).

Three sorts of permission are judged differently:

- most count in the scope of the grant that gives them (place × agency × sector);
- ``WIDE`` ones are about public knowledge (names of places, legal limits, the programme): any grant gives them everywhere;
- ``CENTRAL`` ones touch the installation or other people's rights: only a grant without any scope gives them, so
  that an administrator of one commune can't make himself administrator of the province.
"""

VIEWS = frozenset(
    {
        "panorama.view",
        "places.view",
        "entities.view",
        "alerts.view",
        "rules.view",
        "programme.view",
        "indicators.view",
        "tasks.view",
        "briefings.view",
        "reports.view",
        "directory.view",
        "duty.view",
        "incidents.view",
        "stages.view",
        "warnings.view",
        "api.read",
    }
)

ROLES: dict[str, frozenset[str]] = {
    "citizen": frozenset(),
    "officer": VIEWS
    | {
        "entities.edit",
        "alerts.handle",
        "tasks.work",
        "indicators.submit",
        "reports.handle",
        "suggestions.handle",
        "notices.publish",
        "incidents.work",
        "stages.bulletin",
        "warnings.draft",
    },
    "operator": VIEWS
    | {
        "exercises.run",
        "sources.view",
        "system.view",
        "alerts.handle",
        "rules.edit",
        "quarantine.settle",
        "tasks.assign",
        "tasks.work",
        "walls.edit",
        "reports.triage",
        "reports.moderate",
        "suggestions.handle",
        "notices.publish",
        "duty.handle",
        "incidents.declare",
        "incidents.work",
        "stages.propose",
        "stages.bulletin",
        "warnings.draft",
        "warnings.check",
    },
    "leader": VIEWS
    | {
        "exercises.run",
        "tasks.assign",
        "tasks.work",
        "indicators.approve",
        "reports.handle",
        "reports.approve",
        "suggestions.handle",
        "notices.publish",
        "incidents.declare",
        "incidents.work",
        "stages.propose",
        "stages.bulletin",
        "stages.approve",
        "warnings.approve",
    },
    "administrator": VIEWS
    | {
        "exercises.run",
        "sources.view",
        "system.view",
        "places.edit",
        "entities.edit",
        "series.edit",
        "indicators.edit",
        "indicators.submit",
        "indicators.approve",
        "tasks.assign",
        "tasks.work",
        "walls.edit",
        "rules.edit",
        "sources.edit",
        "quarantine.settle",
        "users.manage",
        "keys.manage",
        "displays.manage",
        "system.manage",
        "profile.manage",
        "reports.set_up",
        "notices.publish",
        "playbooks.edit",
        "duty.set_up",
        "stages.set_up",
        "warnings.set_up",
    },
    # who protects personal data: opens what citizens said of themselves, with a reason that is logged, and nothing else
    "privacy": frozenset({"privacy.handle", "places.view"}),
    "auditor": VIEWS | {"sources.view", "system.view", "audit.view"},
}

WIDE = frozenset({"places.view", "directory.view", "rules.view", "programme.view", "indicators.view"})

CENTRAL = frozenset(
    {
        "users.manage",
        "keys.manage",
        "displays.manage",
        "audit.view",
        "system.view",
        "system.manage",
        "profile.manage",
        "reports.set_up",
        "privacy.handle",
        "stages.approve",
        "stages.set_up",
        "warnings.set_up",
    }
)

KEY_PERMISSIONS: dict[str, frozenset[str]] = {
    "api.read": frozenset(
        {
            "api.read",
            "places.view",
            "entities.view",
            "alerts.view",
            "rules.view",
            "sources.view",
            "indicators.view",
        }
    ),
    "ingest.write": frozenset({"ingest.write"}),
    # an application of a partner sends reports of citizens (Open311)
    "reports.send": frozenset({"reports.send"}),
}
"""What a key may be given, and what each of these lets it do."""

DISPLAY_PERMISSIONS = frozenset(
    {
        "panorama.view",
        "places.view",
        "entities.view",
        "alerts.view",
        "incidents.view",
        "programme.view",
        "indicators.view",
    }
)
"""What a wall shows, within the place of its token."""
