"""Whose turn it is: what waits for the drafter, the leader, the reviewer and the office, each within his reach."""

from sqlalchemy import Select, select

from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission
from knowledge_base import approving, hands
from knowledge_base.entries import Approval, Entry, EntryVersion, Phrasing
from knowledge_base.stages import Stage

Row = Select[Entry, EntryVersion]


def at_stage(account: Account, *stages: Stage) -> Row:
    """The versions at these stages, the longest waiting first."""
    return (
        select(Entry, EntryVersion).join(EntryVersion, EntryVersion.entry_id == Entry.id)
        .where(EntryVersion.stage.in_(stages), hands.within(Entry.department_id, account))
        .order_by(EntryVersion.written_at, EntryVersion.id)
    )  # fmt: skip


def stages_of(account: Account) -> tuple[Stage, ...]:
    """The stages at which a version waits for this account; all that is under way for whoever only looks on."""
    own: list[Stage] = []
    if account.may(Permission.WRITE_ENTRY):
        own.append(Stage.DRAFT)
    if account.may(Permission.CHECK_ENTRY):
        own.append(Stage.SUBMITTED)
    if account.may(Permission.REVIEW):
        own += [Stage.CHECKED, Stage.REFERRED] if hands.is_citys_reviewer(account) else [Stage.CHECKED]
    if account.may(Permission.PUBLISH):
        own.append(Stage.PASSED)
    return tuple(own) or (Stage.SUBMITTED, Stage.CHECKED, Stage.REFERRED, Stage.PASSED)


def phrasings(account: Account) -> Select[Phrasing, Entry] | None:
    """The phrasings that wait for this account's word; None when his is not asked for."""
    if not approving.may_decide(account):
        return None
    return (
        select(Phrasing, Entry).join(Entry, Entry.id == Phrasing.entry_id)
        .where(Phrasing.approval == Approval.PROPOSED, hands.within(Entry.department_id, account),
               Phrasing.proposed_by != account.login)
        .order_by(Phrasing.heard.desc(), Phrasing.id)
    )  # fmt: skip
