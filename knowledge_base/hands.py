"""Whose hands a version went through, and who may lay his on it next: drafter, leader and reviewer are three people."""

from sqlalchemy import ColumnElement, false, select, true
from sqlalchemy.orm import Session

from hotline.accounts.accounts import Account
from hotline.accounts.roles import DEPARTMENTAL, Permission, Role
from knowledge_base.entries import Entry, EntryVersion
from knowledge_base.ledger import Deed, Kind, LedgerRow
from knowledge_base.stages import Stage
from knowledge_base.transitions import LifeError, Transition

CHECKS = frozenset({Deed.CHECKED, Deed.SENT_BACK})
REVIEWS = frozenset({Deed.PASSED, Deed.REFUSED, Deed.REFERRED_UP})


def entries_of(account: Account) -> ColumnElement[bool]:
    """The condition that picks the entries within an account's reach: a department's people have their own only."""
    if reaches_all(account):
        return true()
    return Entry.department_id == account.department_id if account.department_id else false()


def reaches_all(account: Account) -> bool:
    """Whether the account's reach is every department: the hotline's people, and the city's secrecy reviewer (the one
    without a department), to whom departments refer upward."""
    return Role(account.role) not in DEPARTMENTAL or is_citys_reviewer(account)


def is_citys_reviewer(account: Account) -> bool:
    return Role(account.role) is Role.SECRECY_REVIEWER and account.department_id is None


def sees_drafts(account: Account) -> bool:
    """Whether the account sees what isn't published; others would tell it to callers."""
    return account.may(Permission.LEDGER)


def writers(session: Session, version: EntryVersion) -> set[str]:
    """Everybody who wrote at this version or handed it in."""
    wrote = select(LedgerRow.by).where(
        LedgerRow.kind == Kind.ENTRY, LedgerRow.thing_id == version.entry_id, LedgerRow.version == version.number,
        LedgerRow.deed.in_((Deed.WRITTEN, Deed.SUBMITTED)),
    )  # fmt: skip
    return {version.written_by, *session.scalars(wrote)}


def fit(session: Session, line: Transition, version: EntryVersion, entry: Entry, *, by: Account) -> None:
    """LifeError when this person may not take this step."""
    if line.needs is None or not by.may(line.needs):
        raise LifeError("您的角色不能执行该操作")
    if not reaches_all(by) and by.department_id != entry.department_id:
        raise LifeError("只能办理本部门的条目")
    if line.deed in CHECKS and by.login in writers(session, version):
        raise LifeError("起草人不能审核自己起草的内容")
    if line.deed in REVIEWS:
        _fit_to_review(session, line, version, by)


def _fit_to_review(session: Session, line: Transition, version: EntryVersion, by: Account) -> None:
    if by.login in writers(session, version):
        raise LifeError("起草人不能对自己起草的内容进行保密审查")
    if by.login == version.checked_by:
        raise LifeError("审核人不能同时进行保密审查")
    if line.source is Stage.REFERRED and not is_citys_reviewer(by):
        raise LifeError("该版本已报上级，由市保密审查人审查")
    if line.deed is Deed.REFERRED_UP and is_citys_reviewer(by):
        raise LifeError("市保密审查人须作出审查结论，不能再报上级")
