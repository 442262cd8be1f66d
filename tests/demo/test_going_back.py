"""An upgrade can be taken back and made again with the data in place, on both databases."""

from sqlalchemy import text

from cli import demo_load
from hotline.database import Database
from hotline.migrating import behind, migrate, roll_back
from tests.conftest import NOON, PASSWORD

KEPT = ("department", "entry", "entry_version", "phrasing", "authorisation", "account")


def counted(database: Database) -> dict[str, int]:
    with database.reading() as session:
        return {table: session.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one() for table in KEPT}  # noqa: S608


def test_going_back_and_forth_loses_no_row_and_what_was_published_stays_published(database: Database) -> None:
    with database.writing() as session:
        list(demo_load.load(session, password=PASSWORD, at=NOON))
    before = counted(database)
    roll_back(database, "0002")
    assert behind(database)
    assert counted(database) == before
    migrate(database)
    assert not behind(database)
    assert counted(database) == before
    with database.reading() as session:
        stages = session.execute(text("SELECT DISTINCT stage FROM entry_version")).scalars().all()
        unlike = text("SELECT count(*) FROM entry_version v JOIN entry e ON e.id = v.entry_id "
                      "WHERE v.question <> e.question OR v.category <> e.category")  # fmt: skip
        unsigned = text("SELECT count(*) FROM authorisation WHERE signed_at IS NULL")
        assert stages == ["published"]
        assert session.execute(unlike).scalar_one() == 0
        assert session.execute(unsigned).scalar_one() == 0
