import pytest

from halong.core.errors import Invalid
from halong.ingest import secrets


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("HALONG_HOME", str(tmp_path))
    secrets._fernet.cache_clear()
    yield
    secrets._fernet.cache_clear()


def test_secrets_are_sealed_with_the_installations_key(home, tmp_path, monkeypatch):
    sealed = secrets.seal({"password": "thầm kín", "empty": ""})

    assert "thầm".encode() not in sealed
    assert secrets.unseal(memoryview(sealed)) == {"password": "thầm kín"}
    assert secrets.seal({}) == b""
    monkeypatch.setenv("HALONG_HOME", str(tmp_path / "another"))
    secrets._fernet.cache_clear()
    with pytest.raises(Invalid):
        secrets.unseal(sealed)


@pytest.mark.parametrize("chosen", [True, False])
def test_only_the_right_password_is_right(chosen):
    kept = secrets.hash_password("một mật khẩu dài", chosen=chosen)

    assert [secrets.check_password("một mật khẩu dài", kept) for _ in range(2)] == [True, True]
    assert not secrets.check_password("một mật khẩu dàI", kept)
    assert not secrets.check_password("", kept)


def test_what_is_no_hash_lets_nobody_in():
    assert not secrets.check_password("", "")
    assert not secrets.check_password("x", "x")
