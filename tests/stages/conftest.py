"""People and a place."""

from tests.people import person, ward

__all__ = ["person", "ward"]
