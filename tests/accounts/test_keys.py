from datetime import timedelta

import pytest
from django.utils import timezone

from halong.accounts import actions
from halong.accounts.models import ApiKey, DisplayToken
from halong.core.errors import Conflict, Forbidden, Invalid
from halong.core.permissions import SYSTEM


def made(**more):
    return actions.create_api_key(by=SYSTEM, name="Trạm", permissions=["ingest.write"], **more)


def test_a_key_is_known_by_its_secret_only(db):
    key, secret = made(source_id=7)
    assert actions.authenticate_key(secret) == key
    assert actions.authenticate_key(secret[:-1]) is None
    assert secret.startswith(f"hlk_{key.prefix}_")
    assert len(secret.split("_", 2)[2]) == 43
    assert secret not in str(ApiKey.objects.values().get())


def test_use_is_noted_at_most_once_a_minute(db, django_assert_num_queries):
    _key, secret = made()
    actions.authenticate_key(secret)
    noted = ApiKey.objects.get().last_used
    assert noted is not None
    with django_assert_num_queries(1):
        actions.authenticate_key(secret)
    assert ApiKey.objects.get().last_used == noted


def test_keys_end(db):
    key, secret = made()
    fresh = actions.rotate_api_key(key, by=SYSTEM)
    assert (actions.authenticate_key(secret), actions.authenticate_key(fresh)) == (None, key)
    actions.revoke_api_key(key, by=SYSTEM)
    assert actions.authenticate_key(fresh) is None
    with pytest.raises(Conflict):
        actions.rotate_api_key(key, by=SYSTEM)
    _old, secret = made(expires_at=timezone.now() - timedelta(seconds=1))
    assert actions.authenticate_key(secret) is None


def test_poor_keys_are_refused(db, make):
    with pytest.raises(Invalid):
        actions.create_api_key(by=SYSTEM, name="k", permissions=["users.manage"])
    with pytest.raises(Invalid):
        actions.create_api_key(by=SYSTEM, name=" ", permissions=["api.read"])
    with pytest.raises(Invalid):
        actions.create_api_key(by=SYSTEM, name="k", permissions=[])
    with pytest.raises(Forbidden):
        actions.create_api_key(by=make("lan", "operator"), name="k", permissions=["api.read"])


def test_a_display_is_known_until_it_is_revoked(db):
    token, secret = actions.create_display_token(by=SYSTEM, name="Phòng trực")
    assert actions.authenticate_display(secret) == token
    assert DisplayToken.objects.get().last_used is not None
    actions.revoke_display_token(token, by=SYSTEM)
    assert actions.authenticate_display(secret) is None
