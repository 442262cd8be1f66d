"""Whether the ledger and what is published still are what was written down: any change behind our back is found."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from hotline.audit import AuditRow
from knowledge_base.content import digest
from knowledge_base.entries import Entry, EntryVersion, State
from knowledge_base.ledger import WITNESS, Deed, Kind, LedgerRow, digest_of
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
    passed: dict[tuple[int, int | None], str] = {}
    reviews = select(LedgerRow).where(LedgerRow.kind == Kind.ENTRY, LedgerRow.deed == Deed.PASSED)
    for row in session.scalars(reviews.order_by(LedgerRow.id)).yield_per(1000):
        passed[row.thing_id, row.version] = row.digest
    stands = (Entry.state == State.PUBLISHED) & (Entry.published == EntryVersion.number)
    out = (*ONCE_PUBLISHED, Stage.PASSED)
    query = (
        select(EntryVersion).join(Entry, Entry.id == EntryVersion.entry_id)
        .where(or_(EntryVersion.stage.in_(out), EntryVersion.published_at.is_not(None), stands))
        .options(selectinload(EntryVersion.attachments)).order_by(EntryVersion.id)
    )  # fmt: skip
    for version in session.scalars(query).yield_per(500):
        name = f"entry {version.entry_id} version {version.number}"
        reviewed = passed.get((version.entry_id, version.number))
        if reviewed is None:
            yield Fault(name, "stands without a secrecy review")
        elif reviewed != digest(version):
            yield Fault(name, "no longer says what the secrecy review passed")
