"""A PostgreSQL on a disk that others have filled is left some of the recordings' reserve, and writes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from cli import ahead
from hotline.database import Database
from hotline.settings import Settings, read_settings
from recordings.ahead import Ahead
from recordings.reserve import LENT, MEGABYTE
from tests.support import blank, disks, servers
from tests.support.disks import Disk

RESERVE = 70  # megabytes: two pieces may be lent


@pytest.fixture
def disk() -> Iterator[Disk]:
    with disks.small(400) as disk:
        yield disk


@pytest.fixture
def settings(disk: Disk) -> Settings:
    made = read_settings({"HOTLINE_FOLDER": str(disk.folder / "house"), "HOTLINE_SECRET_KEY": "s" * 40,
                          "HOTLINE_DISK_RESERVE_MEGABYTES": str(RESERVE)})  # fmt: skip
    made.spool.mkdir(parents=True)
    Ahead.of(made).look(at=0)
    return made


@pytest.fixture
def beside(disk: Disk) -> Iterator[Database]:
    with servers.postgresql(disk.folder / "pg", blank.cluster()) as address:
        here = Database(address)
        with here.writing() as session:
            session.execute(text("CREATE TABLE heap (words text)"))
        yield here
        here.close()


def writes(database: Database) -> None:
    """More than lies free in the pages that the table has."""
    with database.writing() as session:
        session.execute(text("INSERT INTO heap SELECT repeat(md5(n::text), 20) FROM generate_series(1, 500) n"))


@pytest.mark.timeout(60)
def test_what_it_is_left_lets_it_write_again_and_half_stays_with_recordings(
    settings: Settings, disk: Disk, beside: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes(beside)
    own = Ahead.of(settings)
    assert own.reserve.left == RESERVE * MEGABYTE
    assert ahead.lend(own, beside, before=0.0) == 0.0, "nothing is wrong"
    with disk.full():
        with pytest.raises(DBAPIError, match="No space left"):
            writes(beside)
        lent = ahead.lend(own, beside, before=0.0)
        assert own.reserve.left == RESERVE * MEGABYTE - LENT
        writes(beside)
        assert ahead.lend(own, beside, before=lent) == lent, "it is well again"
        monkeypatch.setattr(ahead, "LEND_EVERY", 0.0)
        for n in range(4):
            disks.fill(disk.folder / f"filler{n}")
            beside.stuck_at += 1.0
            ahead.lend(own, beside, before=0.0)
        assert RESERVE * MEGABYTE // 2 <= own.reserve.left < RESERVE * MEGABYTE // 2 + LENT


def test_a_disk_that_has_room_is_not_the_one_that_its_database_lacks(settings: Settings, postgresql_address: str) -> None:
    elsewhere = Database(postgresql_address)
    with pytest.raises(DBAPIError), elsewhere.writing() as session:
        session.execute(text("DO $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$"))
    assert elsewhere.stuck_at > 0
    own = Ahead.of(settings)
    ahead.lend(own, elsewhere, before=0.0)
    assert own.reserve.left == RESERVE * MEGABYTE
    with pytest.raises(DBAPIError), elsewhere.reading() as session:
        session.execute(text("SELECT nothing"))
    gone = Database(f"postgresql+psycopg://hotline@/hotline?host={Path('/nonexistent')}")
    with pytest.raises(DBAPIError), gone.reading() as session:
        session.execute(text("SELECT 1"))
    assert gone.stuck_at > 0
    for one in (elsewhere, gone):
        one.close()
