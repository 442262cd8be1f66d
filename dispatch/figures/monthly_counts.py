"""What 附件9 counts: rows whose moment lies in a time and whose department is within an account's reach."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from dispatch.answering.decision import Channel
from dispatch.calls.calls import Call, Outcome
from dispatch.calls.tellings import Telling
from dispatch.figures.department_figures import Span
from dispatch.figures.own_figures import narrowed
from dispatch.tickets import reach
from dispatch.tickets.handings import Handing
from dispatch.tickets.tickets import Ticket
from dispatch.transfers import transfer_list
from dispatch.transfers.transfers import Transfer
from hotline.accounts.accounts import Account
from knowledge_base.entries import Entry, EntryVersion
from knowledge_base.ledger import Deed, LedgerRow

Count = Callable[[Session, Span, Account], int | None]
_Moment = InstrumentedAttribute[Any]
_MANY = select(func.count())
_TOLD = _MANY.select_from(Telling).join(Entry, Entry.id == Telling.entry_id)
_HANDED = _MANY.select_from(Handing)
_PUBLISHED = _MANY.select_from(EntryVersion).join(Entry, Entry.id == EntryVersion.entry_id)


def answered(session: Session, span: Span, account: Account) -> int | None:
    """Calls that were not given up; of the whole hotline alone, for a call belongs to no department."""
    if narrowed(account):
        return None
    given_up = Call.outcome.in_((Outcome.ABANDONED, Outcome.HUNG_UP))
    query = _MANY.select_from(Call).where(span.holds(Call.began_at), Call.direction == "in", ~given_up)
    return session.scalar(query) or 0


def told() -> Count:
    """Answers that an authorisation covered, by machine or operator."""
    return _counted(_TOLD, Telling.at, Entry.department_id, Telling.channel != Channel.WEB,
                    Telling.authorisation_id.is_not(None))  # fmt: skip


def transfers(*where: ColumnElement[bool]) -> Count:
    """Those that count for 转接成功率."""
    return _counted(_MANY.select_from(Transfer), Transfer.began_at, Transfer.department_id, transfer_list.counted(),
                    *where)  # fmt: skip


def handings(moment: _Moment, *where: ColumnElement[bool]) -> Count:
    """Matters at a department, by the day of handing, of its answer, or of its end."""
    return _counted(_HANDED, moment, Handing.department_id, *where)


def replied() -> Count:
    """Questions from the web that a department answered, by the day of its answer."""
    return _counted(_HANDED.join(Handing.ticket), Handing.answered_at, Handing.department_id, Ticket.source == "web")


def asked() -> Count:
    """Questions from the web."""
    return _counted(_MANY.select_from(Ticket), Ticket.intake_at, Ticket.department_id, Ticket.source == "web")


def published(*, first: bool) -> Count:
    """Answers that were published: an entry's first, or one that took the place of another."""
    before = aliased(EntryVersion)
    replaced = exists().where(before.entry_id == EntryVersion.entry_id, before.published_at < EntryVersion.published_at)
    return _counted(_PUBLISHED, EntryVersion.published_at, Entry.department_id, ~replaced if first else replaced)


def reviews(*deeds: Deed) -> Count:
    """Deeds of secrecy reviewers."""
    return _counted(_MANY.select_from(LedgerRow), LedgerRow.at, LedgerRow.department_id, LedgerRow.deed.in_(deeds))


def standing(session: Session, span: Span, account: Account) -> int:
    """Answers that stood at the end of the time."""
    ends = or_(EntryVersion.ended_at.is_(None), EntryVersion.ended_at >= span.until)
    own = EntryVersion.published_at < span.until, ends, reach.departments_of(account, Entry.department_id)
    return session.scalar(_PUBLISHED.where(*own)) or 0


def _counted(query: Select[int], moment: _Moment, department: InstrumentedAttribute[Any],
             *where: ColumnElement[bool]) -> Count:  # fmt: skip
    def count(session: Session, span: Span, account: Account) -> int:
        own = span.holds(moment), reach.departments_of(account, department)
        return session.scalar(query.where(*own, *where)) or 0

    return count
