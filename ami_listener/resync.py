"""After every gap: what lives at the exchange is compared with what we believe, and we believe the exchange."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from ami_listener.handlers import handle
from ami_listener.messages import Device
from dispatch import desk
from dispatch.calls import Call
from dispatch.desk import Presence, Readiness
from dispatch.endings import end_call
from dispatch.line import skilled
from dispatch.line.overflow import ORDINARY
from dispatch.telephone import extension_of, phone
from hotline.accounts.accounts import Account
from hotline.database import Database
from hotline.exchange import actions
from hotline.exchange.errors import ActionRefused
from hotline.exchange.link import Link
from hotline.settings import Settings
from hotline.times import now

YOUNG = timedelta(seconds=10)  # a call this young may not be among the channels yet
log = structlog.get_logger()


def resynchronise(link: Link, *, settings: Settings, database: Database) -> None:
    """Bring calls, queue and phones in line with the exchange."""
    lives = live_call_ids(link)
    queues = skilled.queues(settings.queue)
    members = {(row["Queue"], row["Location"]): int(row.get("Penalty") or 0) for row in actions.queue_status(link)
               if row["Event"] == "QueueMember"}  # fmt: skip
    phones = actions.device_states(link)
    with database.writing() as session:
        ended = end_vanished(session, lives, settings=settings, at=now())
        for device, state in phones.items():
            if device.startswith("PJSIP/8"):
                list(handle(session, Device(extension_of(device), state), settings=settings, at=now()))
        wanted = _signed_on(session, settings.queue)
    for queue in queues:
        there = {interface: counts for (of, interface), counts in members.items() if of == queue}
        _mend_queue(link, queue, there, {i: one for i, one in wanted.items() if queue in one.queues})
    log.info("resynchronised", live=len(lives), ended=ended, members=len(wanted))


def live_call_ids(link: Link) -> set[str]:
    """Our ids of the calls that have a channel."""
    return {row["AccountCode"] for row in actions.core_show_channels(link) if row.get("AccountCode")}


def end_vanished(session: Session, lives: set[str], *, settings: Settings, at: datetime) -> int:
    """End the calls that have no channel any more; how many."""
    query = select(Call.id).where(Call.ended_at.is_(None), Call.began_at < at - YOUNG, Call.id.not_in(lives))
    vanished = list(session.scalars(query))
    for call_id in vanished:
        end_call(session, call_id, settings=settings, at=at)
    return len(vanished)


@dataclass(frozen=True)
class _Member:
    """An operator who has signed on, as the exchange should have him."""

    login: str
    paused: bool
    queues: dict[str, int]  # what he counts in each


def _signed_on(session: Session, queue: str) -> dict[str, _Member]:
    query = select(Account, Presence).join(Presence, Presence.account_id == Account.id)
    rows = session.execute(query.where(Presence.state != Readiness.AWAY, Account.extension != "", Account.active))
    return {phone(a.extension): _Member(a.login, p.state != desk.Readiness.READY, _queues(a, queue)) for a, p in rows}


def _queues(account: Account, queue: str) -> dict[str, int]:
    mine, reserve = skilled.queues(queue, skilled.skills_of(account)), skilled.in_reserve(account)
    return {one: skilled.counts_in(one, queue, reserve=reserve) for one in mine}


def _mend_queue(link: Link, queue: str, members: dict[str, int], wanted: dict[str, _Member]) -> None:
    """The exchange forgets its members at a restart; operators who said they are ready are put back."""
    for interface in members.keys() | wanted.keys():
        try:
            _mend_member(link, queue, interface, wanted.get(interface), members.get(interface))
        except ActionRefused as refusal:
            log.warning("queue.not_mended", interface=interface, reason=str(refusal))


def _mend_member(link: Link, queue: str, interface: str, wanted: _Member | None, counts: int | None) -> None:
    """`counts`: what he counts there now; None: he isn't there."""
    if wanted is None:
        actions.queue_remove(link, queue, interface)
        return
    if counts is None:
        actions.queue_add(link, queue, interface, member_name=wanted.login, penalty=wanted.queues[queue])
    elif (counts == ORDINARY) != (wanted.queues[queue] == ORDINARY):
        actions.queue_penalty(link, interface, wanted.queues[queue], queue=queue)
    actions.queue_pause(link, interface, paused=wanted.paused, queue=queue)
