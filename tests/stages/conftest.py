"""People and a place."""

from tests.people import person, ward  # noqa: F401 -- fixtures
