"""People, places, agencies, alerts and incidents in a real database."""

import io
import uuid
from datetime import date

import pytest
from PIL import Image
from tests.alerts.conftest import agency, make_alert, station, ward
from tests.people import person  # noqa: F401 -- a fixture

from halong.core.permissions import SYSTEM
from halong.incidents.actions import IncidentDraft, declare_incident
from halong.places.actions import save_agency
from halong.places.models import Agency

__all__ = ["agency", "make_alert", "station", "ward"]


@pytest.fixture
def operator(person):
    """Somebody on duty at the centre."""
    return person("lan", "operator")


@pytest.fixture
def other(person):
    """Another one."""
    return person("minh", "operator")


@pytest.fixture
def chair(person):
    """A leader of the whole province."""
    return person("chair", "leader")


@pytest.fixture
def rescue(ward):
    """An agency that helps."""
    made = Agency(code="QN-PCTT", name="Ban chỉ huy PCTT", valid_from=date(2025, 3, 1), place=ward)
    return save_agency(made, by=SYSTEM)


@pytest.fixture
def declare(operator, ward):
    """Declares incidents: ``declare(title="…", parts=(PartRef("alert", "1"),))``."""

    def make(*, by=None, **given):
        draft = IncidentDraft(
            **{"client_id": uuid.uuid4(), "title": "Tàu mắc cạn", "kind": "boat", "place": ward, **given}
        )
        return declare_incident(draft, by=by or operator).incident

    return make


@pytest.fixture
def photo():
    """A photograph with its place and device in it."""
    image = Image.new("RGB", (640, 480), "teal")
    exif = image.getexif()
    exif[0x010F] = "Secret Camera"
    out = io.BytesIO()
    image.save(out, "JPEG", exif=exif)
    return out.getvalue()
