"""The audit trail only grows, and a changed row is found."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from hotline import audit
from hotline.audit import chain
from hotline.database import Database
from tests.conftest import NOON


def _deeds(database: Database, count: int) -> None:
    with database.writing() as session:
        for number in range(count):
            audit.note(session, "deed", by="某人", at=NOON, about=("thing", number), reason="因为", 数=number)
    with database.writing() as session:
        chain.seal(session)


def test_an_untouched_trail_holds(database: Database) -> None:
    _deeds(database, 5)
    with database.reading() as session:
        assert list(chain.verify(session)) == []
        assert chain.head(session)[0] == 5
        assert chain.unsealed(session) == 0


@pytest.mark.parametrize("deed", ["UPDATE audit_row SET reason = 'x'", "DELETE FROM audit_row", "DELETE FROM audit_seal"])
def test_the_database_itself_refuses_to_change_the_trail(database: Database, deed: str) -> None:
    _deeds(database, 2)
    with pytest.raises(DBAPIError, match="only grows"), database.writing() as session:
        session.execute(text(deed))


def test_a_row_changed_behind_the_databases_back_is_found(database: Database) -> None:
    _deeds(database, 5)
    on = " ON audit_row" if database.engine.dialect.name == "postgresql" else ""
    with database.writing() as session:
        session.execute(text("DROP TRIGGER audit_row_update" + on))
        session.execute(text("UPDATE audit_row SET reason = '别的原因' WHERE id = 3"))
    try:
        with database.reading() as session:
            found = list(chain.verify(session))
        assert [(b.place, b.row_id) for b in found] == [(3, 3)]
    finally:
        if on:
            with database.writing() as session:
                session.execute(text(
                    "CREATE TRIGGER audit_row_update BEFORE UPDATE ON audit_row "
                    "FOR EACH ROW EXECUTE FUNCTION refuse_change()"))  # fmt: skip


def test_a_row_that_was_committed_late_is_sealed_and_one_put_in_far_back_is_found(database: Database) -> None:
    row = text("INSERT INTO audit_row (id, at, \"by\", deed, kind, thing, reason, details) "
               "VALUES (:id, '2026-11-23 04:00:00', 'x', 'deed', 'thing', '1', '', '{}')")  # fmt: skip
    far = 1 + 2 * chain.REACH
    with database.writing() as session:
        session.execute(row, [{"id": far}])
    with database.writing() as session:
        assert chain.owes(session)
        assert chain.seal(session) == 1
    with database.writing() as session:
        session.execute(row, [{"id": far - 5}, {"id": 7}])
    with database.writing() as session:
        assert chain.owes(session)
        assert chain.seal(session) == 1
        assert not chain.owes(session)
    with database.reading() as session:
        assert [(b.row_id, b.reason) for b in chain.verify(session)] == [(7, "the row was never sealed")]
