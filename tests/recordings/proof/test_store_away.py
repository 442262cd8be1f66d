"""The store of the recordings goes away while people speak and comes back: meanwhile the spool keeps what comes."""

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cli.main import main
from recordings.archive import archive
from recordings.recordings import Recording, State
from tests.journeys.trouble import Breakable
from tests.recordings.proof import rows, witness
from tests.recordings.proof.conftest import a_house
from tests.recordings.proof.crowd import Voices, crowd
from tests.recordings.proof.lives import lives
from tests.support import buckets
from tests.support.buckets import Server

pytestmark = [pytest.mark.journey, pytest.mark.proof, pytest.mark.timeout(300)]
Property = Callable[[str, object], None]


@pytest.fixture
def server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="hl-s3-") as name, buckets.serving(Path(name)) as server:
        yield server


@pytest.fixture
def house(server: Server) -> Iterator[Breakable]:
    with a_house(RECORDINGS_S3=server.bucket("proof")) as house:
        yield house


def waiting(session: Session) -> int:
    """How many lie in the spool."""
    return session.scalar(select(func.count()).where(Recording.state == State.COMPLETE, Recording.stored == "")) or 0


def kept(session: Session) -> set[str]:
    """The names under which the rows say that they are kept."""
    return set(session.scalars(select(Recording.stored).where(Recording.state == State.COMPLETE)))


def test_while_the_store_is_away_the_spool_keeps_all_and_afterwards_the_store_has_it(house: Breakable, server: Server, voices: Voices, record_property: Property) -> None:
    with crowd(house, voices, "early") as early:
        before = rows.committed(house.database)
        early.over()
    server.kill()  # amid the putting away, or before or after it
    with crowd(house, voices, "late") as late:
        amid = rows.committed(house.database)
        late.over()
    house.eventually(lambda session: True if waiting(session) > len(late.people) else None, 60)
    told = CliRunner().invoke(main, ["recordings", "reconcile"], env=dict(house.here.environment))
    assert (told.exit_code, "can't be reached" in told.output) == (1, True), told.output
    server.start()
    house.eventually(lambda session: True if waiting(session) == 0 else None, 60)
    found = witness.heard_of(house, [*early.people, *late.people], lives(house), before, amid)
    record_property("figures", found)
    assert not found.faults, found.faults
    there = archive(house.settings).store
    house.eventually(lambda session: True if kept(session) == {name for name, _ in there.names()} else None, 30)
    assert not list((house.settings.folder / "recordings").rglob("*.k*")), "nothing lies elsewhere"
    witness.reconciles(house)
