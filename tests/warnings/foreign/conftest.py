"""A source of others' alerts."""

import pytest
from tests.people import person, ward

from halong.connectors.cap.connector import Cap
from halong.ingest.models import Source
from halong.ingest.records import take_records
from halong.warnings.models import ForeignWarning

__all__ = ["person", "ward"]


@pytest.fixture
def source(db):
    return Source.objects.create(kind="cap", name="Met", settings={"url": "https://example.org/feed"})


@pytest.fixture
def take(source):
    """Bytes as the connector hands them on: (accepted, duplicate, why it was set aside)."""

    def taken(content):
        batch = Cap(source.settings, {}).decode(content, "https://example.org/a.cap", {})
        outcome, rejected = take_records(batch.records, source.pk)
        return outcome.accepted, outcome.duplicate, [row.detail for row in [*batch.rejected, *rejected]]

    return taken


@pytest.fixture
def kept():
    return lambda identifier="A1": ForeignWarning.objects.get(identifier=identifier)
