"""Phrasings in people's hands: proposed for an entry, approved or refused by another, retired when they lead astray."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import audit
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission
from knowledge_base import hands
from knowledge_base.entries import Approval, Entry, Phrasing
from knowledge_base.transitions import LifeError

LONGEST = 128


def propose(session: Session, entry: Entry, text: str, *, by: Account, at: datetime) -> Phrasing:
    """Put a phrasing on the list; it is found by nobody before somebody else approves it."""
    _within_reach(by, entry)
    text = text.strip()
    if not by.may(Permission.WRITE_ENTRY):
        raise LifeError("您的角色不能添加问法")
    if not 2 <= len(text) <= LONGEST:
        raise LifeError(f"问法须为2至{LONGEST}个字")
    known = session.scalar(select(Phrasing).where(Phrasing.entry_id == entry.id, Phrasing.text == text))
    if text == entry.question or (known is not None and known.approval in (Approval.PROPOSED, Approval.APPROVED)):
        raise LifeError("该问法已存在")
    row = known or Phrasing(entry_id=entry.id, text=text)
    row.approval, row.source, row.proposed_at, row.proposed_by = Approval.PROPOSED, "office", at, by.login
    row.decided_by, row.decided_at = "", None
    session.add(row)
    session.flush()
    _noted(session, "proposed", row, by=by, at=at)
    return row


def approve(session: Session, phrasing: Phrasing, *, by: Account, at: datetime) -> None:
    """From now on the entry is found by it."""
    _decided(session, phrasing, Approval.APPROVED, frm=(Approval.PROPOSED,), by=by, at=at)


def refuse(session: Session, phrasing: Phrasing, *, by: Account, at: datetime) -> None:
    """It doesn't ask this question; it isn't proposed again by itself."""
    _decided(session, phrasing, Approval.REFUSED, frm=(Approval.PROPOSED,), by=by, at=at)


def retire(session: Session, phrasing: Phrasing, *, by: Account, at: datetime) -> None:
    """It brought nothing, or led astray: the entry is no longer found by it."""
    _decided(session, phrasing, Approval.RETIRED, frm=(Approval.APPROVED,), by=by, at=at)


def may_decide(account: Account) -> bool:
    """The department's leader and the city's office decide."""
    return account.may(Permission.CHECK_ENTRY) or account.may(Permission.CATEGORIES)


def _decided(session: Session, phrasing: Phrasing, approval: Approval, *, frm: tuple[Approval, ...], by: Account,
             at: datetime) -> None:
    session.flush()
    session.refresh(phrasing, with_for_update=True)
    _within_reach(by, session.get_one(Entry, phrasing.entry_id))
    if not may_decide(by):
        raise LifeError("问法由部门分管领导或市主管部门审定")
    if phrasing.approval not in frm:
        raise LifeError("该问法已由他人处理")
    if approval is Approval.APPROVED and phrasing.proposed_by == by.login:
        raise LifeError("不能审定自己提出的问法")
    phrasing.approval, phrasing.decided_at, phrasing.decided_by = approval, at, by.login
    _noted(session, approval, phrasing, by=by, at=at)


def _within_reach(by: Account, entry: Entry) -> None:
    if not hands.reaches_all(by) and by.department_id != entry.department_id:
        raise LifeError("只能办理本部门的条目")


def _noted(session: Session, deed: str, row: Phrasing, *, by: Account, at: datetime) -> None:
    audit.note(session, f"phrasing.{deed}", by=by.login, at=at, about=("entry", row.entry_id), phrasing=row.id,
               text=row.text)  # fmt: skip
