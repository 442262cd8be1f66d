"""The life of a licence item: written, checked, reviewed for secrecy, shown; three people, and each step in the ledger.

The table of steps is the entries'. An item has one version under way at most; what citizens see stays until the next
version has passed."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import audit
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission
from hotline.directory.departments import Department, exists
from hotline.times import local_day
from knowledge_base import hands, ledger, licence_versions
from knowledge_base.entries import Entry
from knowledge_base.errors import GONE
from knowledge_base.ledger import Deed, Kind, LedgerRow
from knowledge_base.licence_text import LicenceText, digest, fit_to_keep, fit_to_submit, read, text_of
from knowledge_base.licences import Licence
from knowledge_base.stages import UNDER_WAY, Stage
from knowledge_base.transitions import LifeError, transition

SYSTEM = "hotline"


def begin(session: Session, department: Department, text: LicenceText, *, by: Account, at: datetime,
          why: str = "") -> Licence:
    """A new item with its first draft, by a liaison of the department or the city's office."""
    _may(by, Permission.WRITE_ENTRY, department.id)
    if not exists(department, on=local_day(at)):
        raise LifeError(GONE)
    fit_to_keep(text)
    _free(session, department.id, text.name, but=0)
    licence = Licence(department_id=department.id, version=1, stage=Stage.DRAFT, written_by=by.login)
    text.put_on(licence)
    session.add(licence)
    session.flush()
    _note(session, licence, Deed.WRITTEN, by=by.login, at=at, why=why)
    return licence


def edit(session: Session, licence: Licence, text: LicenceText, *, by: Account, at: datetime, why: str = "") -> None:
    """Write on at a draft, or begin the next version of what is shown, refused or withdrawn."""
    _hold(session, licence)
    _may(by, Permission.WRITE_ENTRY, licence.department_id)
    if licence.stage in UNDER_WAY and licence.stage != Stage.DRAFT:
        transition(Stage(licence.stage), Deed.WRITTEN)  # says at which stage it is
    fit_to_keep(text)
    _free(session, licence.department_id, text.name, but=licence.id)
    if licence.stage != Stage.DRAFT:
        if not why.strip():
            raise LifeError("请说明修改理由")
        licence.version, licence.stage = licence.version + 1, Stage.DRAFT
    text.put_on(licence)
    licence.written_by = by.login
    _note(session, licence, Deed.WRITTEN, by=by.login, at=at, why=why)


def submit(session: Session, licence: Licence, *, by: Account, at: datetime, why: str = "") -> None:
    """The draft goes to the department's leader."""
    fit_to_submit(text_of(licence))
    _step(session, licence, Deed.SUBMITTED, by=by, at=at, why=why)


def send_back(session: Session, licence: Licence, *, why: str, by: Account, at: datetime) -> None:
    """The leader wants it written differently, and says how."""
    _said(why, "请说明退回原因")
    _step(session, licence, Deed.SENT_BACK, by=by, at=at, why=why)


def check(session: Session, licence: Licence, *, by: Account, at: datetime) -> None:
    """The leader finds it right: it goes to the secrecy review."""
    _step(session, licence, Deed.CHECKED, by=by, at=at)


def pass_review(session: Session, licence: Licence, *, by: Account, at: datetime) -> None:
    """The reviewer finds no secret in it: citizens see it from now on."""
    _hold(session, licence)
    if _last(session, licence, Deed.CHECKED) != digest(text_of(licence)):
        raise LifeError("内容与部门审核时不一致，不能通过")
    _step(session, licence, Deed.PASSED, by=by, at=at)
    licence_versions.show(session, licence, at=at)
    _note(session, licence, Deed.PUBLISHED, by=SYSTEM, at=at)


def refuse(session: Session, licence: Licence, *, clause: str, by: Account, at: datetime, why: str = "") -> None:
    """The reviewer finds a secret in it, and names the clause."""
    _said(clause, "不予通过须写明依据的条款")
    _step(session, licence, Deed.REFUSED, by=by, at=at, why=why, clause=clause)


def refer_up(session: Session, licence: Licence, *, why: str, by: Account, at: datetime) -> None:
    """The department's reviewer is in doubt, and asks the city's."""
    _said(why, "报上级审查须说明疑点")
    _step(session, licence, Deed.REFERRED_UP, by=by, at=at, why=why)


def drop(session: Session, licence: Licence, *, why: str, by: Account, at: datetime) -> None:
    """Give up the version under way; what citizens see stays."""
    _said(why, "请说明撤回理由")
    if licence.stage not in UNDER_WAY:
        raise LifeError("没有正在办理的版本")
    _step(session, licence, Deed.WITHDRAWN, by=by, at=at, why=why)


def take_down(session: Session, licence: Licence, *, why: str, by: Account, at: datetime) -> None:
    """Citizens no longer see it, at once; a version under way goes on."""
    _said(why, "请说明撤回理由")
    take_out(session, licence, Deed.WITHDRAWN, Permission.PUBLISH, by=by, at=at, why=why)


