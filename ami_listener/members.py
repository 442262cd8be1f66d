"""Who takes calls is what operators said: where a queue of the exchange has it otherwise, it is told."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from ami_listener.seen import Member, Seen
from dispatch.calls.desk import Presence, Readiness
from dispatch.line import skilled
from dispatch.line.overflow import ORDINARY
from hotline.accounts.accounts import Account
from hotline.exchange import actions
from hotline.exchange.errors import ActionRefused
from hotline.exchange.link import Link
from hotline.exchange.names import phone

log = structlog.get_logger()


class Kind(StrEnum):
    """What can be done to a member of a queue."""

    ADD = "add"
    COUNT = "count"
    PAUSE = "pause"
    REMOVE = "remove"


@dataclass(frozen=True, order=True)
class Deed:
    """One thing to tell the exchange of a phone in a queue."""

    queue: str
    interface: str
    kind: Kind
    login: str = ""
    counts: int = 0
    paused: bool = False


def deeds(session: Session, seen: Seen, *, queue: str) -> Iterator[Deed]:
    """What is to be done so that every queue has those who said that they take its calls, as they said it. The exchange
    forgets its members at a restart."""
    wanted = _wanted(session, queue)
    for there, interface in sorted(seen.members.keys() - wanted.keys()):
        if there in skilled.queues(queue):
            yield Deed(there, interface, Kind.REMOVE)
    for place, (login, member) in sorted(wanted.items()):
        yield from _mended(place, login, member, seen.members.get(place))


def _mended(place: tuple[str, str], login: str, wanted: Member, there: Member | None) -> Iterator[Deed]:
    """`there`: how he stands in the queue now; None: he isn't there."""
    if there is None:
        yield Deed(*place, Kind.ADD, login=login, counts=wanted.counts)
    elif (there.counts == ORDINARY) != (wanted.counts == ORDINARY):
        yield Deed(*place, Kind.COUNT, counts=wanted.counts)
    if there is None or there.paused != wanted.paused:
        yield Deed(*place, Kind.PAUSE, paused=wanted.paused)


def _wanted(session: Session, queue: str) -> Mapping[tuple[str, str], tuple[str, Member]]:
    """By queue and phone: login, and how he is to stand there."""
    query = select(Account, Presence.state).join(Presence, Presence.account_id == Account.id)
    rows = session.execute(query.where(Presence.state != Readiness.AWAY, Account.extension != "", Account.active)).all()
    return {(one, phone(account.extension)): (account.login, Member(state != Readiness.READY, counts))
            for account, state in rows for one, counts in _queues(account, queue).items()}  # fmt: skip


def _queues(account: Account, queue: str) -> dict[str, int]:
    """The queues of what he can do, and what he counts in each."""
    mine, reserve = skilled.queues(queue, skilled.skills_of(account)), skilled.in_reserve(account)
    return {one: skilled.counts_in(one, queue, reserve=reserve) for one in mine}


def do(link: Link, wanted: Iterable[Deed]) -> None:
    """Tell the exchange; a phone that it refuses keeps no other from the queue."""
    for deed in wanted:
        try:
            _do(link, deed)
        except ActionRefused as refusal:
            log.warning("queue.not_mended", interface=deed.interface, reason=str(refusal))


def _do(link: Link, deed: Deed) -> None:
    match deed.kind:
        case Kind.ADD:
            actions.queue_add(link, deed.queue, deed.interface, member_name=deed.login, penalty=deed.counts)
        case Kind.COUNT:
            actions.queue_penalty(link, deed.interface, deed.counts, queue=deed.queue)
        case Kind.PAUSE:
            actions.queue_pause(link, deed.interface, paused=deed.paused, queue=deed.queue)
        case Kind.REMOVE:
            actions.queue_remove(link, deed.queue, deed.interface)
