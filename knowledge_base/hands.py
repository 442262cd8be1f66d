"""Whose hands a version went through, and who may lay his on it next: drafter, leader and reviewer are three people."""

from contextlib import suppress

from sqlalchemy import ColumnElement, false, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from hotline.accounts.accounts import Account
from hotline.accounts.roles import DEPARTMENTAL, Permission, Role
from hotline.directory.departments import Department
from knowledge_base.entries import Entry, EntryVersion, State
from knowledge_base.ledger import Deed, Kind, LedgerRow
from knowledge_base.stages import Stage
from knowledge_base.transitions import TRANSITIONS, LifeError, Transition

CHECKS = frozenset({Deed.CHECKED, Deed.SENT_BACK})
REVIEWS = frozenset({Deed.PASSED, Deed.REFUSED, Deed.REFERRED_UP})


def entries_of(account: Account) -> ColumnElement[bool]:
    """The condition that picks the entries that an account may see: within its reach all, and beyond it, for whoever is
    no department's, what is published."""
    if Role(account.role) in DEPARTMENTAL:
        return within(Entry.department_id, account)
    public = Entry.state == State.PUBLISHED
    return or_(public, within(Entry.department_id, account)) if sees_drafts(account) else public


def within(column: InstrumentedAttribute[int], account: Account | None) -> ColumnElement[bool]:
    """The condition that keeps an account to the departments of its reach: a department's people to their own, a
    county's office to its county; the house itself (None) reaches all."""
    if account is None:
        return true()
    if Role(account.role) is Role.COUNTY_OFFICE:
        return column.in_(select(Department.id).where(Department.county_code == (account.county_code or "-")))
    if reaches_all(account):
        return true()
    return column == account.department_id if account.department_id else false()


def version_within(account: Account) -> ColumnElement[bool]:
    """The same for versions."""
    if Role(account.role) is not Role.COUNTY_OFFICE and reaches_all(account):
        return true()
    return EntryVersion.entry_id.in_(select(Entry.id).where(within(Entry.department_id, account)))


def sees_inside(session: Session, account: Account, entry: Entry) -> bool:
    """Whether the account sees the entry's drafts, reviews and earlier versions."""
    found = select(Entry.id).where(Entry.id == entry.id, within(Entry.department_id, account))
    return sees_drafts(account) and session.scalar(found) is not None


def inside(session: Session, account: Account) -> set[int]:
    """The departments of which the account sees also what isn't published."""
    own = select(Department.id).where(within(Department.id, account))
    return set(session.scalars(own)) if sees_drafts(account) else set()


def reaches_all(account: Account) -> bool:
    """Whether the account's reach is every department: the hotline's people, and the city's secrecy reviewer (the one
    without a department), to whom departments refer upward."""
    return Role(account.role) not in DEPARTMENTAL or is_citys_reviewer(account)


def is_citys_reviewer(account: Account) -> bool:
    return Role(account.role) is Role.SECRECY_REVIEWER and account.department_id is None


def sees_drafts(account: Account) -> bool:
    """Whether the account sees what isn't published; others would tell it to callers."""
    return account.may(Permission.LEDGER) or account.may(Permission.CORRECT)


def writers(session: Session, version: EntryVersion) -> set[str]:
    """Everybody who wrote at this version or handed it in."""
    wrote = select(LedgerRow.by).where(
        LedgerRow.kind == Kind.ENTRY, LedgerRow.thing_id == version.entry_id, LedgerRow.version == version.number,
        LedgerRow.deed.in_((Deed.WRITTEN, Deed.SUBMITTED)),
    )  # fmt: skip
    return {version.written_by, *session.scalars(wrote)}


def doable(session: Session, version: EntryVersion, entry: Entry, *, by: Account) -> set[Deed]:
    """The deeds that this person may do to the version now."""
    found = set()
    for line in TRANSITIONS:
        if line.source == version.stage:
            with suppress(LifeError):
                fit(session, line, version, entry, by=by)
                found.add(line.deed)
    return found


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
