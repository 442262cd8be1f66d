"""The free words of base data (duties, sections, the way there): nobody sees them before the department's leader has
checked them and a secrecy reviewer has passed them; who proposed, who checked and who reviews are three people.

The table of steps is the entries'. What is sent back or refused is dropped; what stands stays."""

import hashlib
import json
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import audit
from hotline.accounts.accounts import Account
from hotline.directory.departments import Department
from hotline.times import local_day
from knowledge_base import hands, ledger
from knowledge_base.base_data import FIELDS, FREE
from knowledge_base.comparing import Row, row
from knowledge_base.forms.columns import Column
from knowledge_base.forms.values import show
from knowledge_base.ledger import Deed, Kind, LedgerRow
from knowledge_base.stages import Stage
from knowledge_base.transitions import TRANSITIONS, LifeError, transition

COLUMNS = tuple(column for column in FIELDS if column.key in FREE)


def check(session: Session, department: Department, *, seen: str, by: Account, at: datetime) -> None:
    """The department's leader finds them right: they go to the secrecy review."""
    _step(session, department, Deed.CHECKED, seen=seen, by=by, at=at)
    department.proposed_checked_by = by.login


def send_back(session: Session, department: Department, *, seen: str, why: str, by: Account, at: datetime) -> None:
    """The leader doesn't want them so: what was proposed is dropped."""
    _said(why, "请说明退回原因")
    _step(session, department, Deed.SENT_BACK, seen=seen, by=by, at=at, why=why)
    _clear(department)


def pass_review(session: Session, department: Department, *, seen: str, by: Account, at: datetime) -> None:
    """The reviewer finds no secret in them: everybody may read them from now on."""
    if _checked(session, department) != seen:
        raise LifeError("内容与部门审核时不一致，不能通过")
    _step(session, department, Deed.PASSED, seen=seen, by=by, at=at)
    changed = {c.key: [before, after] for c, before, after in _changes(department)}
    _stand(department, department.proposed or {})
    _clear(department)
    department.words_swept_on = local_day(at)
    write(session, department, Deed.PUBLISHED, by=by.login, at=at, of=digest(department))
    audit.note(session, "department.changed", by=by.login, at=at, about=("department", department.id),
               department=department.name, changed=changed)  # fmt: skip


def refuse(session: Session, department: Department, *, seen: str, clause: str, by: Account, at: datetime,
           why: str = "") -> None:
    """The reviewer finds a secret in them and names the clause: what was proposed is dropped."""
    _said(clause, "不予通过须写明依据的条款")
    _step(session, department, Deed.REFUSED, seen=seen, by=by, at=at, why=why, clause=clause)
    _clear(department)


def refer_up(session: Session, department: Department, *, seen: str, why: str, by: Account, at: datetime) -> None:
    """The department's reviewer is in doubt, and asks the city's."""
    _said(why, "报上级审查须说明疑点")
    _step(session, department, Deed.REFERRED_UP, seen=seen, by=by, at=at, why=why)


def waiting(department: Department) -> list[Row]:
    """What would change, word by word."""
    return [row(c.key, before, after) for c, before, after in _changes(department)]


def doable(department: Department, *, by: Account) -> set[Deed]:
    """What this person may do now with what was proposed."""
    steps = [line.deed for line in TRANSITIONS if line.source == department.proposed_stage]
    return {deed for deed in steps if deed in hands.CHECKS | hands.REVIEWS and not _unfit(department, deed, by)}


def token(department: Department) -> str:
    """Of what was proposed: who decides has seen this and nothing else."""
    return _sha(department.proposed)


def digest(department: Department) -> str:
    """The SHA-256 of the free words that stand."""
    return _sha({key: getattr(department, key) for key in sorted(FREE)})


def write(session: Session, department: Department, deed: Deed, *, by: str, at: datetime, of: str, why: str = "",
          clause: str = "") -> None:
    """The deed's row in the ledger; `of`: the digest of the words that it was about."""
    ledger.write(session, deed, of=(Kind.BASE, department.id), version=None, department_id=department.id, by=by,
                 at=at, digest=of, why=why.strip()[:500], clause=clause.strip()[:200])  # fmt: skip


def _changes(department: Department) -> list[tuple[Column, str, str]]:
    waits = department.proposed or {}
    return [(c, show(c, getattr(department, c.key)), show(c, waits[c.key])) for c in COLUMNS if c.key in waits]


def _step(session: Session, department: Department, deed: Deed, *, seen: str, by: Account, at: datetime, why: str = "",
          clause: str = "") -> None:
    session.flush()
    session.refresh(department, with_for_update=True)
    if not department.proposed or seen != token(department):
        raise LifeError("内容已被他人更新，请核对后重新操作")
    line = transition(Stage(department.proposed_stage), deed)
    if unfit := _unfit(department, deed, by):
        raise LifeError(unfit)
    department.proposed_stage = line.target
    write(session, department, deed, by=by.login, at=at, of=seen, why=why, clause=clause)


def _unfit(department: Department, deed: Deed, by: Account) -> str:
    """Why this person may not take this step; empty when he may."""
    line = transition(Stage(department.proposed_stage), deed)
    if line.needs is None or not by.may(line.needs):
        return "您的角色不能执行该操作"
    if not hands.reaches_all(by) and by.department_id != department.id:
        return "只能办理本部门的事项"
    if by.login in department.proposed_hands or by.login == department.proposed_by:
        return "起草人不能审核自己起草的内容"
    if deed in hands.REVIEWS and by.login == department.proposed_checked_by:
        return "审核人不能同时进行保密审查"
    if line.source is Stage.REFERRED and not hands.is_citys_reviewer(by):
        return "该版本已报上级，由市保密审查人审查"
    if deed is Deed.REFERRED_UP and hands.is_citys_reviewer(by):
        return "市保密审查人须作出审查结论，不能再报上级"
    return ""


def _checked(session: Session, department: Department) -> str | None:
    """The token of what a leader last found right."""
    rows = select(LedgerRow.digest).where(LedgerRow.kind == Kind.BASE, LedgerRow.thing_id == department.id,
                                          LedgerRow.deed == Deed.CHECKED)  # fmt: skip
    return session.scalar(rows.order_by(LedgerRow.id.desc()).limit(1))


def _stand(department: Department, words: dict[str, object]) -> None:
    for key, value in words.items():
        setattr(department, key, value)


def _clear(department: Department) -> None:
    department.proposed, department.proposed_by, department.proposed_at = None, "", None
    department.proposed_stage, department.proposed_hands, department.proposed_checked_by = "", [], ""


def _said(words: str, refusal: str) -> None:
    if not words.strip():
        raise LifeError(refusal)


def _sha(value: object) -> str:
    line = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(line.encode()).hexdigest()
