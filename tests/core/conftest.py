import pytest

from halong.core import live


@pytest.fixture(autouse=True)
def own_ears(monkeypatch):
    """What a test makes this process hear is forgotten after it: other tests run in one that doesn't listen."""
    monkeypatch.setattr(live, "_heard", live.Counter())
