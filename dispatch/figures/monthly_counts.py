"""What 附件9 counts: rows whose moment lies in a time and whose department is within an account's reach. What is
counted of the same rows by the same moment is counted in one look at them, however many times are asked for."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from dispatch.answering.decision import Channel
from dispatch.callbacks.places import Over, Place
from dispatch.calls.calls import Call, Outcome
from dispatch.calls.tellings import Telling
from dispatch.figures.department_figures import Span
from dispatch.figures.own_figures import narrowed
from dispatch.figures.rates import Rate, judged
from dispatch.tickets import reach
from dispatch.tickets.handings import Handing
from dispatch.tickets.tickets import Ticket
from dispatch.transfers import transfer_list
from dispatch.transfers.transfers import Transfer
from hotline.accounts.accounts import Account
from knowledge_base.entries import Entry, EntryVersion
from knowledge_base.ledger import Deed, LedgerRow

_Column = InstrumentedAttribute[Any]
_ONE = select(literal(1))


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows with a moment. `own`: which of them are an account's; None: they are the whole hotline's alone. `before`:
    whether those count, too, whose moment lies before the time."""

    query: Select[int]
    moment: _Column
    own: Callable[[Account], ColumnElement[bool]] | None
    before: bool = False

    def within(self, whole: Span, account: Account) -> Select[int]:
        """Those of this time, as far as the account reaches."""
        own = self.query.where(self.moment < whole.until)
        if not self.before:
            own = own.where(self.moment >= whole.since)
        return own.where(self.own(account)) if self.own else own


@dataclass(frozen=True)
class Count:
    """Which rows are counted of a time, of all those that are looked at for a longer one."""

    of: Rows
    which: Callable[[Span, Span], ColumnElement[bool]]


def counted(session: Session, counts: Mapping[str, Count], spans: Sequence[Span], *,
            account: Account) -> dict[str, Sequence[int | None]]:  # fmt: skip
    """By the same keys, what was counted in each of these times; None of what isn't this account's to count."""
    found: dict[str, Sequence[int | None]] = {key: (None,) * len(spans) for key in counts}
    whole = Span(min(span.since for span in spans), max(span.until for span in spans))
    own = {key: one for key, one in counts.items() if one.of.own or not narrowed(account)}
    for rows, some in groupby(sorted(own, key=lambda key: id(own[key].of)), key=lambda key: own[key].of):
        keys = list(some)
        which = [own[key].which(span, whole) for key in keys for span in spans]
        row = session.execute(rows.within(whole, account).with_only_columns(*map(func.count().filter, which))).one()
        found |= {key: row[n * len(spans) : (n + 1) * len(spans)] for n, key in enumerate(keys)}
    return found


def _held(of: Rows, *where: ColumnElement[bool]) -> Count:
    """What lies in all that is looked at is not asked where it lies: of a year's calls that takes longer."""

    def which(span: Span, whole: Span) -> ColumnElement[bool]:
        later = of.moment >= span.since if span.since > whole.since else true()
        earlier = of.moment < span.until if span.until < whole.until else true()
        return and_(later, earlier, *where)

    return Count(of, which)


def _of(department: _Column) -> Callable[[Account], ColumnElement[bool]]:
    return lambda account: reach.departments_of(account, department)


def _of_entry(account: Account) -> ColumnElement[bool]:
    """Of a telling: the department is its entry's; where all are counted no entry is looked at."""
    own = select(Entry.id).where(reach.departments_of(account, Entry.department_id))
    return Telling.entry_id.in_(own) if narrowed(account) else true()


_IN_VAIN = Outcome.ABANDONED, Outcome.HUNG_UP, Outcome.PLACE_KEPT
_RUNG = select(Place.call_id).where(Place.over == Over.ANSWERED)
_HEARD = Call.direction == "in", or_(~Call.outcome.in_(_IN_VAIN), Call.id.in_(_RUNG))
_CALLS = Rows(_ONE.select_from(Call).where(*_HEARD), Call.began_at, None)
_COVERED = Telling.channel != Channel.WEB, Telling.authorisation_id.is_not(None)
_TOLD = Rows(_ONE.select_from(Telling).where(*_COVERED), Telling.at, _of_entry)
_TRANSFERS = Rows(_ONE.select_from(Transfer).where(transfer_list.counted()), Transfer.began_at,
                  _of(Transfer.department_id))  # fmt: skip
_HANDED = Rows(_ONE.select_from(Handing).where(judged(Rate.RETURNED).whole), Handing.at, _of(Handing.department_id))
_ANSWERED, _OVER = (Rows(_ONE.select_from(Handing), moment, _of(Handing.department_id))
                    for moment in (Handing.answered_at, Handing.over_at))  # fmt: skip
_OF_WEB = Ticket.source == "web"
_ASKED = Rows(_ONE.select_from(Ticket).where(_OF_WEB), Ticket.intake_at, _of(Ticket.department_id))
_REPLIED = Rows(_ONE.select_from(Handing).join(Handing.ticket).where(_OF_WEB), Handing.answered_at,
                _of(Handing.department_id))  # fmt: skip
_VERSIONS = _ONE.select_from(EntryVersion).join(Entry, Entry.id == EntryVersion.entry_id)
_PUBLISHED = Rows(_VERSIONS, EntryVersion.published_at, _of(Entry.department_id))
_STANDING = Rows(_VERSIONS, EntryVersion.published_at, _of(Entry.department_id), before=True)
_LEDGER = Rows(_ONE.select_from(LedgerRow), LedgerRow.at, _of(LedgerRow.department_id))


def answered() -> Count:
    """Calls that were not given up; whose place was kept once he was spoken with when his turn came, for who rings
    again himself is another call. Of the whole hotline alone: a call belongs to no department."""
    return _held(_CALLS)


def told() -> Count:
    """Answers that an authorisation covered, by machine or operator."""
    return _held(_TOLD)


def transfers(*where: ColumnElement[bool]) -> Count:
    """Those that count for 转接成功率."""
    return _held(_TRANSFERS, *where)


def handed() -> Count:
    """Matters that were handed to a department (those that it may return), by the day of handing."""
    return _held(_HANDED)


def finished(*where: ColumnElement[bool]) -> Count:
    """Matters at a department, by the day of its answer."""
    return _held(_ANSWERED, *where)


def over(*where: ColumnElement[bool]) -> Count:
    """The same by the day of its end."""
    return _held(_OVER, *where)


def replied() -> Count:
    """Questions from the web that a department answered, by the day of its answer."""
    return _held(_REPLIED)


def asked() -> Count:
    """Questions from the web."""
    return _held(_ASKED)


def published(*, first: bool) -> Count:
    """Answers that were published: an entry's first, or one that took the place of another."""
    before = aliased(EntryVersion)
    replaced = exists().where(before.entry_id == EntryVersion.entry_id, before.published_at < EntryVersion.published_at)
    return _held(_PUBLISHED, ~replaced if first else replaced)


def standing() -> Count:
    """Answers that stood at the end of the time."""
    published, ended = EntryVersion.published_at, EntryVersion.ended_at
    return Count(_STANDING, lambda span, _: and_(published < span.until, or_(ended.is_(None), ended >= span.until)))


def reviews(deeds: Iterable[Deed]) -> Count:
    """Deeds of secrecy reviewers."""
    return _held(_LEDGER, LedgerRow.deed.in_(sorted(deeds)))
