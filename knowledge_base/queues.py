"""Whose turn it is: what waits for the drafter, the leader, the reviewer and the office, each within his reach."""

from datetime import date
from typing import Any

from sqlalchemy import Select, case, false, func, literal, select, union_all

from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission
from hotline.directory.departments import Department
from knowledge_base import approving, base_sweeping, hands, licence_sweeping, sweeping
from knowledge_base.entries import Approval, Entry, EntryVersion, Phrasing
from knowledge_base.ledger import Deed, Kind, LedgerRow
from knowledge_base.licences import Licence, LicenceVersion
from knowledge_base.stages import Stage

Row = Select[*tuple[Any, ...]]
_NEVER = literal(None, EntryVersion.publish_at.type)


def waiting(account: Account, *stages: Stage) -> Row:
    """What is at these stages within the account's reach, entries, licence items and free words of base data, the
    longest waiting first: kind, thing_id, department_id, number, title, stage, written_by, since, publish_at, corrects,
    why."""
    rows = union_all(_entries(account, stages), _licences(account, stages), _bases(account, stages)).subquery("waiting")
    return select(rows).order_by(rows.c.since, rows.c.kind, rows.c.thing_id)


def to_sweep(account: Account | None, *, on: date, days: int) -> Row:
    """What a reviewer (None: all of them) owes another look, entries, licence items and free words of base data, the
    longest owed first: kind, thing_id, department_id, number, title, swept_on."""
    entries = sweeping.due(account, on=on, days=days).with_only_columns(
        literal(Kind.ENTRY.value).label("kind"), Entry.id.label("thing_id"), Entry.department_id.label("department_id"),
        Entry.published.label("number"), Entry.question.label("title"), Entry.swept_on.label("swept_on"),
    ).order_by(None)  # fmt: skip
    items = licence_sweeping.due(account, on=on, days=days).with_only_columns(
        literal(Kind.LICENCE.value), Licence.id, Licence.department_id, LicenceVersion.number, Licence.name,
        Licence.swept_on,
    ).order_by(None)  # fmt: skip
    bases = base_sweeping.due(account, on=on, days=days).with_only_columns(
        literal(Kind.BASE.value), Department.id, Department.id, literal(None, Entry.published.type), Department.name,
        Department.words_swept_on,
    ).order_by(None)  # fmt: skip
    rows = union_all(entries, items, bases).subquery("to_sweep")
    never = case((rows.c.swept_on.is_(None), 0), else_=1)
    return select(rows).order_by(never, rows.c.swept_on, rows.c.kind, rows.c.thing_id)


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


def _entries(account: Account, stages: tuple[Stage, ...]) -> Row:
    return (
        select(literal(Kind.ENTRY.value).label("kind"), Entry.id.label("thing_id"),
               Entry.department_id.label("department_id"), EntryVersion.number.label("number"),
               EntryVersion.question.label("title"), EntryVersion.stage.label("stage"),
               EntryVersion.written_by.label("written_by"), EntryVersion.written_at.label("since"),
               EntryVersion.publish_at.label("publish_at"), EntryVersion.corrects.label("corrects"),
               EntryVersion.why.label("why"))
        .join(EntryVersion, EntryVersion.entry_id == Entry.id)
        .where(EntryVersion.stage.in_(stages), hands.within(Entry.department_id, account))
    )  # fmt: skip


def _licences(account: Account, stages: tuple[Stage, ...]) -> Row:
    """An item's version has no row of its own before it is shown: since when and why it waits, the ledger says."""
    of = (LedgerRow.kind == Kind.LICENCE, LedgerRow.thing_id == Licence.id, LedgerRow.version == Licence.version,
          LedgerRow.deed == Deed.WRITTEN)  # fmt: skip
    last = select(LedgerRow.at).where(*of).order_by(LedgerRow.id.desc()).limit(1)
    why = select(LedgerRow.why).where(*of).order_by(LedgerRow.id.desc()).limit(1)
    return (
        select(literal(Kind.LICENCE.value), Licence.id, Licence.department_id, Licence.version, Licence.name,
               Licence.stage, Licence.written_by, last.scalar_subquery(), _NEVER, false(),
               func.coalesce(why.scalar_subquery(), ""))
        .where(Licence.stage.in_(stages), hands.within(Licence.department_id, account))
    )  # fmt: skip


def _bases(account: Account, stages: tuple[Stage, ...]) -> Row:
    """What was proposed by others, and checked by others."""
    return (
        select(literal(Kind.BASE.value), Department.id, Department.id, literal(None, EntryVersion.number.type),
               Department.name, Department.proposed_stage, Department.proposed_by, Department.proposed_at, _NEVER,
               false(), literal(""))
        .where(Department.proposed_stage.in_(stages), hands.within(Department.id, account),
               Department.proposed_by != account.login, Department.proposed_checked_by != account.login)
    )  # fmt: skip
