"""The free words of base data (duties, sections, the way there): nobody sees them before a second person of the
department, its leader or its secrecy reviewer, has let them out."""

import hashlib
import json
from datetime import datetime

from sqlalchemy.orm import Session

from hotline import audit
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission
from hotline.directory.departments import Department
from knowledge_base import hands, ledger
from knowledge_base.base_data import FIELDS, FREE
from knowledge_base.comparing import Row, row
from knowledge_base.forms.columns import Column
from knowledge_base.forms.values import show
from knowledge_base.ledger import Deed, Kind
from knowledge_base.transitions import LifeError

COLUMNS = tuple(column for column in FIELDS if column.key in FREE)


def let_out(session: Session, department: Department, *, seen: str, by: Account, at: datetime) -> None:
    """What was proposed stands from now on, for everybody to read; with its row in the ledger."""
    _decide(session, department, seen, by)
    changed = {c.key: [before, after] for c, before, after in _changes(department)}
    for key, value in (department.proposed or {}).items():
        setattr(department, key, value)
    _clear(department)
    _write(session, department, Deed.CHECKED, by=by, at=at, why="")
    audit.note(session, "department.changed", by=by.login, at=at, about=("department", department.id),
               department=department.name, changed=changed)  # fmt: skip


def give_back(session: Session, department: Department, *, seen: str, why: str, by: Account, at: datetime) -> None:
    """What was proposed is dropped; what stands stays."""
    if not why.strip():
        raise LifeError("请说明退回原因")
    _decide(session, department, seen, by)
    _write(session, department, Deed.SENT_BACK, by=by, at=at, why=why)
    _clear(department)


def waiting(department: Department) -> list[Row]:
    """What would change, word by word."""
    return [row(c.key, before, after) for c, before, after in _changes(department)]


def may_decide(account: Account, department: Department) -> bool:
    """Leader or reviewer of the department, or the city's reviewer; not who proposed it."""
    there = hands.reaches_all(account) or account.department_id == department.id
    decides = account.may(Permission.CHECK_ENTRY) or account.may(Permission.REVIEW)
    return there and decides and account.login != department.proposed_by


def token(department: Department) -> str:
    """Of what was proposed: who decides has seen this and nothing else."""
    return _sha(department.proposed)


def digest(department: Department) -> str:
    """The SHA-256 of the free words that stand."""
    return _sha({key: getattr(department, key) for key in sorted(FREE)})


def _changes(department: Department) -> list[tuple[Column, str, str]]:
    waits = department.proposed or {}
    return [(c, show(c, getattr(department, c.key)), show(c, waits[c.key])) for c in COLUMNS if c.key in waits]


def _decide(session: Session, department: Department, seen: str, by: Account) -> None:
    session.flush()
    session.refresh(department, with_for_update=True)
    if not department.proposed or seen != token(department):
        raise LifeError("内容已被他人更新，请核对后重新操作")
    if not may_decide(by, department):
        raise LifeError("由本部门分管领导或保密审查人审定，且不能审定自己提出的改动")


def _write(session: Session, department: Department, deed: Deed, *, by: Account, at: datetime, why: str) -> None:
    ledger.write(session, deed, of=(Kind.BASE, department.id), version=None, department_id=department.id, by=by.login,
                 at=at, digest=token(department) if deed is Deed.SENT_BACK else digest(department),
                 why=why.strip()[:500])  # fmt: skip


def _clear(department: Department) -> None:
    department.proposed, department.proposed_by, department.proposed_at = None, "", None


def _sha(value: object) -> str:
    line = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(line.encode()).hexdigest()
