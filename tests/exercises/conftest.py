"""An instance under exercise: its data folder, its people, a scenario of twenty minutes."""

import pytest
from tests.people import chair, person, ward

from halong.core.permissions import SYSTEM
from halong.exercises import folder
from halong.exercises.actions import running
from halong.exercises.actions.entering import add_people, digest_of
from halong.exercises.folder import Order, Person

__all__ = ["chair", "person", "ward"]

SCENARIO = """
key = "squall"
title = { vi = "Dông", en = "Squall" }
summary = { vi = "Dông trên vịnh.", en = "A squall over the bay." }
minutes = 20
speed = 10
kinds = ["storm"]
goals = [{ vi = "Xác nhận.", en = "Acknowledge." }]

[[curve]]
types = ["SeaConditions"]
property = "windSpeed"
points = [[0, 5], [10, 25]]

[[event]]
key = "bulletin"
kind = "bulletin"
minute = 2
title = { vi = "Tin dông", en = "Squall warning" }
text = { vi = "Dông mạnh.", en = "Strong squall." }

[[event]]
key = "call"
kind = "call"
minute = 4
title = { vi = "Chủ tàu gọi", en = "A boat owner calls" }

[[event]]
key = "extra"
kind = "message"
title = { vi = "Tin thêm", en = "More news" }

[[expect]]
key = "wind"
criterion = "alert"
rules = ["sea-wind-7"]
within = 3
points = 10
title = { vi = "Xác nhận gió", en = "Acknowledge the wind" }

[[expect]]
key = "storm"
criterion = "incident"
kinds = ["storm"]
severity = 2
after = "bulletin"
within = 5
points = 20
title = { vi = "Mở sự cố", en = "Declare it" }

[[expect]]
key = "phone"
criterion = "call"
after = "call"
within = 1
points = 10
title = { vi = "Ghi cuộc gọi", en = "Take the call down" }
"""


def order_of(**changes):
    people = (
        Person("an", "Lê An", "Trưởng ca", "vi", True, ({"role": "leader", "place": "", "agency": "", "sector": ""},),
               digest_of("code-an")),
        Person("binh", "", "", "en", False, ({"role": "operator", "place": "", "agency": "", "sector": ""},),
               digest_of("code-binh")),
    )  # fmt: skip
    given = {
        "id": "20261123-squall", "scenario": "squall", "speed": 10, "begin": False, "port": 9001, "ftp_port": 9002,
        "sftp_port": 9003, "url": "http://127.0.0.1:9001", "main_ports": (8000, 2121, 2222), "profile": "quang_ninh",
        "made_at": "2026-11-23T00:00:00+00:00", "people": people,
    }  # fmt: skip
    return Order(**given | changes)


@pytest.fixture
def instance(db, settings, tmp_path, monkeypatch):
    """This process as an instance under exercise with a trainer ``an`` and a trainee ``binh``."""
    place = folder.make(tmp_path, order_of(), SCENARIO, {"an": "code-an", "binh": "code-binh"})
    monkeypatch.setenv("HALONG_HOME", str(place))
    settings.HALONG_EXERCISE = True
    add_people(order_of().people, by=SYSTEM)
    running.prepare_run(10, by=SYSTEM)
    return place


@pytest.fixture
def trainer(instance):
    from halong.accounts.models import User

    return User.objects.get(username="an")


@pytest.fixture
def trainee(instance):
    from halong.accounts.models import User

    return User.objects.get(username="binh")
