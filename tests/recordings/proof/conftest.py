"""A house to break, with a department that is open, and the voice whose every half second is looked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.journeys import handing
from tests.journeys.trouble import Breakable, breakable
from tests.recordings.proof import staircase


@contextmanager
def a_house(**how: Any) -> Iterator[Breakable]:
    """One of its own."""
    with breakable(**how) as house:
        with house.database.writing() as session:
            handing.open_office(session)
        yield house


@pytest.fixture(scope="module")
def house() -> Iterator[Breakable]:
    with a_house() as house:
        yield house


@pytest.fixture(scope="session")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return staircase.written(tmp_path_factory.mktemp("voice") / "stairs.alaw")
