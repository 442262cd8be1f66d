"""What is being recorded has room before it needs it: on a disk that others fill it is written on, nobody else is."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from hotline.settings import Settings, read_settings
from recordings.ahead import MINUTE, WRITTEN, Ahead
from recordings.reserve import MEGABYTE
from tests.support import disks
from tests.support.disks import Disk

RESERVE = 4


@pytest.fixture
def disk() -> Iterator[Disk]:
    with disks.small(24) as disk:
        yield disk


@pytest.fixture
def settings(disk: Disk) -> Settings:
    """A house on that disk: a minute ahead, and a reserve."""
    made = read_settings({"HOTLINE_FOLDER": str(disk.folder), "HOTLINE_SECRET_KEY": "s" * 40,
                          "HOTLINE_RECORDINGS_AHEAD_MINUTES": "1", "HOTLINE_DISK_RESERVE_MEGABYTES": str(RESERVE)})  # fmt: skip
    for name in ("calls", "legs", "messages", "cel"):
        (made.spool / name).mkdir(parents=True)
    return made


def begun(settings: Settings, name: str) -> Path:
    """A file that the exchange has just begun."""
    path = settings.spool / name
    path.write_bytes(b"RIFF")
    return path


def now_of(path: Path) -> float:
    return path.stat().st_mtime


def spoken(path: Path, many: int) -> None:
    """So many bytes more, as the exchange writes them."""
    with path.open("ab", buffering=0) as file:
        assert file.write(bytes(many)) == many


def kept(path: Path) -> int:
    return path.stat().st_blocks * 512


@pytest.mark.parametrize("name", ["calls/c.caller.wav", "calls/c.house.wav", "legs/c.l.house.wav", "messages/c.wav", "cel/Master.csv"])
def test_what_is_written_has_room_for_what_comes_and_stays_as_long_as_it_is(settings: Settings, name: str) -> None:
    path = begun(settings, name)
    Ahead.of(settings).look(at=now_of(path))
    assert kept(path) >= MINUTE
    assert path.read_bytes() == b"RIFF"


def test_what_is_whole_or_nobody_writes_any_more_gets_none(settings: Settings) -> None:
    whole, left = begun(settings, "calls/c.wav"), begun(settings, "calls/d.caller.wav")
    Ahead.of(settings).look(at=now_of(left) + WRITTEN + 1)
    Ahead.of(settings).look(at=now_of(whole) + WRITTEN - 1)
    assert (kept(whole) < MINUTE, kept(left) >= MINUTE) == (True, True)
    left.unlink()
    left = begun(settings, "calls/d.caller.wav")
    Ahead.of(settings).look(at=now_of(left) + WRITTEN + 1)
    assert kept(left) < MINUTE


def test_on_a_full_disk_who_speaks_is_recorded_on_and_who_comes_is_until_the_reserve_is_used_up(settings: Settings, disk: Disk) -> None:
    ahead, speaks = Ahead.of(settings), begun(settings, "calls/c.caller.wav")
    ahead.look(at=now_of(speaks))
    assert ahead.reserve.left == RESERVE * MEGABYTE
    with disk.full():
        with pytest.raises(OSError, match="No space"):
            spoken(settings.spool / "stranger", 1)
        spoken(speaks, MINUTE - 4096)
        comes = settings.spool / "calls" / "d.caller.wav"
        os.close(os.open(comes, os.O_CREAT | os.O_WRONLY))
        for minute in range(1, RESERVE - 1):
            ahead.look(at=now_of(comes) + minute / 10)
            spoken(comes, MINUTE - 4096)
            spoken(speaks, MINUTE - 4096) if minute == 1 else None
        assert ahead.reserve.left < MINUTE
        with pytest.raises(OSError, match="No space"):
            ahead.look(at=now_of(comes) + 2)
    ahead.look(at=now_of(comes) + 20)
    assert ahead.reserve.left == RESERVE * MEGABYTE


def test_a_reserve_is_set_aside_only_where_as_much_again_stays_free_and_follows_its_setting(settings: Settings) -> None:
    much = settings.model_copy(update={"disk_reserve_megabytes": 16})
    Ahead.of(much).look(at=0)
    assert Ahead.of(much).reserve.left == 0
    Ahead.of(settings).look(at=0)
    assert kept(settings.spool / "reserve") >= RESERVE * MEGABYTE
    for less in (2, 0):
        Ahead.of(settings.model_copy(update={"disk_reserve_megabytes": less})).look(at=0)
        assert (settings.spool / "reserve").stat().st_size == less * MEGABYTE
