"""A sitting: a department says of what it keeps here, thing by thing, that it is still right."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from hotline import audit
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission
from hotline.directory.departments import Department
from hotline.times import local_day
from knowledge_base import base_data, content, ledger, licence_text
from knowledge_base.authorisations import Authorisation
from knowledge_base.entries import Entry, EntryVersion
from knowledge_base.errors import KnowledgeError
from knowledge_base.ledger import Deed, Kind, LedgerRow
from knowledge_base.licences import Licence
from knowledge_base.things import Part, Thing, things
from knowledge_base.updates import Confirmation

Ticked = Mapping[int, int]
"""Things by their id, each with the version that was looked at."""


@dataclass(frozen=True)
class Sitting:
    """What somebody says at his sitting. `seen`: the digest of the base data that he had before him; `values`: what
    he wants them to be (None: he confirms them as they are, when `base` is set)."""

    base: bool = False
    seen: str = ""
    values: base_data.Values | None = None
    ticked: Mapping[Part, Ticked] = field(default_factory=dict)
    remark: str = ""


@dataclass(frozen=True)
class Sat:
    """What came of it: the row, the base data that changed, and what had changed under his hands and stays due."""

    confirmation: Confirmation
    changed: dict[str, list[str]]
    missed: tuple[Thing, ...]


def confirm(session: Session, department: Department, sitting: Sitting, *, by: Account, at: datetime) -> Sat:
    """Set today's date on what was confirmed, with one row for the sitting and the ledger's row for each thing.

    Only what stands as it was seen: who ticked an answer that was replaced meanwhile has not seen the new one.
    KnowledgeError when nothing was confirmed, when it isn't his department, or when somebody else has just changed
    the base data that he wants to change."""
    _may(by, department)
    session.refresh(department, with_for_update=True)
    if (sitting.base or sitting.values is not None) and sitting.seen != base_data.digest(department):
        raise KnowledgeError("基本信息刚被他人修改，请核对后重新提交")
    changed = base_data.change(session, department, sitting.values or {}, by=by.login, at=at)
    good, missed = _sorted_out(things(session, [department], at=at), sitting.ticked)
    base = sitting.base or bool(changed)
    if not base and not good:
        raise KnowledgeError("请至少勾选一项“仍然正确”，或者修改基本信息")
    row = _write(session, department, good, base=base, remark=sitting.remark, by=by, at=at)
    if base:
        _confirm_base(session, department, changed=bool(changed), by=by, at=at)
    _confirm_entries(session, [t for t in good if t.part is Part.ENTRY], by=by, at=at)
    _confirm_authorisations(session, [t for t in good if t.part is Part.AUTHORISATION], by=by, at=at)
    _confirm_licences(session, [t for t in good if t.part is Part.LICENCE], by=by, at=at)
    return Sat(row, changed, tuple(missed))


def sittings(session: Session, department_id: int, *, most: int = 10) -> list[Confirmation]:
    """A department's last sittings, the latest first."""
    query = select(Confirmation).where(Confirmation.department_id == department_id)
    return list(session.scalars(query.order_by(Confirmation.id.desc()).limit(most)))


def _may(by: Account, department: Department) -> None:
    if not by.may(Permission.UPDATE) or by.department_id != department.id:
        raise KnowledgeError("只能确认本部门的信息")


def _sorted_out(stand: list[Thing], ticked: Mapping[Part, Ticked]) -> tuple[list[Thing], list[Thing]]:
    """What stands as it was ticked, and what has another version now; what stands no longer is neither."""
    touched = [(t, ticked.get(t.part, {}).get(t.id)) for t in stand if t.part is not Part.BASE]
    good = [t for t, version in touched if version == t.version]
    return good, [t for t, version in touched if version not in (None, t.version)]


def _write(session: Session, department: Department, good: list[Thing], *, base: bool, remark: str, by: Account,
           at: datetime) -> Confirmation:
    ids = {part: [t.id for t in good if t.part is part] for part in Part}
    row = Confirmation(department_id=department.id, at=at, by=by.login, base=base, entries=ids[Part.ENTRY],
                       authorisations=ids[Part.AUTHORISATION], licences=ids[Part.LICENCE],
                       remark=remark.strip()[:500])  # fmt: skip
    session.add(row)
    session.flush()
    audit.note(session, "update.confirmed", by=by.login, at=at, about=("department", department.id), sitting=row.id,
               department=department.name, base=base, reason=row.remark,
               **{f"{part}s": len(ids[part]) for part in Part if part is not Part.BASE})  # fmt: skip
    return row


def _confirm_base(session: Session, department: Department, *, changed: bool, by: Account, at: datetime) -> None:
    department.confirmed_on = local_day(at)
    why = "修改后确认" if changed else ""
    ledger.write(session, Deed.CONFIRMED, of=(Kind.BASE, department.id), version=None, department_id=department.id,
                 by=by.login, at=at, digest=base_data.digest(department), why=why)  # fmt: skip


def _confirm_entries(session: Session, good: list[Thing], *, by: Account, at: datetime) -> None:
    ids = [t.id for t in good]
    query = (
        select(Entry, EntryVersion)
        .join(EntryVersion, (EntryVersion.entry_id == Entry.id) & (EntryVersion.number == Entry.published))
        .where(Entry.id.in_(ids)).options(selectinload(EntryVersion.attachments)).order_by(Entry.id)
    )  # fmt: skip
    for entry, version in session.execute(query).all():
        entry.confirmed_on, entry.due_by = local_day(at), None
        session.add(LedgerRow(kind=Kind.ENTRY, thing_id=entry.id, version=version.number, at=at, by=by.login,
                              department_id=entry.department_id, deed=Deed.CONFIRMED,
                              digest=content.digest(version)))  # fmt: skip
    session.flush()  # all at once: hundreds one by one would keep other writers waiting


def _confirm_authorisations(session: Session, good: list[Thing], *, by: Account, at: datetime) -> None:
    """They pass no secrecy review, so that the audit trail alone tells of them."""
    for a in session.scalars(select(Authorisation).where(Authorisation.id.in_([t.id for t in good]))):
        a.confirmed_on, a.due_by = local_day(at), None
        audit.note(session, "authorisation.confirmed", by=by.login, at=at, about=("authorisation", a.id),
                   document=a.document, version=a.version)  # fmt: skip


def _confirm_licences(session: Session, good: list[Thing], *, by: Account, at: datetime) -> None:
    for licence in session.scalars(select(Licence).where(Licence.id.in_([t.id for t in good]))):
        licence.confirmed_on = local_day(at)
        ledger.write(session, Deed.CONFIRMED, of=(Kind.LICENCE, licence.id), by=by.login, at=at,
                     version=licence.number_shown, department_id=licence.department_id,
                     digest=licence_text.digest(licence_text.read(licence.shown or {})))  # fmt: skip
