"""Events between modules: published in the action's transaction, delivered by a job for each subscriber.

The job is a row that commits with the action (an outbox), so an event is delivered at least once if and only if
the action committed. Subscribers are idempotent.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import asdict, dataclass, is_dataclass
from datetime import datetime
from typing import Any, TypeVar, dataclass_transform, get_type_hints

from django.db import InterfaceError, OperationalError
from procrastinate import RetryStrategy
from procrastinate.exceptions import ConnectorException

from halong.core.jobs import app

Handler = Callable[[Any], None]
E = TypeVar("E")
# The database went away, or chose this transaction in a deadlock: again after 2, 4, 8… seconds, for half an hour. What
# waits under the same lock goes on waiting.
AFTER_DATABASE_FAULT = RetryStrategy(
    max_attempts=10,
    exponential_wait=2,
    retry_exceptions=(OperationalError, InterfaceError, ConnectorException),
)

_types: dict[str, type] = {}
_subscribers: dict[str, dict[str, Handler]] = defaultdict(dict)


@dataclass_transform(frozen_default=True)
def event(cls: type[E]) -> type[E]:
    """Class decorator: a frozen dataclass of ids, scalars and datetimes that can be published by its name."""
    frozen = dataclass(frozen=True)(cls)
    _types[cls.__name__] = frozen
    return frozen


def subscribe(event_type: type) -> Callable[[Handler], Handler]:
    """Function decorator: call this for every published event of the type, in a job of its own."""

    def register(handler: Handler) -> Handler:
        _subscribers[event_type.__name__][f"{handler.__module__}.{handler.__qualname__}"] = handler
        return handler

    return register


def publish(happened: Any) -> None:
    """Write one job a subscriber, in the present transaction."""
    name = type(happened).__name__
    if not is_dataclass(happened) or name not in _types:
        raise TypeError(f"{name} is not an event")
    body = encode(happened)
    for subscriber in _subscribers[name]:
        deliver.defer(event=name, subscriber=subscriber, body=body)


def subscribers_of(event_type: str) -> list[str]:
    """The names of the subscribers of an event, for writers that defer their jobs in SQL (ingest)."""
    return list(_subscribers[event_type])


def encode(happened: Any) -> dict[str, Any]:
    """The event as JSON types."""
    return {k: v.isoformat() if isinstance(v, datetime) else v for k, v in asdict(happened).items()}


@app.task(name="halong.deliver", queue="events", pass_context=False, retry=AFTER_DATABASE_FAULT)
def deliver(event: str, subscriber: str, body: dict[str, Any]) -> None:
    """Hand one event to one subscriber. A subscriber that no longer exists is an error, so that it is seen."""
    cls = _types[event]
    hints = get_type_hints(cls)
    values = {k: datetime.fromisoformat(v) if hints[k] is datetime and v else v for k, v in body.items()}
    _subscribers[event][subscriber](cls(**values))
