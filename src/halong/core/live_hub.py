"""Who listens to which topic in this process, and what each is told: at most five times a second a topic, and the less often
the more listen, down to once a second.

The first event on a quiet topic leaves at once; those of the following moment are put together into one. A message names
a topic, an id (empty: several, or the whole), a version and how far listeners spread their questions; it never carries
content.
"""

import asyncio
import json
import secrets
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from halong.core.live import note_heard, note_mark

# that the listeners of a topic together may bring about, as long as that costs none a second
QUESTIONS_A_SECOND = 100
SHORTEST_S, LONGEST_S = 0.2, 1.0  # between two messages on a topic
SPREAD = 0.4  # of that time in which listeners ask, each at a moment of its own
REMEMBERED = 5_000  # messages that a client can resume after
MAX_PENDING = 64  # messages that a slow client may be behind; then it is told to look at everything again
HEARTBEAT = b"event: beat\ndata: {}\n\n"  # an event, not a comment: the page must hear it to know a dead line


@dataclass(eq=False)
class Client:
    """One listener: the topics it may hear, and what it hasn't been sent yet."""

    topics: tuple[str, ...]
    session: str = ""
    pending: list[bytes] = field(default_factory=list)
    closed: bool = False
    _waiting: "asyncio.Future[None] | None" = None

    def push(self, message: bytes) -> bool:
        """Add a message; False if the client is too far behind, and was told nothing."""
        if len(self.pending) >= MAX_PENDING:
            return False
        self.pending.append(message)
        self._wake()
        return True

    def close(self) -> None:
        """No more messages."""
        self.closed = True
        self._wake()

    async def next(self) -> bytes:
        """What is to be sent now; empty when the client was closed."""
        while not self.pending and not self.closed:
            self._waiting = asyncio.get_running_loop().create_future()
            await self._waiting
        taken, self.pending = b"".join(self.pending), []
        return b"" if self.closed else taken

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)


@dataclass(eq=False)
class Channel:
    """A topic as somebody asked for it ("alerts", "entity:7"), with its listeners and what waits for them."""

    topic: str
    clients: set[Client] = field(default_factory=set)
    quiet_at: float = 0.0  # loop time from which an event leaves at once
    held: set[str] | None = None  # ids of events that wait until it is quiet

    @property
    def period(self) -> float:
        """Seconds between two messages: a desk of ten hears at once what a thousand hear within a second."""
        return min(LONGEST_S, max(SHORTEST_S, len(self.clients) / QUESTIONS_A_SECOND))


class Hub:
    """All channels of a process. Only used from its event loop."""

    def __init__(self) -> None:
        self.clients: set[Client] = set()
        self._channels: dict[str, Channel] = {}
        self._boot = secrets.token_hex(4)
        self._version = 0
        self._past: deque[tuple[int, str]] = deque(maxlen=REMEMBERED)
        note_mark(self.mark)

    @property
    def mark(self) -> str:
        """Where the stream stands: the id of what would be sent now."""
        return f"{self._boot}-{self._version}"

    def join(self, client: Client, last_event_id: str = "") -> None:
        """Let a client hear its topics; it is told at once what happened after ``last_event_id``, if that is known, else
        (after an interruption that nobody remembers) to look at everything again.
        """
        self.clients.add(client)
        for topic in client.topics:
            self._channels.setdefault(topic, Channel(topic)).clients.add(client)
        client.push(f"event: hello\nid: {self.mark}\ndata: {{}}\n\n".encode())
        if last_event_id:
            for topic in self._missed(client.topics, last_event_id):
                client.push(self._message(topic, ""))

    def leave(self, client: Client) -> None:
        """Forget a client."""
        client.close()
        self.clients.discard(client)
        for topic in client.topics:
            channel = self._channels.get(topic)
            if channel is not None:
                channel.clients.discard(client)
                if not channel.clients and channel.held is None:
                    del self._channels[topic]

    def hear(self, payload: str | None) -> None:
        """A notification: ``[topic, key]`` or ``[topic, [key, …]]``; None: anything may have happened."""
        if payload is None:
            note_heard()
            self._move_on()
            self._past.clear()  # whoever comes back with an earlier mark is told to look at everything
            for channel in list(self._channels.values()):
                self._publish(channel, "")
            return
        try:
            topic, keys = json.loads(payload)
        except (ValueError, TypeError):
            return
        if ":" in topic:
            topic, _, keys = topic.partition(":")
        note_heard(topic)
        for key in keys if isinstance(keys, list) else [keys]:
            self._note(topic, str(key))

    def beat(self) -> None:
        """Say something to everybody, so that nobody between us thinks that the line is dead."""
        for client in self.clients:
            if not client.pending:
                client.push(HEARTBEAT)

    def _note(self, topic: str, key: str) -> None:
        self._move_on()
        self._past.append((self._version, f"{topic}:{key}" if key else topic))
        for name in (topic, f"{topic}:{key}") if key else (topic,):
            channel = self._channels.get(name)
            if channel is not None:
                self._publish(channel, key)

    def _move_on(self) -> None:
        self._version += 1
        note_mark(self.mark)

    def _publish(self, channel: Channel, key: str) -> None:
        loop = asyncio.get_running_loop()
        if channel.held is not None:
            channel.held.add(key)
        elif loop.time() >= channel.quiet_at:
            self._send(channel, key)
        else:
            channel.held = {key}
            loop.call_at(channel.quiet_at, self._release, channel)

    def _release(self, channel: Channel) -> None:
        held, channel.held = channel.held or set(), None
        if channel.clients:
            self._send(channel, held.pop() if len(held) == 1 else "")
        elif self._channels.get(channel.topic) is channel:
            del self._channels[channel.topic]

    def _send(self, channel: Channel, key: str) -> None:
        channel.quiet_at = asyncio.get_running_loop().time() + channel.period
        message = self._message(channel.topic, key, channel.period)
        for client in channel.clients:
            if not client.push(message):
                client.pending = [self._message(topic, "") for topic in client.topics]

    def _message(self, name: str, key: str, period: float = LONGEST_S) -> bytes:
        topic, _, own = name.partition(":")
        said = {
            "topic": topic,
            "id": own or key,
            "version": self._version,
            "spread": round(1000 * SPREAD * period),
        }
        body = json.dumps(said, separators=(",", ":"))
        return f"id: {self.mark}\ndata: {body}\n\n".encode()

    def _missed(self, topics: Iterable[str], last_event_id: str) -> list[str]:
        """Which of these topics had events after the given one; all of them where that can't be known."""
        boot, _, number = last_event_id.partition("-")
        oldest = self._past[0][0] if self._past else self._version + 1
        known = boot == self._boot and number.isdigit() and int(number) + 1 >= oldest
        if not known:
            return list(topics)
        happened = {name for version, name in self._past if version > int(number)}
        happened |= {name.partition(":")[0] for name in happened} | {
            topic for topic in topics if topic.partition(":")[0] in happened
        }
        return [topic for topic in topics if topic in happened]
