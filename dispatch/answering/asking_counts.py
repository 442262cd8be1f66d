"""How often each entry is asked: what callers were told, and what was confirmed and not told, added up as it comes.

Titles are read out, lists stand, and what is equally near is found, in this order. Only what is new is looked at, and
only the entries that it speaks of are written; what counts stood with them before (those of the demonstration) stay."""

from collections import Counter, defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Mapped, Session, aliased, mapped_column

from dispatch.calls.calls import Call, CallStep, Step
from dispatch.calls.tellings import Telling
from hotline.database import Base, insert_into
from knowledge_base.asked import Asked, Found
from knowledge_base.entries import Entry

AT_ONCE = 200
"""Tellings, and askings, of one transaction: others write too."""
OVER = timedelta(hours=1)
"""So long after it a call is over, and what its caller asked is noted as it went."""
BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
Meant = Collection[tuple[int, str]]


class AskingCounted(Base):
    """The one row that says until when askings have been counted."""

    __tablename__ = "asking_counted"
    id: Mapped[int] = mapped_column(primary_key=True)
    until: Mapped[datetime]


@dataclass(frozen=True)
class Stretch:
    """What was asked after one moment up to another, by entry; `whole`: no more may be counted yet."""

    since: datetime
    until: datetime
    counts: Counter[int]
    whole: bool


def uncounted(session: Session, *, at: datetime) -> Stretch:
    """The next stretch that is to be counted: one call that asks for an entry, by whichever ways, asks for it once."""
    since = session.scalar(select(AskingCounted.until).where(AskingCounted.id == 1)) or BEGINNING
    until = _end(session, since, limit=at - OVER)
    pairs = {*_told(session, since, until), *_chosen(session, since, until)}
    return Stretch(since, until, Counter(entry for entry, _ in pairs), until >= at - OVER)


def count(session: Session, stretch: Stretch) -> None:
    """Add it to the entries; nothing where somebody else has counted it meanwhile."""
    begun = insert_into(session, AskingCounted).values(id=1, until=BEGINNING).on_conflict_do_nothing()
    session.execute(begun)
    mine = update(AskingCounted).where(AskingCounted.id == 1, AskingCounted.until == stretch.since)
    if session.scalar(mine.values(until=stretch.until).returning(AskingCounted.id)) is None:
        return
    alike: defaultdict[int, list[int]] = defaultdict(list)
    for entry_id, times in stretch.counts.items():
        alike[times].append(entry_id)
    for times, ids in alike.items():
        more = update(Entry).where(Entry.id.in_(ids)).values(asked=Entry.asked + times)
        session.execute(more.execution_options(synchronize_session=False))


def _end(session: Session, since: datetime, *, limit: datetime) -> datetime:
    """Where the stretch ends: with the last telling, or asking, that is taken at once."""
    found = [limit]
    for column in (Telling.at, Asked.at):
        after = select(column).where(column > since, column <= limit).order_by(column)
        found += session.scalars(after.offset(AT_ONCE - 1).limit(1)).all()
    return max(since, min(found))


def _told(session: Session, since: datetime, until: datetime) -> Meant:
    """What callers were told who asked for it: not who was rung, nor who heard it in the queue without asking."""
    before = aliased(Telling)
    again = select(before.id).where(before.call_id == Telling.call_id, before.entry_id == Telling.entry_id,
                                    before.at <= since, ~_unasked(before))  # fmt: skip
    query = select(Telling.entry_id, Telling.call_id).join(Call, Call.id == Telling.call_id)
    query = query.where(Telling.at > since, Telling.at <= until, Call.direction == "in",
                        ~_unasked(Telling), ~again.exists())  # fmt: skip
    return [(entry, call_id) for entry, call_id in session.execute(query)]


def _unasked(telling: type[Telling]) -> ColumnElement[bool]:
    """Told as an urgent topic to who waits: noted in the call's timeline so, at the same moment."""
    noted = select(CallStep.id).where(CallStep.call_id == telling.call_id, CallStep.at == telling.at)
    return noted.where(CallStep.kind == Step.NOTICE).exists()


def _chosen(session: Session, since: datetime, until: datetime) -> Meant:
    """What was confirmed as meant and not told in that call: on the web, or where who is in charge was named."""
    told = select(Telling.id).where(Telling.call_id == Asked.call_id, Telling.entry_id == Asked.entry_id)
    query = select(Asked.entry_id, Asked.call_id, Asked.id).where(
        Asked.at > since, Asked.at <= until, Asked.found == Found.CHOSEN, Asked.entry_id.is_not(None), ~told.exists())
    return [(entry, call_id or f"web:{number}") for entry, call_id, number in session.execute(query)
            if entry is not None]  # fmt: skip
