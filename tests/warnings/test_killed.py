"""A published warning whose worker is killed while it is handed over: every outlet gets it, and can tell it is the same."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.killing import kill_at, wait_for, worker
from tests.warnings.test_channels import outlet, server

from halong.warnings import channels
from halong.warnings.actions import expire_due
from halong.warnings.models import Dispatch

__all__ = ["server"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_a_worker_killed_while_an_outlet_takes_it_hands_it_over_again_as_the_same(world, server):
    hooks = [
        outlet(world, server, name=f"Loa {n}", target=f"http://127.0.0.1:{server.server_port}/{n}")
        for n in range(3)
    ]
    server.goes_on.clear()
    warning = world.published()
    with worker("from halong.warnings.channels import deliver_due; deliver_due()"):
        wait_for(lambda: server.got)
    states = Dispatch.objects.filter(channel="webhook").values_list("state", "attempts")
    assert sorted(states) == [("waiting", 0), ("waiting", 0), ("waiting", 1)]
    server.goes_on.set()
    assert channels.deliver_due() == 2  # the third may still be under way with the other one
    Dispatch.objects.filter(state="waiting").update(due_at=timezone.now())
    assert channels.deliver_due() == 1
    keys = [key for _type, key, _body in server.got]
    assert sorted(keys) == sorted(f"{warning.identifier}:{hook.pk}" for hook in [*hooks, hooks[0]])
    assert {body for _type, _key, body in server.got} == {warning.xml.encode()}
    assert set(Dispatch.objects.filter(channel="webhook").values_list("state", flat=True)) == {"sent"}


@pytest.mark.parametrize("table", ["warnings_act", "procrastinate_jobs"])
def test_a_worker_killed_amid_an_expiry_leaves_it_to_the_next_one(world, table):
    warning = world.published()
    at = timezone.now() + timedelta(hours=9)
    hour = f"__import__('datetime').datetime.fromisoformat('{at}')"
    kill_at(table, f"from halong.warnings.actions import expire_due; expire_due(now={hour})")
    warning.refresh_from_db()
    assert warning.state == "published"
    assert (expire_due(now=at), expire_due(now=at)) == (1, 0)
    warning.refresh_from_db()
    assert warning.state == "expired"
