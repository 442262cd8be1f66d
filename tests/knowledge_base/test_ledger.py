"""The ledger only grows, and whatever is done to it, or to what is published, behind our back is found."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from hotline.accounts.roles import Role
from hotline.audit import AuditRow, chain
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.migrating import migrate, roll_back
from hotline.settings import Settings
from knowledge_base import ledger
from knowledge_base.entries import Entry, EntryVersion
from knowledge_base.ledger import Deed, Kind, LedgerRow
from knowledge_base.verifying import verify
from tests.conftest import NOON
from tests.dispatch.town import somebody
from tests.knowledge_base import people as town

GUARDS = ("ledger_row_update", "ledger_row_delete", "entry_version_said", "entry_version_gone", "audit_row_update",
          "audit_row_delete")  # fmt: skip


@contextmanager
def behind_our_back(database: Database) -> Iterator[Session]:
    """Somebody with the database in his hands: no trigger stops him."""
    postgresql = database.engine.dialect.name == "postgresql"
    with database.writing() as session:
        for guard in GUARDS:
            table = guard.rpartition("_")[0]
            session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {guard}" if postgresql else f"DROP TRIGGER {guard}"))
        yield session
        session.flush()
        for guard in GUARDS if postgresql else ():
            session.execute(text(f"ALTER TABLE {guard.rpartition('_')[0]} ENABLE TRIGGER {guard}"))


@pytest.fixture
def kept(database: Database, settings: Settings) -> Database:
    """One published entry, with five rows in the ledger."""
    with database.writing() as session:
        office = Department(code="101", name="玉溪市公安局", short_name="公安局", phone="0877-9601001")
        session.add(office)
        session.flush()
        town.published(session, town.people(session, office), settings)
    return database


def faults(database: Database) -> list[tuple[str, str]]:
    with database.writing() as session:
        chain.seal(session)
    with database.reading() as session:
        assert list(chain.verify(session)) == []
        return [(fault.thing, fault.reason.split(":")[0]) for fault in verify(session)]


def test_what_nobody_touched_holds(kept: Database) -> None:
    assert faults(kept) == []


@pytest.mark.parametrize("deed", ["UPDATE ledger_row SET why = 'x'", "DELETE FROM ledger_row", "DELETE FROM entry_version",
                                  "UPDATE entry_version SET spoken = 'x'"])  # fmt: skip
def test_the_database_itself_refuses(kept: Database, deed: str) -> None:
    with pytest.raises(DBAPIError, match=r"only grows|never changes"), kept.writing() as session:
        session.execute(text(deed))


@pytest.mark.parametrize("change", ["clause = 'x'", "why = 'x'", "\"by\" = 'x'", "deed = 'refused'", "digest = 'x'", "version = 9",
                                    "department_id = 9", "at = '2026-11-23 05:00:00.000000'"])  # fmt: skip
def test_a_row_that_was_changed_is_found(kept: Database, change: str) -> None:
    with behind_our_back(kept) as session:
        session.execute(text(f"UPDATE ledger_row SET {change} WHERE id = 3"))  # noqa: S608
    assert ("ledger row 3", "was changed") in faults(kept)


def test_a_row_that_was_taken_away_is_found(kept: Database) -> None:
    with behind_our_back(kept) as session:
        session.execute(text("DELETE FROM ledger_row WHERE id = 2"))
    assert faults(kept) == [("ledger row 2", "is gone")]


def test_a_row_that_was_added_is_found(kept: Database) -> None:
    with behind_our_back(kept) as session:
        session.execute(text(
            "INSERT INTO ledger_row (kind, thing_id, version, department_id, at, \"by\", deed, clause, why, digest) "
            "VALUES ('entry', 1, 1, 1, '2026-11-23 05:00:00', 'x', 'swept', '', '', '')"))  # fmt: skip
    assert faults(kept) == [("ledger row 6", "was added behind our back")]


@pytest.mark.parametrize("change", ["answer = 'x'", "spoken = 'x'", "summary = 'x'", "phone = 'x'", "keywords = '[]'",
                                    "valid_to = '2030-01-01'", "legal_basis = 'x'", "question = 'x'"])  # fmt: skip
def test_a_published_version_that_no_longer_says_what_was_passed_is_found(kept: Database, change: str) -> None:
    with behind_our_back(kept) as session:
        session.execute(text(f"UPDATE entry_version SET {change}"))  # noqa: S608
    assert faults(kept) == [("entry 1 version 1", "no longer says what the secrecy review passed")]


def test_an_attachment_that_was_put_to_it_afterwards_is_found(kept: Database) -> None:
    with kept.writing() as session:
        session.execute(text("INSERT INTO attachment (entry_version_id, name, media_type, size, sha256, added_by, added_at) "
                             "VALUES (1, 'a.pdf', 'application/pdf', 1, 'x', 'x', '2026-11-23 05:00:00')"))  # fmt: skip
    assert faults(kept) == [("entry 1 version 1", "no longer says what the secrecy review passed")]


def test_what_stands_without_a_review_is_found(kept: Database) -> None:
    with kept.writing() as session:
        session.add(Entry(department_id=1, question="没人看过", state="published", published=1, keywords=[]))
        session.flush()
        session.add(EntryVersion(entry_id=2, number=1, answer="x", spoken="x", valid_from=town.TODAY, written_by="x"))
    assert faults(kept) == [("entry 2 version 1", "stands without a secrecy review")]


def test_whoever_in_the_house_writes_a_row_writes_its_line_too(session: Session) -> None:
    session.add(LedgerRow(kind=Kind.BASE, thing_id=7, version=None, department_id=7, at=NOON, by="x", deed=Deed.CONFIRMED))
    row = ledger.write(session, Deed.CONFIRMED, of=(Kind.LICENCE, 3), version=2, department_id=7, by="y", at=NOON)
    session.flush()
    assert list(verify(session)) == []
    lines = session.scalars(select(AuditRow.deed).where(AuditRow.kind == "ledger").order_by(AuditRow.id)).all()
    assert lines == ["base.confirmed", "licence.confirmed"]
    assert row.id == 2


def test_what_was_published_before_the_ledger_was_kept_is_taken_over_by_the_upgrade(kept: Database) -> None:
    roll_back(kept, "0002")
    migrate(kept)
    with kept.reading() as session:
        rows = session.scalars(select(LedgerRow)).all()
        assert [(row.deed, row.by, row.why) for row in rows] == [("passed", "secrecy_reviewer", "建账前已发布")]
        # The rows that the way back dropped are gone indeed, and said to be; what is published holds.
        assert {fault.reason for fault in verify(session)} == {"is gone"}


def test_a_reviewer_without_a_department_is_the_citys(session: Session) -> None:
    from knowledge_base.hands import is_citys_reviewer, reaches_all

    assert is_citys_reviewer(somebody(session, Role.SECRECY_REVIEWER))
    assert not reaches_all(somebody(session, Role.LIAISON))
