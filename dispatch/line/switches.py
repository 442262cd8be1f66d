"""Self-service by dialled number and by hour: the office's rows, of which the first that fits decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.line.errors import LineRuleError
from hotline import audit, phones
from hotline.calendar.hours import Hours, HoursError, read_hours
from hotline.database import Base
from hotline.settings import Settings


class LineSwitch(Base):
    """What the machine may do for who dials a number at some hours; ended rows are its history."""

    __tablename__ = "line_switch"
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(24), default="")  # the number dialled; empty: any
    hours: Mapped[str] = mapped_column(String(80), default="")  # 1-5 08:30-18:00; empty: always
    self_service: Mapped[bool]
    keypad_initials: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(60), default="")


@dataclass(frozen=True)
class Machine:
    """What the machine may do in a call."""

    self_service: bool
    keypad_initials: bool


@dataclass(frozen=True)
class Switch:
    """A row, ready to be held against a call."""

    number: str
    hours: Hours | None
    machine: Machine

    def fits(self, dialled: str, at: datetime) -> bool:
        """Whether it speaks of a call to that number at that moment."""
        mine = not self.number or dialled.removeprefix(phones.AREA_CODE) == self.number
        return mine and (self.hours is None or self.hours.holds(at))


def machine(switches: Sequence[Switch], *, dialled: str, at: datetime, settings: Settings) -> Machine:
    """What the first row that fits says; where none does, what the settings say."""
    number = phones.normalise(dialled)
    usual = Machine(settings.self_service, settings.keypad_initials)
    return next((switch.machine for switch in switches if switch.fits(number, at)), usual)


def standing(session: Session) -> list[LineSwitch]:
    """The rows in force: of a number before of any, at some hours before always, the newest first."""
    rows = session.scalars(select(LineSwitch).where(LineSwitch.ended_at.is_(None)).order_by(LineSwitch.id.desc()))
    return sorted(rows, key=lambda row: (not row.number, not row.hours))


def ready(row: LineSwitch) -> Switch:
    """The row as it is held against calls."""
    return Switch(row.number, read_hours(row.hours) if row.hours else None,
                  Machine(row.self_service, row.keypad_initials))  # fmt: skip


def add(session: Session, *, number: str, hours: str, self_service: bool, keypad_initials: bool, reason: str, by: str,
        at: datetime) -> LineSwitch:
    """Switch the machine on or off for a number, at some hours."""
    if len(reason.strip()) < 2:
        raise LineRuleError("请填写原因")
    own = phones.normalise(number).removeprefix(phones.AREA_CODE)
    if number.strip() and not own:
        raise LineRuleError("被叫号码应为数字，如 96128；适用于所有号码则留空")
    row = LineSwitch(number=own, hours=_hours(hours), self_service=self_service, keypad_initials=keypad_initials,
                     reason=reason.strip()[:200], by=by, at=at)  # fmt: skip
    session.add(row)
    session.flush()
    audit.note(session, "line.switched", by=by, at=at, about=("switch", row.id), reason=row.reason, number=own,
               hours=row.hours, self_service=self_service, keypad_initials=keypad_initials)  # fmt: skip
    return row


def end(session: Session, row: LineSwitch, *, by: str, at: datetime) -> None:
    """The row no longer holds; what the next one or the settings say, does."""
    if row.ended_at is not None:
        raise LineRuleError("该规则已经停用")
    row.ended_at, row.ended_by = at, by
    audit.note(session, "line.unswitched", by=by, at=at, about=("switch", row.id))


def _hours(given: str) -> str:
    line = given.replace("：", ":").replace("，", ",").strip()
    try:
        spans = read_hours(line).spans
        fits = all(s.opens < s.closes <= 24 * 60 and s.days and s.days <= set(range(1, 8)) for s in spans)
    except HoursError:
        fits = False
    if not fits:
        raise LineRuleError("时间应写成 1-5 08:30-18:00,6 09:00-12:00；全天适用则留空")
    return line[:80]
