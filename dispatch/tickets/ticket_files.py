"""Files of a ticket: what a department, or the hotline, puts to it; in the history by name, in the trail by hash."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.tickets import reach
from dispatch.tickets.history import write_step
from dispatch.tickets.states import State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Ticket
from hotline import audit, files
from hotline.accounts.accounts import Account
from hotline.accounts.roles import DEPARTMENTAL
from hotline.cabinet import cabinet
from hotline.database import Base
from hotline.files import FileRefused, KeptFile
from hotline.settings import Settings

ADDED, REMOVED = "file_added", "file_removed"  # in the ticket's history
OPEN = frozenset({State.TO_DISPATCH, State.TO_ACCEPT, State.IN_HAND, State.NEEDS_FACTS, State.TO_CHECK})


class TicketFile(Base):
    """One file of a ticket. What the hotline put there may tell who the caller is."""

    __tablename__ = "ticket_file"
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(80))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"))  # none: the hotline's own
    removed_at: Mapped[datetime | None]


def of(session: Session, ticket: Ticket, *, account: Account) -> Sequence[TicketFile]:
    """The files that this account, which reaches the ticket, may have: what the hotline put to a matter whose caller
    is not to be known stays with the hotline."""
    query = select(TicketFile).where(TicketFile.ticket_id == ticket.id, TicketFile.removed_at.is_(None))
    if not reach.sees_caller(session, ticket, account=account):
        query = query.where(TicketFile.department_id.is_not(None))
    return session.scalars(query.order_by(TicketFile.id)).all()


@dataclass(frozen=True)
class Content:
    """One file as a case holds it: its row, its name there, and its bytes; none where it isn't kept as it was noted."""

    row: TicketFile
    name: str
    whole: bytes | None


def contents(session: Session, ticket: Ticket, *, account: Account, settings: Settings) -> list[Content]:
    """What a case taken out by this account holds of them; KeyMissing where the key of one is."""
    rows, there = of(session, ticket, account=account), cabinet(settings)
    return [Content(row, f"files/{row.id}-{row.name}", there.whole(row.sha256)) for row in rows]


def gone(rows: Sequence[TicketFile], *, settings: Settings) -> set[int]:
    """Those whose file lies there no more, by their ids."""
    return {row.id for row in rows if not cabinet(settings).has(row.sha256)}


def may_add(ticket: Ticket, account: Account) -> bool:
    """Whether he may put a file to it: while it is open, the department in charge and the hotline's own."""
    own = account.role in DEPARTMENTAL and account.department_id == ticket.department_id
    return ticket.state in OPEN and (own or reach.inside(account))


def fit(session: Session, ticket: Ticket, name: str, *, by: Account, settings: Settings) -> None:
    """ReferralError when no file of this name can be put to the ticket now; asked before it is kept, and again then."""
    if not may_add(ticket, by):
        raise ReferralError("现在不能给该工单添加附件")
    beside = {one.name for one in of(session, ticket, account=by)}  # what he may not see is not told by a refusal
    try:
        files.fit(name, beside=beside, settings=settings)
    except FileRefused as refused:
        raise ReferralError(str(refused)) from None


def add(session: Session, ticket: Ticket, kept: KeptFile, *, by: Account, settings: Settings,
        at: datetime) -> TicketFile:  # fmt: skip
    """Put a file that is kept to the ticket; ReferralError when it can't be."""
    fit(session, ticket, kept.name, by=by, settings=settings)
    row = TicketFile(ticket_id=ticket.id, name=kept.name, media_type=kept.media_type, size=kept.size,
                     sha256=kept.sha256, by=by.login, at=at, department_id=_house_of(by))  # fmt: skip
    session.add(row)
    _noted(session, ticket, ADDED, row, by=by, at=at)
    return row


def remove(session: Session, ticket: Ticket, file_id: int, *, by: Account, at: datetime) -> None:
    """Take a file from the ticket: those who put it there may, while the ticket is open. That it was there stays in
    the history."""
    row = next((one for one in of(session, ticket, account=by) if one.id == file_id), None)
    if row is None:
        raise ReferralError("该附件不存在")
    if not may_add(ticket, by) or row.department_id != _house_of(by):
        raise ReferralError("只有添加附件的单位可以删除")
    row.removed_at = at
    _noted(session, ticket, REMOVED, row, by=by, at=at)


def _house_of(account: Account) -> int | None:
    """Whose a file is that he puts there: his department's, or the hotline's own."""
    return None if reach.inside(account) else account.department_id


def _noted(session: Session, ticket: Ticket, deed: str, row: TicketFile, *, by: Account, at: datetime) -> None:
    told = row.name if row.department_id else ""  # the hotline's own may tell who the caller is
    write_step(session, ticket, deed, by=by.login, source=ticket.state, at=at, why=told)
    audit.note(session, f"ticket.{deed}", by=by.login, at=at, about=("ticket", ticket.number), sha256=row.sha256)
