"""Everything that changes places and agencies."""

from halong.places.actions.imports import import_agencies, import_places
from halong.places.actions.trees import end_branch, save_agency, save_place, set_boundaries

__all__ = ["end_branch", "import_agencies", "import_places", "save_agency", "save_place", "set_boundaries"]
