"""Working off what nobody could find: the office assigns, a department answers, points to an entry, or declines."""

from datetime import datetime

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import Session

from hotline import audit
from hotline.accounts.accounts import Account
from hotline.accounts.roles import DEPARTMENTAL, Permission, Role
from hotline.directory.departments import Department
from hotline.times import local_day
from knowledge_base import drafts, phrasings
from knowledge_base.asked import Asked, Open, Unanswered, Way
from knowledge_base.content import Content
from knowledge_base.entries import Entry, EntryVersion, State
from knowledge_base.errors import KnowledgeError
from knowledge_base.wording import normal

AT_WORK = (Open.OPEN, Open.ASSIGNED)


def within_reach(account: Account) -> ColumnElement[bool]:
    """The condition that picks what an account works on: the office all, a department's people what is assigned."""
    if Role(account.role) not in DEPARTMENTAL:
        return true()
    if account.department_id is None:
        return false()
    return (Unanswered.department_id == account.department_id) & (Unanswered.state != Open.OPEN)


def assign(session: Session, row: Unanswered, *, department: Department, by: Account, at: datetime) -> None:
    """The office says whose question it is."""
    _at_work(session, row, by)
    if Role(by.role) in DEPARTMENTAL:
        raise KnowledgeError("由主管部门指派承办单位")
    row.state, row.department_id, row.why = Open.ASSIGNED, department.id, ""
    _noted(session, "assigned", row, by=by, at=at, department=department.id)


def not_ours(session: Session, row: Unanswered, *, why: str, by: Account, at: datetime) -> None:
    """The department gives it back to the office, with a reason."""
    _at_work(session, row, by)
    _reason(why)
    row.state, row.department_id, row.why = Open.OPEN, None, why.strip()[:300]
    _noted(session, "returned", row, by=by, at=at, why=row.why)


def dismiss(session: Session, row: Unanswered, *, why: str, by: Account, at: datetime) -> None:
    """Nothing will be answered to this, with a reason."""
    _at_work(session, row, by)
    _reason(why)
    _decide(row, Open.DISMISSED, by=by, at=at, why=why.strip()[:300])
    _noted(session, "dismissed", row, by=by, at=at, why=row.why)


def is_entry(session: Session, row: Unanswered, *, entry: Entry, by: Account, at: datetime) -> None:
    """It is asked in other words already: the words, as people put them, are proposed for that entry."""
    _at_work(session, row, by)
    if Role(by.role) in DEPARTMENTAL and entry.department_id != by.department_id:
        raise KnowledgeError("只能关联本部门的条目")
    words = in_their_words(session, row)
    if normal(words) != normal(entry.question):
        phrasings.propose(session, entry.id, words, source="asked", at=at, by=by.login)
    row.entry_id = entry.id
    _decide(row, Open.ANSWERED, by=by, at=at)
    _noted(session, "answered", row, by=by, at=at, entry=entry.id)


def becomes_draft(session: Session, row: Unanswered, *, department: Department, by: Account,
                  at: datetime) -> EntryVersion:
    """A draft of the department that asks this question; its answer is still to be written."""
    _at_work(session, row, by)
    content = Content(question=in_their_words(session, row)[:128], answer="", spoken="", valid_from=local_day(at))
    version = drafts.begin(session, content, department=department, by=by, at=at, why="来电人多次询问而未能找到",
                           source=f"未答问题{row.id}")  # fmt: skip
    row.entry_id, row.department_id = version.entry_id, department.id
    _decide(row, Open.ANSWERED, by=by, at=at)
    _noted(session, "drafted", row, by=by, at=at, entry=version.entry_id)
    return version


def in_their_words(session: Session, row: Unanswered) -> str:
    """The question as somebody put it last, where nothing was taken out of it; else as it is listed."""
    query = select(Asked.words).where(Asked.unanswered_id == row.id, Asked.way != Way.KEYS)
    said = session.scalars(query.order_by(Asked.id.desc()).limit(20))
    return next((words for words in said if phrasings.fit(words)), row.words)


def reopen(session: Session, *, askings: int, at: datetime) -> int:
    """What has an entry in force and was asked so often since without being found is open again; how many.

    `askings`: the setting `still_not_found`."""
    query = select(Unanswered).join(Entry, Entry.id == Unanswered.entry_id).where(
        Unanswered.state == Open.ANSWERED, Unanswered.since >= askings, Entry.state == State.PUBLISHED,
        Unanswered.decided_at < at,
    )  # fmt: skip
    rows = session.scalars(query).all()
    for row in rows:
        row.state, row.why, row.since = Open.ASSIGNED, "条目已发布，仍有人未找到", 0
        row.department_id = session.get_one(Entry, row.entry_id).department_id
        audit.note(session, "unanswered.reopened", by="hotline", at=at, about=("unanswered", row.id))
    return len(rows)


def may_draft(account: Account) -> bool:
    return account.may(Permission.WRITE_ENTRY)


def _at_work(session: Session, row: Unanswered, by: Account) -> None:
    """KnowledgeError unless it is still worked on, by somebody whose it is."""
    session.flush()
    session.refresh(row, with_for_update=True)
    if not by.may(Permission.UNANSWERED):
        raise KnowledgeError("您的角色不能办理未答问题")
    if Role(by.role) in DEPARTMENTAL and (row.department_id != by.department_id or row.state == Open.OPEN):
        raise KnowledgeError("只能办理指派给本部门的问题")
    if row.state not in AT_WORK:
        raise KnowledgeError("该问题已由他人处理")


def _reason(why: str) -> None:
    if not why.strip():
        raise KnowledgeError("请说明理由")


def _decide(row: Unanswered, state: Open, *, by: Account, at: datetime, why: str = "") -> None:
    row.state, row.decided_by, row.decided_at, row.since, row.why = state, by.login, at, 0, why


def _noted(session: Session, deed: str, row: Unanswered, *, by: Account, at: datetime, why: str = "",
           **details: object) -> None:
    audit.note(session, f"unanswered.{deed}", by=by.login, at=at, about=("unanswered", row.id), reason=why,
               words=row.words, **details)  # fmt: skip
