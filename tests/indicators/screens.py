"""A small world for the pages of indicators: agencies, people, an indicator with values at places."""

from datetime import timedelta

import pytest
from django.utils import timezone

from halong.accounts.models import Grant, User
from halong.core.permissions import SYSTEM
from halong.indicators.drafts import DefinitionDraft
from halong.indicators.editing import create_indicator
from halong.indicators.grains import label_of, previous
from halong.indicators.models import Indicator, Value
from halong.places.actions import save_agency
from halong.places.models import Agency

ROLES = ("officer", "operator", "leader", "administrator", "auditor")


@pytest.fixture
def agencies(db, province):
    """The committee of the province, and two departments below it."""
    first = timezone.localdate() - timedelta(days=900)
    top = save_agency(
        Agency(code="QN.UBND", name="UBND tỉnh", short_name="UBND", valid_from=first, phone="0203 1"),
        by=SYSTEM,
    )
    below = [
        save_agency(
            Agency(code=code, name=name, short_name=short, valid_from=first, parent=top, phone="0203 2"),
            by=SYSTEM,
        )
        for code, name, short in [
            ("QN.STC", "Sở Tài chính", "Sở TC"),
            ("QN.SNNMT", "Sở Nông nghiệp và Môi trường", "Sở NN&MT"),
        ]
    ]
    return [top, *below]


@pytest.fixture
def make_indicator(agencies):
    """Makes one: ``make_indicator("Chỉ số", kind="table")``."""

    def make(name="Thu ngân sách", kind="table", spec=None, **given):
        known = {
            "agency": agencies[1],
            "sector": "economy",
            "grain": "month",
            "unit": "",
            "meaning": "Tổng thu.",
        }
        valid = {"valid_from": timezone.localdate() - timedelta(days=800)}
        draft = DefinitionDraft(name=name, kind=kind, spec=spec or {}, **{**known, **valid, **given})
        return create_indicator(draft, by=SYSTEM)

    return make


@pytest.fixture
def put_values():
    """Stores values of an indicator as the computation would: ``put_values(indicator, [1, 2, 3], place=ward)``."""

    def put(indicator: Indicator, values, *, node=0, grain=None, **given):
        definition = indicator.definition
        grain = grain or definition.grain
        last = label_of(timezone.now(), grain)
        for back, value in enumerate(reversed(values), 1):
            label = previous(last, grain, back)
            Value.objects.create(
                indicator=indicator, grain=grain, node=node, label=label, value=value,
                **{"num": value, "reported": 1, "expected": 1, "first_at": label, **given},
            )  # fmt: skip

    return put


@pytest.fixture
def browse(client, db):
    """Signs a browser in as somebody with a role: ``browse("leader", agency=agency)``."""

    def enter(role, **scope):
        user = User.objects.create(username=f"{role}-{User.objects.count()}", full_name=f"Người {role}")
        Grant.objects.create(user=user, role=role, **scope)
        client.force_login(user)
        client.user = user
        return client

    return enter
