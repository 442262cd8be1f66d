"""The exchange finds what it says to who waits, of the pace there is, and believes it only while the listener lives."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from ami_listener import standing
from ami_listener.standing import Made, keep, said
from dispatch.line.pace import Pace
from hotline.database import Database
from hotline.exchange.link import Link
from hotline.settings import Settings
from tests.ami_listener.switch import Switch
from tests.conftest import NOON


@pytest.fixture
def switch() -> Iterator[Switch]:
    here = Switch()
    yield here
    here.close()


def test_every_place_has_its_sound_and_is_believed_for_two_minutes(
    database: Database, settings: Settings, switch: Switch, monkeypatch: pytest.MonkeyPatch) -> None:
    made: Made = {}
    with Link(switch.address) as link:
        keep(link, made, settings=settings, database=database, at=NOON)
        folder = settings.folder / "exchange/generated/waiting"
        there = {path.relative_to(folder).as_posix() for path in folder.rglob("*.alaw")}
        assert there == {"hotline/you_are_next.alaw", *(f"digits/{n}.alaw" for n in range(2, 11)),
                         *(f"hotline/{name}.alaw" for name in standing.AROUND)}  # fmt: skip
        assert switch.store["waiting", "until"] == str(int((NOON + timedelta(minutes=2)).timestamp()))
        unknown = (folder / "digits/3.alaw").read_bytes()
        monkeypatch.setattr(standing, "pace", lambda *_, **__: Pace(120, 1))
        keep(link, made, settings=settings, database=database, at=NOON)
    assert (folder / "digits/3.alaw").read_bytes() == dict(said(Pace(120, 1), key="key_message", house=settings.folder))["digits/3"] != unknown
