"""Recordings: expected once, measured and hashed when the call is over, mended when their writer died."""

import hashlib
import struct
import wave
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.database import Database
from hotline.settings import Settings
from recordings import audio, recordings
from recordings.archive import archive
from recordings.recordings import Kind, Recording, State, expect, take_in
from tests.conftest import NOON
from tests.dispatch.town import CALL, later, sound


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "calls" / f"{CALL}.wav"


def intact(row: Recording) -> bool:
    return archive(Settings(folder=Path(row.path).parent, secret_key="s" * 40)).intact(row)


def expected(path: Path) -> Recording:
    return Recording(call_id=CALL, kind=Kind.CALL, path=str(path), began_at=NOON, state=State.RUNNING, sha256="", stored="")


def test_a_recording_is_expected_once_for_each_kind(session: Session, tmp_path: Path) -> None:
    first = expect(session, CALL, kind=Kind.CALL, spool=tmp_path, at=NOON)
    assert expect(session, CALL, kind=Kind.CALL, spool=tmp_path, at=later(hours=1)) is first
    message = expect(session, CALL, kind=Kind.MESSAGE, spool=tmp_path, at=NOON)
    assert session.scalar(select(func.count()).select_from(Recording)) == 2
    assert (first.path, message.path) == (str(tmp_path / "calls" / f"{CALL}.wav"), str(tmp_path / "messages" / f"{CALL}.wav"))
    assert (first.state, first.began_at) == (State.RUNNING, NOON)


def test_recordings_of_many_calls_are_expected_at_once_and_none_twice(session: Session, tmp_path: Path) -> None:
    expect(session, "a", kind=Kind.CALL, spool=tmp_path, at=NOON)
    recordings.expect_all(session, {"a": later(hours=1), "b": NOON}, kind=Kind.CALL, spool=tmp_path)
    rows = session.scalars(select(Recording).order_by(Recording.call_id)).all()
    assert [(r.call_id, r.began_at, r.state) for r in rows] == [("a", NOON, State.RUNNING), ("b", NOON, State.RUNNING)]


@pytest.mark.parametrize("seconds", [0.0, 0.5, 2.0, 61.25])
def test_what_is_taken_in_has_its_length_size_and_digest(path: Path, seconds: float) -> None:
    row = expected(sound(path, seconds))
    assert take_in(row, keep_days=730, at=later(hours=1))
    content = path.read_bytes()
    assert (row.state, row.seconds, row.size) == (State.COMPLETE, seconds, len(content))
    assert row.sha256 == hashlib.sha256(content).hexdigest()
    assert row.taken_in_at == later(hours=1)
    assert row.keep_until == NOON + timedelta(days=730)


def test_a_file_that_is_not_there_is_missing_and_said_to_be(path: Path) -> None:
    row = expected(path)
    assert take_in(row, keep_days=730, at=NOON) is False
    assert (row.state, row.taken_in_at, row.sha256) == (State.MISSING, NOON, "")
    assert not intact(row)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"RIFF\x24\x00\x00\x00WAVEfmt ", b"\0" * 44, b"x" * 5000,
                                     struct.pack("<4sI4s4sIHHIIHH4sI", b"RIFF", 40, b"WAVE", b"fmt ", 16, 1, 1, 0, 0, 2, 16, b"data", 4) + b"\1\0" * 2])
def test_a_file_without_sound_is_missing_and_breaks_nothing(path: Path, content: bytes) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    row = expected(path)
    assert take_in(row, keep_days=730, at=NOON) is False
    assert row.state == State.MISSING


@pytest.mark.parametrize("told", [0, 0xFFFFFFFF, 999_999])
def test_a_header_that_its_writer_left_unfinished_is_mended(path: Path, told: int) -> None:
    sound(path, 2.0)
    whole = path.read_bytes()
    path.write_bytes(whole[:4] + struct.pack("<I", told) + whole[8:40] + struct.pack("<I", told) + whole[44:])
    row = expected(path)
    assert take_in(row, keep_days=730, at=NOON)
    assert (path.read_bytes(), row.seconds) == (whole, 2.0)
    assert intact(row)


