"""A house to break, with a department that is open, and the voices whose every half second is looked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from cli.exchange import Exchange
from hotline.times import now
from hotline.voice import orders
from tests.journeys import handing, town
from tests.journeys.trouble import Breakable, breakable
from tests.recordings.proof import staircase
from tests.recordings.proof.crowd import Voices

WHERE_MUSIC_LIES = "/usr/share/asterisk/sounds/moh"


class Humming(Exchange):
    """An exchange whose music is a voice, too."""

    def _make_room(self) -> None:
        super()._make_room()
        staircase.written(self._music / "tune.alaw", staircase.MUSIC)

    def _mounts(self) -> list[tuple[Path, str]]:
        return [*super()._mounts(), (self._music, f"{WHERE_MUSIC_LIES}:ro")]

    @property
    def _music(self) -> Path:
        return self.plan.folder / "music"


@contextmanager
def a_house(exchange_of: type[Humming] = Humming, **how: Any) -> Iterator[Breakable]:
    """One of its own."""
    with breakable(exchange_of=exchange_of, **how) as house:
        with house.database.writing() as session:
            handing.open_office(session)
            reply = orders.order(session, town.ANSWER, voice=house.settings.voice, urgent=True, at=now())
        house.eventually(lambda session: True if not orders.unmade(session, reply) else None, 150)
        yield house


@pytest.fixture(scope="module")
def house() -> Iterator[Breakable]:
    with a_house() as house:
        yield house


@pytest.fixture(scope="session")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Voices:
    return Voices.written(tmp_path_factory.mktemp("voices"))
