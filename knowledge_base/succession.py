"""A department passes into another: its entries, licence items and authorisations pass on, in one recorded step."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline import audit
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission, Role
from hotline.directory.departments import SPLIT, Department, Succession, exists
from hotline.directory.liaisons import Liaison
from hotline.times import local_day
from knowledge_base.asked import Unanswered
from knowledge_base.authorisations import Authorisation, leave_of, subject_of, versions
from knowledge_base.entries import Entry
from knowledge_base.errors import KnowledgeError
from knowledge_base.inheriting import Heirloom, heirlooms
from knowledge_base.leave import Scope
from knowledge_base.licences import Licence
from knowledge_base.things import Part
from knowledge_base.things import things as due_things


class Change(StrEnum):
    """What becomes of the predecessor."""

    RENAMED = "renamed"
    MERGED = "merged"
    SPLIT = SPLIT  # only what is named passes on; the rest stays
    ABOLISHED = "abolished"


@dataclass(frozen=True)
class Passed:
    """What passed on: how many entries, licence items and liaisons, and the provisional authorisations."""

    entries: int
    licences: int
    liaisons: int
    authorisations: tuple[Authorisation, ...]


def inherit(session: Session, predecessor: Department, successor: Department, *, change: Change, document: str,
            days: int, by: Account, at: datetime, entries: Collection[int] | None = None, liaisons: bool = False,
            ) -> Passed:  # fmt: skip
    """Pass all of the predecessor, or (split) only these entries, to the successor, from this moment on.

    What the successor receives may be said on provisional authorisations for at most `days`, or until it speaks of
    it itself; open tickets pass on by a step of their own. KnowledgeError when nothing can pass so; then nothing has
    changed."""
    moved = _moving(session, predecessor, successor, change, entries, by, on=local_day(at))
    things = _licences(session, predecessor, moved, whole=change is not Change.SPLIT)
    _no_clash(session, successor, moved, things)
    _record(session, predecessor, successor, change, document, on=local_day(at))
    due = {(t.part, t.id): t.due_on for t in due_things(session, [predecessor], at=at)}
    copies = _copies(session, predecessor, successor, moved, days=days, by=by, at=at)
    for copy in copies:
        copy.due_by = due.get((Part.AUTHORISATION, copy.inherited_from or 0))
    for entry in moved:
        entry.due_by = due.get((Part.ENTRY, entry.id))
        entry.department, entry.passed_at = successor, at
    for thing in things:
        thing.department = successor
    people = _liaisons(session, predecessor, successor) if liaisons else 0
    if change is not Change.SPLIT:
        _end(session, predecessor, successor, by=by, at=at)
    session.flush()
    passed = Passed(len(moved), len(things), people, tuple(copies))
    _note(session, predecessor, successor, change, document, passed, by=by, at=at)
    return passed


def _moving(session: Session, predecessor: Department, successor: Department, change: Change,
            entries: Collection[int] | None, by: Account, *, on: date) -> list[Entry]:
    if not by.may(Permission.AUTHORISE) or by.role != Role.CITY_OFFICE:
        raise KnowledgeError("机构承接只能由市主管部门办理")
    if predecessor.id == successor.id:
        raise KnowledgeError("部门不能承接自己")
    if (change is Change.SPLIT) != (entries is not None):
        raise KnowledgeError("只有拆分可以选择部分条目，其他情形全部承接")
    session.flush()
    for unit in sorted((predecessor, successor), key=lambda d: d.id):
        session.refresh(unit, with_for_update=True)
    if not exists(successor, on=on):
        raise KnowledgeError("承接部门已撤销或尚未成立")
    own = select(Entry).where(Entry.department_id == predecessor.id).order_by(Entry.id)
    if entries is None:
        return list(session.scalars(own))
    found = list(session.scalars(own.where(Entry.id.in_(entries))))
    if len(found) != len(set(entries)) or not found:
        raise KnowledgeError("只能选择本部门的条目和许可事项")
    return found


def _licences(session: Session, predecessor: Department, moved: Sequence[Entry], *, whole: bool) -> list[Licence]:
    """All of them, or those that only the moving entries speak of."""
    own = list(session.scalars(select(Licence).where(Licence.department_id == predecessor.id)))
    if whole:
        return own
    moving = {e.id for e in moved}
    linked = session.execute(select(Entry.licence_id, Entry.id).where(Entry.department_id == predecessor.id)).all()
    staying = {licence for licence, entry in linked if entry not in moving}
    return [x for x in own if x.id in {e.licence_id for e in moved} - staying]


def _no_clash(session: Session, successor: Department, moved: Sequence[Entry], things: Sequence[Licence]) -> None:
    asked = set(session.scalars(select(Entry.question).where(Entry.department_id == successor.id)))
    named = set(session.scalars(select(Licence.name).where(Licence.department_id == successor.id)))
    twice = [e.question for e in moved if e.question in asked] + [x.name for x in things if x.name in named]
    if twice:
        raise KnowledgeError(f"承接单位已有同名的条目或许可事项，请先处理：{'、'.join(twice[:3])}")


def _record(session: Session, predecessor: Department, successor: Department, change: Change, document: str, *,
            on: date) -> None:
    """Who took a part before and takes all that is left now has succeeded from now on; the part stands in the trail."""
    known = select(Succession).where(Succession.predecessor_id == predecessor.id,
                                     Succession.successor_id == successor.id)  # fmt: skip
    link = session.scalar(known)
    if link is None:
        session.add(Succession(predecessor_id=predecessor.id, successor_id=successor.id, kind=change, on=on,
                               document=document.strip()[:100]))  # fmt: skip
    elif change is not Change.SPLIT:
        link.kind, link.on, link.document = change, on, document.strip()[:100]


def _copies(session: Session, predecessor: Department, successor: Department, moved: Sequence[Entry], *, days: int,
            by: Account, at: datetime) -> list[Authorisation]:
    rows = {a.id: a for a in versions(session, predecessor.id)}
    given = heirlooms(map(leave_of, rows.values()), map(subject_of, moved), on=local_day(at), at=at, days=days)
    taken = {a.document for a in versions(session, successor.id)}
    copies = [_copy(rows[h.leave.id], h, predecessor, successor, taken, by=by, at=at) for h in given]
    session.add_all(copies)
    session.flush()
    return copies


def _copy(a: Authorisation, h: Heirloom, predecessor: Department, successor: Department, taken: set[str], *,
          by: Account, at: datetime) -> Authorisation:
    return Authorisation(
        department_id=successor.id, document=_number(a.document, predecessor, taken), version=a.version,
        signer=a.signer, scope=Scope.ENTRIES, categories=[], licences=[], entries=list(h.entries),
        exclusions=list(h.exclusions), excluded_categories=[], form=a.form, valid_from=a.valid_from,
        valid_to=h.valid_to, provisional=True, inherited_from=a.id, remark=f"承接自{predecessor.name}",
        entered_by=by.login, entered_at=at, signed_by=by.login, signed_at=at,
        confirmed_on=a.confirmed_on or (local_day(a.signed_at) if a.signed_at else None),
        revoked_at=a.revoked_at, revoked_by=a.revoked_by, revoked_because=a.revoked_because,
    )  # fmt: skip


def _number(document: str, predecessor: Department, taken: set[str]) -> str:
    """The document's number as it was; told apart where the successor has one of the same."""
    number, count = document, 1
    while number in taken:
        number = f"{document[:36]}（承接{predecessor.short_name[:12]}{count if count > 1 else ''}）"
        count += 1
    taken.add(number)
    return number


