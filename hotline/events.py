"""Typed events over Redis publish/subscribe: they say that something changed, the database says what."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

CHANNEL = "hotline.events"
log = structlog.get_logger()


@dataclass(frozen=True)
class Event:
    """Something happened to `call_id` (or another thing), of interest to an account, or to all when empty."""

    kind: str
    call_id: str = ""
    account_id: int | None = None
    sequence: int = 0
    detail: dict[str, Any] = field(default_factory=dict)


class Bus:
    """The events of the house. Publishing never fails its caller: what is owed stands in the database."""

    def __init__(self, address: str) -> None:
        # Not tried again: a broker that hangs would hold up whoever publishes.
        self._client = redis.Redis.from_url(address, socket_connect_timeout=1, socket_timeout=1, decode_responses=True,
                                            retry=Retry(NoBackoff(), 0))  # fmt: skip
        self._address = address

    def publish(self, *events: Event) -> bool:
        """Send the events; False (and a line in the log) when nobody could be reached."""
        try:
            for event in events:
                self._client.publish(CHANNEL, json.dumps(asdict(event), ensure_ascii=False))
        except redis.RedisError as error:
            log.warning("events.unreachable", error=type(error).__name__)
            return False
        return True

    def listen(self, *, patience: float = 5.0) -> Iterator[Event | None]:
        """Events as they come; None when none came for `patience` seconds. redis.RedisError when the bus is gone."""
        client = redis.Redis.from_url(self._address, socket_connect_timeout=1, decode_responses=True)
        with client, client.pubsub(ignore_subscribe_messages=True) as subscription:  # type: ignore[no-untyped-call]
            subscription.subscribe(CHANNEL)
            while True:
                message = subscription.get_message(timeout=patience)
                yield Event(**json.loads(message["data"])) if message else None
