"""One link after the other, for as long as the program runs, each told since when we were blind."""

import random
from collections.abc import Iterator
from datetime import datetime
from threading import Event as Flag
from time import monotonic

import structlog

from hotline.exchange.errors import LinkError
from hotline.exchange.link import Address, Link, Patience

_log = structlog.get_logger("exchange")
_LONG_ENOUGH = 30.0  # a link that lived so long was a good one: the next try is made soon


def links(
    address: Address,
    *,
    stop: Flag,
    patience: Patience | None = None,
    soonest: float = 0.5,
    latest: float = 15.0,
) -> Iterator[Link]:
    """Yield a link whenever there is a new one, until `stop` is set; the link before it is closed.

    `link.blind_since` says when the link before was last heard (None for the first): what happened since
    then must be looked up. Waits between tries grow from `soonest` to `latest` seconds, with jitter, so that
    many listeners don't come back at the same moment.
    """
    blind_since: datetime | None = None
    wait = soonest
    while not stop.is_set():
        link = _try(address, patience, blind_since)
        if link is not None:
            began = monotonic()
            try:
                yield link
            finally:
                link.close()
            blind_since = link.last_heard_at
            wait = soonest if monotonic() - began > _LONG_ENOUGH else wait
        stop.wait(wait * random.uniform(0.5, 1.0))  # noqa: S311 - spreads load, guards nothing
        wait = min(latest, wait * 2)


def _try(address: Address, patience: Patience | None, blind_since: datetime | None) -> Link | None:
    try:
        link = Link(address, patience=patience, blind_since=blind_since)
    except LinkError as fault:
        _log.warning("no link to the exchange", reason=str(fault), blind_since=blind_since)
        return None
    _log.info("linked to the exchange", version=link.version, blind_since=blind_since)
    return link
