"""答复模板: sentences that a department uses again and again in its replies; each department has its own."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from dispatch.tickets.steps import ReferralError
from hotline import audit
from hotline.accounts.accounts import Account
from hotline.database import Base

LONGEST_NAME, LONGEST, MOST = 40, 2000, 50


class ReplyTemplate(Base):
    """One text of a department under the name that its people know it by."""

    __tablename__ = "reply_template"
    __table_args__ = (UniqueConstraint("department_id", "name"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    department_id: Mapped[int] = mapped_column(ForeignKey("department.id"))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]


def of(session: Session, account: Account) -> Sequence[ReplyTemplate]:
    """Those of the account's own department, by name."""
    own = select(ReplyTemplate).where(ReplyTemplate.department_id == account.department_id)
    return session.scalars(own.order_by(ReplyTemplate.name)).all() if account.department_id else ()


def one(session: Session, template_id: int, account: Account) -> ReplyTemplate | None:
    """The template, if it is his department's."""
    row = session.get(ReplyTemplate, template_id)
    return row if row is not None and row.department_id == account.department_id else None


def write(session: Session, *, name: str, text: str, by: Account, at: datetime) -> ReplyTemplate:
    """A new one, or the one of that name anew."""
    name, text = name.strip(), text.strip()
    if not name or len(name) > LONGEST_NAME or not text or len(text) > LONGEST:
        raise ReferralError(f"请填写名称（最多{LONGEST_NAME}字）和内容（最多{LONGEST}字）")
    if by.department_id is None:
        raise ReferralError("只有承办单位有答复模板")
    row = session.scalar(select(ReplyTemplate).where(
        ReplyTemplate.department_id == by.department_id, ReplyTemplate.name == name))  # fmt: skip
    if row is None:
        _room(session, by.department_id)
        row = ReplyTemplate(department_id=by.department_id, name=name)
        session.add(row)
    row.text, row.by, row.at = text, by.login, at
    session.flush()
    audit.note(session, "reply_template.written", by=by.login, at=at, about=("reply_template", str(row.id)), name=name)
    return row


def _room(session: Session, department_id: int) -> None:
    there = select(func.count()).select_from(ReplyTemplate).where(ReplyTemplate.department_id == department_id)
    if (session.scalar(there) or 0) >= MOST:
        raise ReferralError(f"每个单位最多{MOST}个答复模板")


def remove(session: Session, row: ReplyTemplate, *, by: Account, at: datetime) -> None:
    """Take it away; replies that were made with it stay as they are."""
    session.delete(row)
    audit.note(session, "reply_template.removed", by=by.login, at=at, about=("reply_template", str(row.id)),
               name=row.name)  # fmt: skip
