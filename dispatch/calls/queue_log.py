"""The exchange's own book of its queues: who waited, at which rank and how long, who was rung, who took calls when.

Each line is a row of its own, whoever else saw what it tells. Of calls it says what CEL doesn't; a ring that nobody of
ours saw becomes one (`rings`)."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.calls import desk, reading_on, rings
from dispatch.calls.queue_events import QueueEvent
from dispatch.calls.queue_lines import RINGS, Kind, Written, understood
from dispatch.calls.reading_on import Line, Stretch
from hotline.accounts.accounts import Account
from hotline.exchange.names import extension_of
from hotline.settings import Settings

BOOK = "queue_log"


def read(session: Session, path: Path, *, settings: Settings, before: datetime | None = None) -> Stretch[Written]:
    """The next lines of a file, but for those that are younger than `before`."""
    return reading_on.read_on(session, path, node=settings.exchange_node, book=BOOK, understood=understood,
                              moment=lambda written: written.at, before=before)  # fmt: skip


def note(session: Session, stretch: Stretch[Written], *, settings: Settings) -> None:
    """Note what the lines tell, and how far we have read; nothing when somebody else has read on meanwhile."""
    node = settings.exchange_node
    if not reading_on.move_on(session, stretch, node=node):
        return
    lines = _unknown(session, stretch, node)
    calls, people = _calls(session, lines, node), _people(session, {line.told.agent for line in lines})
    for line in lines:
        told, account = line.told, people.get(line.told.agent)
        row = QueueEvent(
            node=node, file=stretch.file, position=line.begins, at=told.at, kind=told.kind, queue=told.queue,
            uniqueid=told.uniqueid, call_id=calls.get(told.uniqueid), agent=account.login if account else told.agent,
            rank=told.rank, seconds=told.seconds, said=told.said,
        )  # fmt: skip
        if told.kind in RINGS and account is not None and row.call_id:
            row.offer_id = rings.note(session, told, call_id=row.call_id, account=account)
        session.add(row)


def _unknown(session: Session, stretch: Stretch[Written], node: str) -> list[Line[Written]]:
    """Nearly always all of them; others where a file that has lost its end is read again."""
    places = [line.begins for line in stretch.lines]
    query = select(QueueEvent.position, QueueEvent.at).where(
        QueueEvent.node == node, QueueEvent.file == stretch.file, QueueEvent.position.in_(places))  # fmt: skip
    known = {(position, at) for position, at in session.execute(query)}
    return [line for line in stretch.lines if (line.begins, line.told.at) not in known]


def _calls(session: Session, lines: Sequence[Line[Written]], node: str) -> dict[str, str]:
    """The calls that channels belong to, as was told when they entered."""
    channels = {line.told.uniqueid for line in lines} - {""}
    query = select(QueueEvent.uniqueid, QueueEvent.call_id).where(
        QueueEvent.node == node, QueueEvent.uniqueid.in_(channels), QueueEvent.kind == Kind.ENTERED)  # fmt: skip
    before = {uniqueid: call_id for uniqueid, call_id in session.execute(query) if call_id}
    return before | {line.told.uniqueid: line.told.call_id for line in lines if line.told.call_id}


def _people(session: Session, names: Iterable[str]) -> dict[str, Account]:
    """Operators by what the exchange calls them: their login, or their telephone."""
    found = {name: _operator(session, name) for name in names if name}
    return {name: account for name, account in found.items() if account is not None}


def _operator(session: Session, name: str) -> Account | None:
    if "/" in name:
        return desk.operator_at(session, extension_of(name))
    return session.scalar(select(Account).where(Account.login == name))
