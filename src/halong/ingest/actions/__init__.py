"""Every write of this module that a person or a command asks for."""

from halong.ingest.actions.quarantine import discard, replay
from halong.ingest.actions.sources import (
    Ownership,
    add_source,
    change_source,
    client_needs,
    remove_source,
    renew_credentials,
    switch_source,
)
from halong.ingest.actions.tables import upload_tables
from halong.ingest.actions.trials import try_settings

__all__ = [
    "Ownership",
    "add_source",
    "change_source",
    "client_needs",
    "discard",
    "remove_source",
    "renew_credentials",
    "replay",
    "switch_source",
    "try_settings",
    "upload_tables",
]
