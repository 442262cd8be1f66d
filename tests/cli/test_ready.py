"""Ready is who answers now: what the database still knows from the day before doesn't count."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from cli.installation import installation
from cli.ready import not_ready, until_ready
from hotline import parts
from hotline.database import Database
from hotline.settings import Settings
from hotline.times import now
from tests.journeys.conftest import free_ports
from tests.support import blank

DOORS = ["FastAGI", "pages", "public pages"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    agi, web, public = map(str, free_ports(3))
    given = {"FOLDER": str(tmp_path), "AGI_PORT": agi, "WEB_PORT": web, "PUBLIC_PORT": public}
    return installation({f"HOTLINE_{name}": value for name, value in given.items()}).settings


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = blank.copied(tmp_path)
    yield made
    made.close()


def _beat(database: Database, *names: str, well: bool = True, ago: timedelta = timedelta()) -> None:
    with database.writing() as session:
        for name in names:
            parts.beat(session, name, well=well, at=now() - ago)


def test_who_lived_before_we_started_is_not_ready(settings: Settings, database: Database) -> None:
    since = now()
    _beat(database, "listener", "worker", ago=timedelta(seconds=2))
    assert not_ready(settings, database, since=since) == [*DOORS, "listener", "worker"]


def test_who_lives_but_is_ill_is_not_ready(settings: Settings, database: Database) -> None:
    since = now()
    _beat(database, "worker")
    _beat(database, "listener", well=False)
    assert not_ready(settings, database, since=since) == [*DOORS, "listener"]


def test_with_speech_the_one_that_hears_is_waited_for_too(settings: Settings, database: Database) -> None:
    speaking = settings.model_copy(update={"speech": True})
    assert "hear" in not_ready(speaking, database, since=now())
    elsewhere = speaking.model_copy(update={"hear_address": "http://127.0.0.1:9"})
    assert "hear" not in not_ready(elsewhere, database, since=now())


def test_waiting_ends_when_the_last_one_answers_and_names_who_never_does(settings: Settings, database: Database) -> None:
    since, tended = now(), []
    _beat(database, "listener", "worker")

    def until(seconds: float) -> list[str]:
        return until_ready(settings, database, Event(), since=since, tend=lambda: tended.append(1), seconds=seconds)

    assert until(0.3) == DOORS
    assert tended
    with ExitStack() as opened:
        for port in (settings.agi_port, settings.web_port, settings.public_port):
            opened.enter_context(socket.create_server(("127.0.0.1", port)))
        assert until(5) == []
