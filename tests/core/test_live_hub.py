"""Who is told what, and how often."""

import asyncio
import json

import pytest

from halong.core.live_hub import MAX_PENDING, Client, Hub


def told(client):
    """The topics and ids that wait for a client."""
    waiting, client.pending = b"".join(client.pending), []
    lines = [line for line in waiting.decode().splitlines() if line.startswith('data: {"topic"')]
    return [(body["topic"], body["id"]) for body in (json.loads(line[6:]) for line in lines)]


@pytest.fixture
async def hub():
    """A hub in a running loop."""
    return Hub()


def joined(hub, *topics, after=""):
    """A client that has read its greeting."""
    client = Client(topics)
    hub.join(client, after)
    return client


async def test_the_first_event_leaves_at_once_and_the_next_are_put_together(hub):
    client = joined(hub, "alerts")
    hub.hear('["alerts", "1"]')
    assert told(client) == [("alerts", "1")]
    for key in (2, 3, 3):
        hub.hear(json.dumps(["alerts", key]))
    assert told(client) == []
    await asyncio.sleep(1.1)
    assert told(client) == [("alerts", "")]
    hub.hear('["alerts", "4"]')
    await asyncio.sleep(1.1)
    assert told(client) == [("alerts", "4")]


@pytest.mark.parametrize(("listeners", "period"), [(1, 0.2), (50, 0.5), (100, 1.0), (2000, 1.0)])
async def test_few_hear_more_often_than_many(hub, listeners, period):
    clients = [joined(hub, "alerts") for _ in range(listeners)]
    began = asyncio.get_running_loop().time()
    hub.hear('["alerts", "1"]')
    assert hub._channels["alerts"].quiet_at - began == pytest.approx(period, abs=0.05)
    assert f'"spread":{round(400 * period)}'.encode() in b"".join(clients[-1].pending)


async def test_one_thing_or_all_things(hub):
    one, every, other = joined(hub, "entity:7"), joined(hub, "entity"), joined(hub, "entity:8")
    hub.hear('["entity", [5, 7]]')
    assert (told(one), told(every), told(other)) == ([("entity", "7")], [("entity", "5")], [])
    hub.hear('["entity:8", ""]')
    assert told(other) == [("entity", "8")]


async def test_a_client_resumes_where_it_was(hub):
    joined(hub, "alerts")
    hub.hear('["alerts", "1"]')
    mark = hub.mark
    hub.hear('["sources", ""]')
    hub.hear('["entity", [7]]')
    client = joined(hub, "alerts", "sources", "entity:7", "entity:8", "entity", after=mark)
    assert told(client) == [("sources", ""), ("entity", "7"), ("entity", "")]


@pytest.mark.parametrize("mark", ["otherboot-1", "nonsense", "x-y"])
async def test_after_a_restart_everything_is_looked_at_again(hub, mark):
    assert told(joined(hub, "alerts", "sources", after=mark)) == [("alerts", ""), ("sources", "")]


async def test_after_a_lost_connection_everything_is_looked_at_again(hub):
    client, mark = joined(hub, "alerts", "sources"), hub.mark
    hub.hear(None)
    assert told(client) == [("alerts", ""), ("sources", "")]
    assert told(joined(hub, "alerts", after=mark)) == [("alerts", "")]
    assert told(joined(hub, "alerts", after=hub.mark)) == []


async def test_a_slow_client_is_told_to_look_again_instead_of_filling_memory(hub):
    client = joined(hub, *(f"entity:{n}" for n in range(MAX_PENDING + 5)))
    for n in range(MAX_PENDING + 5):
        hub.hear(json.dumps(["entity", [n]]))
    assert len(client.pending) <= MAX_PENDING + 5
    assert set(told(client)) >= {("entity", "0"), ("entity", str(MAX_PENDING + 4))}


async def test_nonsense_is_ignored_and_leaving_leaves_nothing(hub):
    client = joined(hub, "alerts")
    for payload in ("", "{", "3", '["a"]'):
        hub.hear(payload)
    assert told(client) == []
    hub.leave(client)
    assert (hub.clients, hub._channels) == (set(), {})
    assert await client.next() == b""
