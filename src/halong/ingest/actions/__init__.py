"""Every write of this module that a person or a command asks for."""

from halong.ingest.actions.sources import (
    Ownership,
    add_source,
    change_source,
    client_needs,
    remove_source,
    renew_credentials,
    switch_source,
)

__all__ = [
    "Ownership",
    "add_source",
    "change_source",
    "client_needs",
    "remove_source",
    "renew_credentials",
    "switch_source",
]
