"""The ledger only grows, and whatever is done to it, or to what is published, behind our back is found."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from hotline import audit
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.audit import AuditRow, chain
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.migrating import migrate, roll_back
from hotline.settings import Settings
from knowledge_base import ledger, licence_life
from knowledge_base.entries import Entry, EntryVersion
from knowledge_base.ledger import Deed, Kind, LedgerRow
from knowledge_base.licence_text import LicenceText
from knowledge_base.licences import Licence, LicenceVersion
from knowledge_base.verifying import verify
from tests.conftest import NOON
from tests.dispatch.town import somebody
from tests.knowledge_base import people as town
from tests.knowledge_base.test_licences import TEXT

GUARDS = ("ledger_row_update", "ledger_row_delete", "entry_version_said", "entry_version_gone", "audit_row_update",
          "audit_row_delete", "licence_shown", "licence_gone", "licence_version_said", "licence_version_gone")  # fmt: skip


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


@pytest.fixture
def permitted(kept: Database) -> Database:
    """And one licence item that citizens see."""
    with kept.writing() as session:
        who = {a.login: a for a in session.scalars(select(Account))}
        licence = licence_life.begin(session, session.get_one(Department, 1), TEXT, by=who["liaison"], at=NOON)
        licence_life.submit(session, licence, by=who["liaison"], at=NOON)
        licence_life.check(session, licence, by=who["leader"], at=NOON)
        licence_life.pass_review(session, licence, by=who["secrecy_reviewer"], at=NOON)
    return kept


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


@pytest.mark.parametrize("deed", ["UPDATE licence SET shown = '{\"name\": \"x\", \"version\": 1}'", "DELETE FROM licence", "DELETE FROM licence_version",
                                  "UPDATE licence_version SET text = '{}'"])  # fmt: skip
def test_the_database_itself_refuses_to_change_what_citizens_were_shown(permitted: Database, deed: str) -> None:
    with pytest.raises(DBAPIError, match=r"never changes"), permitted.writing() as session:
        session.execute(text(deed))


@pytest.mark.parametrize(("table", "column", "thing"), [("licence", "shown", "licence 1"), ("licence_version", "text", "licence 1 version 1")])
def test_a_licence_item_that_no_longer_says_what_was_passed_is_found(permitted: Database, table: str, column: str, thing: str) -> None:
    assert faults(permitted) == []
    said = json.dumps({**TEXT.shown(1), "fee": "100元"}).replace(":", "\\:")
    with behind_our_back(permitted) as session:
        session.execute(text(f"UPDATE {table} SET {column} = '{said}'"))  # noqa: S608
    assert faults(permitted) == [(thing, "no longer says what the secrecy review passed")]


def test_a_licence_item_that_is_shown_without_a_review_is_found(kept: Database) -> None:
    with kept.writing() as session:
        session.add(Licence(department_id=1, name="x", stage="published", shown=LicenceText("x").shown(1)))
    assert faults(kept) == [("licence 1", "stands without a secrecy review")]


def test_a_licence_item_that_was_shown_before_its_texts_were_kept_is_taken_over_by_the_upgrade(permitted: Database) -> None:
    with permitted.writing() as session:
        session.add(Licence(department_id=1, name="没有台账", version=3, stage="published", shown=LicenceText("没有台账", downloads=("https://x",)).shown(3)))
    roll_back(permitted, "0010")
    migrate(permitted)
    assert faults(permitted) == []
    with permitted.reading() as session:
        rows = session.scalars(select(LicenceVersion).order_by(LicenceVersion.id)).all()
        assert [(row.licence_id, row.number, row.stage, row.text["name"]) for row in rows] == [(1, 1, "published", TEXT.name), (2, 3, "published", "没有台账")]
        assert rows[0].shown_at == NOON
        assert session.scalars(select(LedgerRow.why).where(LedgerRow.thing_id == 2, LedgerRow.deed == Deed.PASSED)).all() == ["建账前已公开"]


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


def test_what_was_linked_or_proposed_before_is_taken_over_by_the_upgrade(permitted: Database) -> None:
    with permitted.writing() as session:
        entry, unit = session.get_one(Entry, 1), session.get_one(Department, 1)
        entry.licence_id, unit.proposed, unit.proposed_by = 1, {"duties": "户籍"}, "liaison"
        audit.note(session, "licence.linked", by="city", at=NOON, about=("licence", 1), come=[1], gone=[])
    roll_back(permitted, "0022a")
    migrate(permitted)
    with permitted.reading() as session:
        entry, unit = session.get_one(Entry, 1), session.get_one(Department, 1)
        assert (entry.linked_at, unit.proposed_stage, unit.proposed_hands, unit.words_swept_on) == (NOON, "submitted", [], None)
