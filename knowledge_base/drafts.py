"""Writing: a new entry, and a new version of one that stands; what was published is never touched."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission
from hotline.directory.departments import Department, exists
from hotline.times import local_day
from knowledge_base import categories, hands, ledger
from knowledge_base.content import Content, digest, fit_to_keep
from knowledge_base.entries import Attachment, Entry, EntryVersion, State
from knowledge_base.errors import GONE
from knowledge_base.ledger import Deed, Kind
from knowledge_base.stages import UNDER_WAY, Stage
from knowledge_base.transitions import LifeError, transition


def begin(session: Session, content: Content, *, department: Department, by: Account, at: datetime, why: str = "",
          source: str = "", publish_at: datetime | None = None) -> EntryVersion:
    """A new entry with its first draft; `source` says what it came from (a ticket's number, a form)."""
    content = _tidy(session, content)
    _fit_to_write(session, content, department_id=department.id, by=by)
    session.flush()
    # Of two who ask the same at once, one hears so.
    unit = session.get_one(Department, department.id, with_for_update=True, populate_existing=True)
    if not exists(unit, on=local_day(at)):
        raise LifeError(GONE)
    if _taken(session, department.id, content.question, but=0):
        raise LifeError("该部门已有相同问题的条目")
    entry = Entry(department_id=department.id, question=content.question, category=content.category,
                  keywords=list(content.keywords), state=State.DRAFT)  # fmt: skip
    session.add(entry)
    session.flush()
    return _drafted(session, entry, content, number=1, by=by, at=at, why=why, source=source, publish_at=publish_at)


def revise(session: Session, entry: Entry, content: Content, *, by: Account, at: datetime, why: str,
           corrects: bool = False, source: str = "", publish_at: datetime | None = None) -> EntryVersion:
    """A new draft beside the version that stands, which stays in force. `corrects`: what was said before was wrong,
    so that those who were told it are owed a call."""
    session.flush()
    session.refresh(entry, with_for_update=True)
    content = _tidy(session, content)
    _fit_to_write(session, content, department_id=entry.department_id, by=by)
    if not why.strip():
        raise LifeError("请说明修改理由")
    if under_way(session, entry) is not None:
        raise LifeError("该条目已有一个版本正在办理，请先办完或撤回")
    if _taken(session, entry.department_id, content.question, but=entry.id):
        raise LifeError("该部门已有相同问题的条目")
    before = entry.versions[-1] if entry.versions else None
    version = _drafted(session, entry, content, number=before.number + 1 if before else 1, by=by, at=at, why=why,
                       source=source, publish_at=publish_at, corrects=corrects, files=before)  # fmt: skip
    session.expire(entry, ["versions"])
    return version


def edit(session: Session, version: EntryVersion, content: Content, *, by: Account, at: datetime, why: str = "",
         corrects: bool = False, publish_at: datetime | None = None) -> None:
    """Write on at a draft; whoever did so can neither check nor review it."""
    entry = held(session, version)
    content = _tidy(session, content)
    line = transition(Stage(version.stage), Deed.WRITTEN)
    hands.fit(session, line, version, entry, by=by)
    _fit_to_write(session, content, department_id=entry.department_id, by=by)
    if version.number > 1 and not (why.strip() or version.why):
        raise LifeError("请说明修改理由")
    if _taken(session, entry.department_id, content.question, but=entry.id):
        raise LifeError("该部门已有相同问题的条目")
    content.put_on(version)
    version.written_by, version.written_at, version.publish_at = by.login, at, publish_at
    version.why, version.corrects = why.strip()[:500] or version.why, corrects
    _follow(entry, content)
    note(session, Deed.WRITTEN, version, entry, by=by.login, at=at, why=version.why)


def under_way(session: Session, entry: Entry) -> EntryVersion | None:
    """The version of an entry that may still be published; there is at most one."""
    query = select(EntryVersion).where(EntryVersion.entry_id == entry.id, EntryVersion.stage.in_(UNDER_WAY))
    return session.scalar(query.order_by(EntryVersion.number.desc()).limit(1))


def held(session: Session, version: EntryVersion) -> Entry:
    """The version's entry, both as they are now and nobody else's until the transaction ends."""
    session.flush()  # a refresh forgets what wasn't flushed
    entry = session.get_one(Entry, version.entry_id, with_for_update=True, populate_existing=True)
    session.refresh(version, with_for_update=True)
    return entry


def note(session: Session, deed: Deed, version: EntryVersion, entry: Entry, *, by: str, at: datetime, why: str = "",
         clause: str = "") -> None:
    """The ledger's row of a step, with the digest of what the version says now."""
    ledger.write(session, deed, of=(Kind.ENTRY, entry.id), version=version.number, department_id=entry.department_id,
                 by=by, at=at, digest=digest(version), clause=clause.strip()[:200], why=why.strip()[:500])  # fmt: skip


def _drafted(session: Session, entry: Entry, content: Content, *, number: int, by: Account, at: datetime, why: str,
             source: str, publish_at: datetime | None, corrects: bool = False,
             files: EntryVersion | None = None) -> EntryVersion:
    version = EntryVersion(entry_id=entry.id, number=number, stage=Stage.DRAFT, why=why.strip()[:500],
                           source=source[:60], written_by=by.login, written_at=at, publish_at=publish_at,
                           corrects=corrects)  # fmt: skip
    content.put_on(version)
    version.attachments = [
        Attachment(name=a.name, media_type=a.media_type, size=a.size, sha256=a.sha256, added_by=a.added_by,
                   added_at=a.added_at) for a in (files.attachments if files else ())
    ]  # fmt: skip
    session.add(version)
    session.flush()
    _follow(entry, content)
    note(session, Deed.WRITTEN, version, entry, by=by.login, at=at, why=why)
    return version


def _tidy(session: Session, content: Content) -> Content:
    """In the category as it is called now: what was written before it was renamed leads there."""
    content = content.tidy()
    return replace(content, category=categories.now_called(session, content.category))


def _fit_to_write(session: Session, content: Content, *, department_id: int, by: Account) -> None:
    if not by.may(Permission.WRITE_ENTRY):
        raise LifeError("您的角色不能起草条目")
    if not hands.reaches_all(by) and by.department_id != department_id:
        raise LifeError("只能办理本部门的条目")
    fit_to_keep(content)
    categories.fit_for_entry(session, content.category)


def _taken(session: Session, department_id: int, question: str, *, but: int) -> bool:
    query = select(Entry.id).where(Entry.department_id == department_id, Entry.question == question, Entry.id != but)
    return session.scalar(query) is not None


def _follow(entry: Entry, content: Content) -> None:
    """An entry that was never published is listed by what its draft says."""
    if entry.state == State.DRAFT:
        entry.question, entry.category, entry.keywords = content.question, content.category, list(content.keywords)
