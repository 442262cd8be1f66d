"""Keys are changed twice while people speak and others listen to all there is: nobody notices, and nothing is lost."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from cli.main import main
from hotline.kept.reading import digest
from recordings import masked
from recordings.archive import archive
from recordings.recordings import Recording, State
from tests.journeys.trouble import Breakable
from tests.recordings.proof import rows, witness
from tests.recordings.proof.crowd import Crowd, Voices, crowd
from tests.recordings.proof.lives import lives
from tests.recordings.proof.rows import Look

pytestmark = [pytest.mark.journey, pytest.mark.proof, pytest.mark.timeout(300)]
Property = Callable[[str, object], None]
SEALED_ANEW = 6.0  # seconds for which the worker is left to it


class Listeners:
    """Several who listen to one recording after the other, whole, and what they found."""

    def __init__(self, house: Breakable) -> None:
        self._house = house
        self.hearings, self.faults = 0, list[str]()

    @contextmanager
    def listening(self, many: int = 3) -> Iterator[None]:
        over = threading.Event()
        threads = [threading.Thread(target=self._listen, args=(over,)) for _ in range(many)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            over.set()
            for thread in threads:
                thread.join()

    def _listen(self, over: threading.Event) -> None:
        while not over.wait(0.05):
            with self._house.database.reading() as session:
                rows = list(session.scalars(select(Recording).where(Recording.state == State.COMPLETE)))
            time.sleep(0.1)  # a page between its row and its sound
            for row in rows:
                self._hear(row)

    def _hear(self, row: Recording) -> None:
        there = archive(self._house.settings)
        try:
            with closing(masked.opened(there, row, (), database=self._house.database)) as content:
                whole = digest(content) == row.sha256
        except Exception as fault:  # whatever it is: somebody would have heard half of it
            self.faults.append(f"{row.id}: {fault!r}")
            return
        self.hearings += 1
        if not whole:
            self.faults.append(f"{row.id} was heard otherwise than it is")


def rotated(house: Breakable) -> None:
    told = CliRunner().invoke(main, ["recordings", "keys", "rotate"], env=dict(house.here.environment))
    assert told.exit_code == 0, told.output


def test_keys_change_while_people_speak_and_others_listen_and_nobody_notices(house: Breakable, voices: Voices, record_property: Property) -> None:
    listeners, crowds, before = Listeners(house), list[Crowd](), list[Look]()
    for name in ("first", "second"):
        with crowd(house, voices, name) as there, listeners.listening():
            crowds.append(there)
            before.append(rows.committed(house.database))
            rotated(house)
            time.sleep(SEALED_ANEW)
            rotated(house)
            there.over()
    there = archive(house.settings)
    current = there.ring.current_id(there.cipher)
    others = select(Recording.id).where(Recording.state == State.COMPLETE, Recording.key_id != current)
    house.eventually(lambda session: True if not session.scalars(others).all() else None, 60)
    told = witness.heard_of(house, [person for one in crowds for person in one.people], lives(house), *before)
    record_property("figures", f"{told}; {listeners.hearings} hearings while keys changed four times")
    assert not told.faults, told.faults
    assert not listeners.faults, listeners.faults
    assert sorted(name for name, _ in there.store.names() if not name.endswith(current)) == []
    witness.reconciles(house)
