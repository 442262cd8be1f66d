"""What phrasings bring as it was measured last: a page shows it without asking two thousand questions."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.database import Base
from knowledge_base import worth
from knowledge_base.entries import Approval, Phrasing
from knowledge_base.worth import Build, Led, Worth


class MonthWorth(Base):
    """One row of the table; the fields are those of `Worth`."""

    __tablename__ = "phrasing_worth"
    month: Mapped[date] = mapped_column(primary_key=True)
    phrasings: Mapped[int]
    askings: Mapped[int]
    s1: Mapped[float]
    s5: Mapped[float]
    s1_without: Mapped[float]
    s5_without: Mapped[float]
    measured_at: Mapped[datetime]


def measure(session: Session, build: Build) -> tuple[list[Worth], list[Led]]:
    """Measure now; only reads. Takes an index a month and, for each, up to 2,000 searches."""
    askings = worth.kept(session)
    by_entry: dict[int, list[Phrasing]] = {}
    for row in session.scalars(select(Phrasing).where(Phrasing.approval == Approval.APPROVED)):
        by_entry.setdefault(row.entry_id, []).append(row)
    led = worth.led(askings, build(frozenset()), by_entry) if askings else []
    return worth.measure(askings, worth.learned(session), build), led


def keep(session: Session, worths: Iterable[Worth], led: Iterable[Led], *, at: datetime) -> None:
    """Keep a measurement in the place of the last one."""
    session.execute(delete(MonthWorth))
    session.add_all(MonthWorth(**vars(one), measured_at=at) for one in worths)
    led_now = {one.phrasing_id for one in led}
    gone = Phrasing.id.not_in(led_now), Phrasing.led_right + Phrasing.led_astray > 0
    session.execute(update(Phrasing).where(*gone).values(led_right=0, led_astray=0))
    for one in led:
        session.execute(update(Phrasing).where(Phrasing.id == one.phrasing_id)
                        .values(led_right=one.right, led_astray=one.astray))  # fmt: skip


def last(session: Session) -> Sequence[MonthWorth]:
    """The last measurement, the latest month first."""
    return session.scalars(select(MonthWorth).order_by(MonthWorth.month.desc())).all()


def measured_at(session: Session) -> datetime | None:
    return session.scalar(select(func.max(MonthWorth.measured_at)))
