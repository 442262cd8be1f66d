"""Liaisons: whom a department sends to the telephone, A before B before the section's."""

from enum import StrEnum

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.database import Base


class Position(StrEnum):
    """The order in which liaisons are tried."""

    A = "A"
    B = "B"
    SECTION = "section"


class Liaison(Base):
    """A person of a department who takes calls and tickets for it."""

    __tablename__ = "liaison"
    id: Mapped[int] = mapped_column(primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    position: Mapped[Position] = mapped_column(String(10))
    phone: Mapped[str] = mapped_column(String(30))
    section: Mapped[str] = mapped_column(String(60), default="")


def duty_list(session: Session, department_id: int) -> list[Liaison]:
    """The department's liaisons in the order they are tried."""
    rows = session.scalars(select(Liaison).where(Liaison.department_id == department_id)).all()
    order = list(Position)
    return sorted(rows, key=lambda row: (order.index(Position(row.position)), row.id))
