"""Everything that changes the registry of things."""

from halong.context.actions.attributes import (
    append_attributes,
    delete_attribute,
    merge_attributes,
    patch_attribute,
    replace_attributes,
    update_attributes,
)
from halong.context.actions.entities import (
    Draft,
    change_owner,
    clear_simulated,
    create_entities,
    create_entity,
    delete_entity,
    describe_entity,
    edit_entity,
)
from halong.context.actions.imports import import_entities

__all__ = [
    "Draft",
    "append_attributes",
    "change_owner",
    "clear_simulated",
    "create_entities",
    "create_entity",
    "delete_attribute",
    "delete_entity",
    "describe_entity",
    "edit_entity",
    "import_entities",
    "merge_attributes",
    "patch_attribute",
    "replace_attributes",
    "update_attributes",
]