def _liaisons(session: Session, predecessor: Department, successor: Department) -> int:
    people = list(session.scalars(select(Liaison).where(Liaison.department_id == predecessor.id)))
    for person in people:
        person.department_id = successor.id
    return len(people)


def _end(session: Session, predecessor: Department, successor: Department, *, by: Account, at: datetime) -> None:
    """The predecessor is no more: its authorisations end, and its names lead to the successor."""
    predecessor.effective_to = min(predecessor.effective_to or local_day(at), local_day(at))
    open_questions = update(Unanswered).where(Unanswered.department_id == predecessor.id)
    session.execute(open_questions.values(department_id=successor.id))
    names = [predecessor.name, predecessor.short_name, *predecessor.aliases]
    known = {successor.name, successor.short_name, *successor.aliases}
    successor.aliases = [*successor.aliases, *(n for n in dict.fromkeys(names) if n and n not in known)]
    for a in versions(session, predecessor.id):
        if a.revoked_at is None or a.revoked_at > at:
            a.revoked_at, a.revoked_by, a.revoked_because = at, by.login, f"机构调整，由{successor.name}承接"


def _note(session: Session, predecessor: Department, successor: Department, change: Change, document: str,
          passed: Passed, *, by: Account, at: datetime) -> None:
    audit.note(session, "department.passed_on", by=by.login, at=at, about=("department", predecessor.id),
               successor=successor.id, change=str(change), document=document, entries=passed.entries,
               licences=passed.licences, liaisons=passed.liaisons,
               authorisations={str(a.inherited_from): a.id for a in passed.authorisations})  # fmt: skip
