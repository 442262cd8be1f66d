"""Who listens in to a call is hung up as soon as its matter is one that nobody may listen in to."""

from contextlib import suppress
from datetime import datetime

import structlog

from ami_listener.seen import Channel, Seen
from dispatch.calls import listening_in
from dispatch.calls.calls import Call
from hotline.database import Database
from hotline.exchange import actions
from hotline.exchange.errors import ActionRefused
from hotline.exchange.link import Link
from hotline.exchange.names import extension_of

log = structlog.get_logger()


def cut_off(link: Link, seen: Seen, *, database: Database, at: datetime) -> None:
    """Look whom that concerns; it is noted, and then he is hung up."""
    for channel, call_id in _listening(seen):
        if _noted(database, call_id, channel, at):
            log.info("listening_in.cut", call_id=call_id, channel=channel.name)
            with suppress(ActionRefused):  # he hung up himself
                actions.hangup(link, channel.name)


def _listening(seen: Seen) -> list[tuple[Channel, str]]:
    """Who listens in, and to which call."""
    calls = {channel.name: channel.call_id for channel in seen.channels}
    return [(channel, calls[channel.spied]) for channel in seen.channels if calls.get(channel.spied)]


def _noted(database: Database, call_id: str, channel: Channel, at: datetime) -> bool:
    """Whether he is to be hung up; then it is noted."""
    with database.reading() as session:
        call = session.get(Call, call_id)
        if call is None or not listening_in.is_secret(session, call):
            return False
    with database.writing() as session:
        call = session.get_one(Call, call_id)
        listening_in.cut_off(session, call, extension=extension_of(channel.name), at=at)
    return True