def take_out(session: Session, licence: Licence, deed: Deed, needs: Permission, *, by: Account, at: datetime,
             why: str = "", clause: str = "") -> None:
    """Take what citizens see away, by the deed and with the permission that are named."""
    number, text = reach_shown(session, licence, needs, by=by)
    licence.shown = None
    licence_versions.end(session, licence, Stage.WITHDRAWN, at=at)
    if licence.stage == Stage.PUBLISHED:
        licence.stage = Stage.WITHDRAWN
    ledger.write(session, deed, of=(Kind.LICENCE, licence.id), version=number, by=by.login, at=at,
                 department_id=licence.department_id, digest=digest(text), clause=clause.strip()[:200],
                 why=why.strip()[:500])  # fmt: skip


def reach_shown(session: Session, licence: Licence, needs: Permission, *, by: Account) -> tuple[int, LicenceText]:
    """The number and the text of what citizens see, held; LifeError when it isn't his to touch or nothing is shown."""
    _hold(session, licence)
    _may(by, needs, licence.department_id)
    if licence.shown is None:
        raise LifeError("该事项没有对外公开")
    return licence.number_shown, read(licence.shown)


def link(session: Session, licence: Licence, *, entries: Collection[int], by: Account, at: datetime) -> None:
    """Say which of the department's questions speak of the item, by who may publish: an authorisation by licence
    item that is signed from now on covers exactly these. Audited with what came and what went."""
    _hold(session, licence)
    _may(by, Permission.PUBLISH, licence.department_id)
    own = list(session.scalars(select(Entry).where(Entry.department_id == licence.department_id)))
    if not set(entries) <= {e.id for e in own}:
        raise LifeError("只能关联本部门的条目")
    come = [e for e in own if e.id in entries and e.licence_id != licence.id]
    gone = [e for e in own if e.id not in entries and e.licence_id == licence.id]
    for entry in come:
        entry.licence_id, entry.linked_at = licence.id, at
    for entry in gone:
        entry.licence_id, entry.linked_at = None, None
    audit.note(session, "licence.linked", by=by.login, at=at, about=("licence", licence.id),
               come=[e.id for e in come], gone=[e.id for e in gone])  # fmt: skip


def history(session: Session, licence: Licence) -> list[LedgerRow]:
    """Every step, first to last."""
    rows = select(LedgerRow).where(LedgerRow.kind == Kind.LICENCE, LedgerRow.thing_id == licence.id)
    return list(session.scalars(rows.order_by(LedgerRow.id)))


def _step(session: Session, licence: Licence, deed: Deed, *, by: Account, at: datetime, why: str = "",
          clause: str = "") -> None:
    _hold(session, licence)
    line = transition(Stage(licence.stage), deed)
    _may(by, line.needs, licence.department_id)
    _other_hands(session, licence, deed, Stage(licence.stage), by)
    licence.stage = line.target
    _note(session, licence, deed, by=by.login, at=at, why=why, clause=clause)


def _other_hands(session: Session, licence: Licence, deed: Deed, stage: Stage, by: Account) -> None:
    """Who wrote doesn't check, and who wrote or checked doesn't review."""
    if deed not in hands.CHECKS | hands.REVIEWS:
        return
    if by.login in _by(session, licence, Deed.WRITTEN, Deed.SUBMITTED) | {licence.written_by}:
        raise LifeError("起草人不能审核自己起草的内容")
    if deed not in hands.REVIEWS:
        return
    if by.login in _by(session, licence, Deed.CHECKED):
        raise LifeError("审核人不能同时进行保密审查")
    if stage is Stage.REFERRED and not hands.is_citys_reviewer(by):
        raise LifeError("该版本已报上级，由市保密审查人审查")
    if deed is Deed.REFERRED_UP and hands.is_citys_reviewer(by):
        raise LifeError("市保密审查人须作出审查结论，不能再报上级")


def _may(by: Account, needs: Permission | None, department_id: int) -> None:
    if needs is None or not by.may(needs):
        raise LifeError("您的角色不能执行该操作")
    if not hands.reaches_all(by) and by.department_id != department_id:
        raise LifeError("只能办理本部门的事项")


def _by(session: Session, licence: Licence, *deeds: Deed) -> set[str]:
    rows = select(LedgerRow.by).where(
        LedgerRow.kind == Kind.LICENCE, LedgerRow.thing_id == licence.id, LedgerRow.version == licence.version,
        LedgerRow.deed.in_(deeds),
    )  # fmt: skip
    return set(session.scalars(rows))


def _last(session: Session, licence: Licence, deed: Deed) -> str | None:
    rows = [r for r in history(session, licence) if r.version == licence.version and r.deed == deed]
    return rows[-1].digest if rows else None


def _free(session: Session, department_id: int, name: str, *, but: int) -> None:
    same = select(Licence.id).where(Licence.department_id == department_id, Licence.name == name, Licence.id != but)
    if session.scalar(same) is not None:
        raise LifeError("该部门已有同名的许可事项")


def _note(session: Session, licence: Licence, deed: Deed, *, by: str, at: datetime, why: str = "",
          clause: str = "") -> None:
    ledger.write(session, deed, of=(Kind.LICENCE, licence.id), version=licence.version, by=by, at=at,
                 department_id=licence.department_id, digest=digest(text_of(licence)), clause=clause.strip()[:200],
                 why=why.strip()[:500])  # fmt: skip


def _hold(session: Session, licence: Licence) -> None:
    session.flush()  # a refresh would forget what isn't written yet
    session.refresh(licence, with_for_update=True)


def _said(words: str, refusal: str) -> None:
    if not words.strip():
        raise LifeError(refusal)
