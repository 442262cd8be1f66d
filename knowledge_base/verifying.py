"""Whether the ledger and what is published still are what was written down: any change behind our back is found."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from hotline.audit import AuditRow
from hotline.directory.departments import Department
from knowledge_base import base_words, licence_text
from knowledge_base.base_sweeping import NOTHING
from knowledge_base.content import digest
from knowledge_base.entries import Entry, EntryVersion, State
from knowledge_base.ledger import WITNESS, Deed, Kind, LedgerRow, digest_of
from knowledge_base.licences import Licence, LicenceVersion
from knowledge_base.stages import ONCE_PUBLISHED, Stage


@dataclass(frozen=True)
class Fault:
    """What doesn't hold: which thing, and why, in words."""

    thing: str
    reason: str


def verify(session: Session) -> Iterator[Fault]:
    """Compare the ledger with the audit trail (whose chain is verified elsewhere), and what is or was published with
    the digests that the secrecy review passed."""
    yield from _rows(session)
    yield from _versions(session)
    yield from _licences(session)
    yield from _bases(session)


def _rows(session: Session) -> Iterator[Fault]:
    told: dict[str, set[str]] = {}
    for thing, details in session.execute(select(AuditRow.thing, AuditRow.details).where(AuditRow.kind == WITNESS)):
        told.setdefault(thing, set()).add(details.get("row", ""))
    for row in session.scalars(select(LedgerRow).order_by(LedgerRow.id)).yield_per(1000):
        witness = told.pop(str(row.id), None)
        if witness is None:
            yield Fault(f"ledger row {row.id}", "was added behind our back: the audit trail doesn't know it")
        elif digest_of(row) not in witness:
            yield Fault(f"ledger row {row.id}", "was changed")
    for thing in sorted(told, key=int):
        yield Fault(f"ledger row {thing}", "is gone")


def _versions(session: Session) -> Iterator[Fault]:
    passed = _passed(session, Kind.ENTRY)
    stands = (Entry.state == State.PUBLISHED) & (Entry.published == EntryVersion.number)
    out = (*ONCE_PUBLISHED, Stage.PASSED)
    query = (
        select(EntryVersion).join(Entry, Entry.id == EntryVersion.entry_id)
        .where(or_(EntryVersion.stage.in_(out), EntryVersion.published_at.is_not(None), stands))
        .options(selectinload(EntryVersion.attachments)).order_by(EntryVersion.id)
    )  # fmt: skip
    for version in session.scalars(query).yield_per(500):
        yield from _held(f"entry {version.entry_id} version {version.number}", digest(version),
                         passed.get((version.entry_id, version.number)))  # fmt: skip


def _licences(session: Session) -> Iterator[Fault]:
    """What citizens are shown now, and all that they were shown before."""
    passed = _passed(session, Kind.LICENCE)
    for row in session.scalars(select(Licence).where(Licence.shown.is_not(None)).order_by(Licence.id)).yield_per(500):
        yield from _held(f"licence {row.id}", licence_text.digest(licence_text.read(row.shown or {})),
                         passed.get((row.id, row.number_shown)))  # fmt: skip
    for old in session.scalars(select(LicenceVersion).order_by(LicenceVersion.id)).yield_per(500):
        yield from _held(f"licence {old.licence_id} version {old.number}",
                         licence_text.digest(licence_text.read(old.text)),
                         passed.get((old.licence_id, old.number)))  # fmt: skip


def _bases(session: Session) -> Iterator[Fault]:
    """The free words of base data, where the review let some out or took them away."""
    deeds = (Deed.PUBLISHED, Deed.PULLED)
    rows = select(LedgerRow).where(LedgerRow.kind == Kind.BASE, LedgerRow.deed.in_(deeds)).order_by(LedgerRow.id)
    last = {row.thing_id: row.digest if row.deed == Deed.PUBLISHED else base_words.digest(Department(**NOTHING))
            for row in session.scalars(rows).yield_per(1000)}  # fmt: skip
    for unit in session.scalars(select(Department).where(Department.id.in_(last)).order_by(Department.id)):
        yield from _held(f"base data of department {unit.id}", base_words.digest(unit), last[unit.id])


def _passed(session: Session, kind: Kind) -> dict[tuple[int, int | None], str]:
    """By thing and version the digest of what the review passed last."""
    reviews = select(LedgerRow).where(LedgerRow.kind == kind, LedgerRow.deed == Deed.PASSED).order_by(LedgerRow.id)
    return {(row.thing_id, row.version): row.digest for row in session.scalars(reviews).yield_per(1000)}


def _held(name: str, says: str, reviewed: str | None) -> Iterator[Fault]:
    if reviewed is None:
        yield Fault(name, "stands without a secrecy review")
    elif reviewed != says:
        yield Fault(name, "no longer says what the secrecy review passed")
