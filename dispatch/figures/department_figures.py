"""What each department came to in some time: its rates, what it has overdue, and how callers were put through to it."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from dispatch.figures.figures import Share
from dispatch.figures.rates import Rate, counted, late
from dispatch.tickets import reach, worklist
from dispatch.tickets.handings import Handing
from dispatch.tickets.judged import bits_of
from dispatch.tickets.tickets import Ticket
from dispatch.transfers import transfer_list
from dispatch.transfers.transfers import State as TransferState
from dispatch.transfers.transfers import Transfer
from hotline.accounts.accounts import Account
from hotline.directory.departments import Department

NOTHING = Share(0, 0)


@dataclass(frozen=True)
class Span:
    """From a moment to the first one after; of one department where one is named."""

    since: datetime
    until: datetime
    department_id: int | None = None

    def holds(self, moment: InstrumentedAttribute[datetime]) -> ColumnElement[bool]:
        """Whether a column's moment lies in it."""
        return and_(moment >= self.since, moment < self.until)


@dataclass(frozen=True)
class Figures:
    """One department's. `handed`: how many matters came to it; `overdue`: what it is late with at this moment;
    what lies with the hotline or waits for the caller isn't its delay."""

    name: str
    department_id: int | None
    handed: int = 0
    rates: dict[Rate, Share] = field(default_factory=dict)
    overdue: int = 0
    transfers: Share = NOTHING


def of_departments(session: Session, span: Span, *, account: Account, at: datetime) -> list[Figures]:
    """The figures of each department of which this account sees any, by code; none where there is nothing to count."""
    handed, late = _handed(session, span, account, at), _late(session, span, account, at)
    put = _put(session, span, account)
    named = session.execute(select(Department.id, Department.name).where(
        Department.id.in_({*handed, *late, *put})).order_by(Department.code))  # fmt: skip
    return [
        Figures(name, key, *handed.get(key, (0, dict.fromkeys(Rate, NOTHING))), late.get(key, 0), put.get(key, NOTHING))
        for key, name in named
    ]


def sum_of(every: Sequence[Figures]) -> Figures:
    """All of them together, counted of the rows and not of the rates."""
    rates = {rate: _sum([one.rates[rate] for one in every]) for rate in Rate}
    return Figures("", None, sum(one.handed for one in every), rates, sum(one.overdue for one in every),
                   _sum([one.transfers for one in every]))  # fmt: skip


def listed(span: Span, *, account: Account, rate: Rate | None = None, part: bool = False,
           at: datetime) -> Select[Handing]:  # fmt: skip
    """The handings behind a figure, the latest first: all that a rate counts, or its part alone."""
    whole = joinedload(Handing.ticket), joinedload(Handing.department)
    query = select(Handing).options(*whole).where(within(span, account))
    if rate is not None:
        of = counted(rate, at=at)
        query = query.where(of.part if part else of.whole)
    return query.order_by(Handing.at.desc(), Handing.id.desc())


def within(span: Span, account: Account) -> ColumnElement[bool]:
    """The condition that picks the handings of a time that an account may count."""
    return and_(span.holds(Handing.at), _of(span, account, Handing))


def _handed(session: Session, span: Span, account: Account, at: datetime) -> dict[int, tuple[int, dict[Rate, Share]]]:
    """What is judged alike is counted together, for it is of few kinds: to ask each row for all rates takes longer."""
    alike = Handing.department_id, Handing.judged
    query = select(*alike, func.count()).where(within(span, account)).group_by(*alike)
    found: dict[int, Counter[int]] = defaultdict(Counter)
    for key, bits, many in session.execute(query):
        found[key][bits] = many
    also = _still_late(session, span, account, at)
    return {key: (own.total(), {rate: _share(own, rate, also.get(key, {}).get(rate, 0)) for rate in Rate})
            for key, own in found.items()}  # fmt: skip


def _share(own: Counter[int], rate: Rate, late: int) -> Share:
    part, whole = (sum(many for bits, many in own.items() if bits & bit) for bit in bits_of(rate))
    return Share(part, whole + late)


def _still_late(session: Session, span: Span, account: Account, at: datetime) -> dict[int, dict[Rate, int]]:
    """What the rates count besides of what stands."""
    of = late(at)
    query = select(Handing.department_id, *(func.count().filter(one) for one in of.values())).where(
        within(span, account), Handing.over_at.is_(None)).group_by(Handing.department_id)  # fmt: skip
    return {key: dict(zip(of, many, strict=True)) for key, *many in session.execute(query)}


def _late(session: Session, span: Span, account: Account, at: datetime) -> dict[int, int]:
    own = Ticket.department_id.is_not(None), worklist.late(at), _of(span, account, Ticket)
    query = select(Ticket.department_id, func.count()).where(*own).group_by(Ticket.department_id)
    return {int(key): int(many) for key, many in session.execute(query) if key is not None}


def _put(session: Session, span: Span, account: Account) -> dict[int, Share]:
    """Of the transfers that count for 转接成功率, those that reached a liaison."""
    reached = func.count().filter(Transfer.state == TransferState.CONNECTED)
    own = span.holds(Transfer.began_at), transfer_list.counted(), _of(span, account, Transfer)
    query = select(Transfer.department_id, reached, func.count()).where(*own).group_by(Transfer.department_id)
    return {key: Share(part, whole) for key, part, whole in session.execute(query)}


def _of(span: Span, account: Account, of: type[Handing] | type[Ticket] | type[Transfer]) -> ColumnElement[bool]:
    """Whose figures an account sees: a department its own, a county's office those of its county, the others all."""
    asked = of.department_id == span.department_id if span.department_id is not None else true()
    return and_(reach.departments_of(account, of.department_id), asked)


def _sum(shares: Sequence[Share]) -> Share:
    return Share(sum(s.part for s in shares), sum(s.whole for s in shares))