@pytest.mark.parametrize("closed", [True, False])
def test_a_header_for_which_there_was_no_room_is_written_anew(path: Path, closed: bool) -> None:
    sound(path, 2.0)
    whole = path.read_bytes()
    sizes = (whole[4:8], whole[40:44]) if closed else (bytes(4), bytes(4))
    path.write_bytes(bytes(4) + sizes[0] + bytes(32) + sizes[1] + whole[44:])
    assert audio.is_closed(path) == closed
    assert take_in(expected(path), keep_days=730, at=NOON)
    assert path.read_bytes() == whole


def test_a_sound_header_is_left_as_it_is(path: Path) -> None:
    sound(path, 1.0)
    before = path.read_bytes()
    assert audio.mend_header(path) is False
    assert path.read_bytes() == before


def test_a_file_whose_last_sample_was_torn_is_still_measured(path: Path) -> None:
    sound(path, 2.0)
    content = path.read_bytes()
    path.write_bytes(content[:40] + b"\0\0\0\0" + content[44:-1])
    row = expected(path)
    assert take_in(row, keep_days=730, at=NOON)
    assert row.seconds == pytest.approx(2.0, abs=0.001)


def test_a_file_that_was_changed_or_taken_away_is_no_longer_intact(path: Path) -> None:
    row = expected(sound(path))
    take_in(row, keep_days=730, at=NOON)
    assert intact(row)
    with path.open("r+b") as file:
        file.seek(1000)
        file.write(b"\x01")
    assert not intact(row)
    path.unlink()
    assert not intact(row)


def test_the_drawing_of_a_sound_is_its_loudest_samples(path: Path) -> None:
    path.parent.mkdir()
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        for loudness in (0, 16384, -32768, 8192):
            file.writeframes(struct.pack("<h", 0) * 99 + struct.pack("<h", loudness))
    with path.open("rb") as drawn:
        assert audio.peaks(drawn, points=4) == [[0.0, 0.5, 1.0, 0.25]]
    assert audio.seconds(path) == 0.05


def test_a_drawing_has_no_more_points_than_asked_for_nor_than_there_are_samples(path: Path) -> None:
    def drawn(seconds: float, **asked: int) -> list[float]:
        with sound(path, seconds).open("rb") as file:
            (side,) = audio.peaks(file, **asked)
            return side

    assert drawn(1.0) == [round(8000 / 32768, 3)] * 400
    assert len(drawn(1.0, points=10)) == 10
    assert len(drawn(0.01)) == 80
    assert drawn(0.0) == []


def test_a_file_is_closed_when_its_header_tells_its_length(tmp_path: Path) -> None:
    path = tmp_path / "call.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(1600))
    assert audio.is_closed(path)
    with path.open("ab") as file:
        file.write(bytes(320))
    assert not audio.is_closed(path)


def test_a_sound_that_stands_where_its_header_was_to_be_is_whole_again(path: Path) -> None:
    """The exchange writes both sizes over it when it closes the file (streams of a real full disk: 80,000 bytes, 250 frames)."""
    sound(path, 5)
    whole = path.read_bytes()[44:]
    headless = bytearray(whole)
    struct.pack_into("<I", headless, 4, len(whole) - 8)
    struct.pack_into("<I", headless, 40, len(whole) - 44)
    path.write_bytes(headless)
    assert audio.mend_header(path)
    assert audio.seconds(path) == 5
    assert path.read_bytes()[44 + 44 :] == whole[44:]
    assert not audio.mend_header(path)


def test_of_two_workers_who_take_in_the_same_file_the_slower_one_undoes_nothing(database: Database, path: Path) -> None:
    with database.writing() as session:
        row = expect(session, CALL, kind=Kind.CALL, spool=path.parent.parent, at=NOON).id
    with database.reading() as session:
        quicker = session.get_one(Recording, row)
    with database.reading() as session:
        slower = session.get_one(Recording, row)
    sound(path)
    assert take_in(quicker, keep_days=730, at=NOON)
    settle(database, quicker)
    path.unlink()  # it was put away
    assert not take_in(slower, keep_days=730, at=NOON)
    settle(database, slower)
    with database.reading() as session:
        kept = session.get_one(Recording, row)
        assert (kept.state, kept.sha256) == (State.COMPLETE, quicker.sha256)


def settle(database: Database, row: Recording) -> None:
    with database.writing() as session:
        recordings.settle_all(session, [row])
