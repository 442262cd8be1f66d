"""Departments that were reminded and haven't confirmed (催办): who of them saw it, whom to ring, and who was rung."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline import audit
from hotline.accounts.accounts import Account
from hotline.database import Base
from hotline.directory.departments import Department
from hotline.directory.liaisons import Liaison, duty_list
from hotline.settings import Settings
from hotline.times import local_day
from knowledge_base.reminders import Notice, latest, notices
from knowledge_base.things import things


class Ring(Base):
    """The office rang a department about its update; `reached`: somebody answered for it."""

    __tablename__ = "update_ring"
    id: Mapped[int] = mapped_column(primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
    reached: Mapped[bool]
    remark: Mapped[str] = mapped_column(String(200), default="")


@dataclass(frozen=True)
class Chased:
    """A department whose reminder stands. `rung`: the last call about it since that reminder."""

    department: Department
    notice: Notice
    liaisons: Sequence[Liaison]
    rung: Ring | None

    @property
    def seen(self) -> bool:
        return self.notice.reminder.seen_at is not None


def chased(session: Session, departments: Sequence[Department], *, settings: Settings, at: datetime) -> list[Chased]:
    """Those of the departments whose reminder stands, the one that is longest over first."""
    found = things(session, departments, at=at)
    stand = notices(latest(session), found, settings=settings, on=local_day(at))
    rung = {ring.department_id: ring for ring in session.scalars(select(Ring).order_by(Ring.id))}
    rows = [_chased(session, d, stand[d.id], rung.get(d.id)) for d in departments if d.id in stand]
    return sorted(rows, key=lambda row: (row.notice.due_on, row.department.code))


def ring(session: Session, department: Department, *, reached: bool, remark: str, by: Account, at: datetime) -> Ring:
    """Note that the department was rung about its update, and whether anybody answered."""
    row = Ring(department_id=department.id, at=at, by=by.login, reached=reached, remark=remark.strip()[:200])
    session.add(row)
    audit.note(session, "update.rung", by=by.login, at=at, about=("department", department.id),
               department=department.name, reached=reached, reason=row.remark)  # fmt: skip
    return row


def _chased(session: Session, department: Department, notice: Notice, rung: Ring | None) -> Chased:
    since = rung if rung is not None and rung.at >= notice.reminder.at else None
    return Chased(department, notice, duty_list(session, department.id), since)
