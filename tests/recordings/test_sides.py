"""The two sides of a call: brought together once, whichever of them a crash cut off, each at its own place."""

import struct
import threading
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from recordings import audio, sides
from recordings.archive import Archive, clear
from recordings.recordings import Kind, Recording, State, is_finished, take_in
from tests.conftest import NOON
from tests.dispatch.town import CALL, later
from tests.recordings.test_archive import make, put_away  # noqa: F401 - a fixture

HERTZ = {"caller": 700, "house": 1209}


def tone(path: Path, hertz: int, seconds: float, *, loudness: float = 3000) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes((np.sin(np.arange(int(8000 * seconds)) * 2 * np.pi * hertz / 8000) * loudness).astype("<i2").tobytes())
    return path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "calls" / f"{CALL}.wav"


@pytest.fixture
def both(path: Path) -> list[Path]:
    return [tone(one, hertz, 2.0) for one, hertz in zip(sides.parts(path), HERTZ.values(), strict=True)]


def expected(path: Path) -> Recording:
    return Recording(id=7, call_id=CALL, kind=Kind.CALL, path=str(path), began_at=NOON, state=State.RUNNING, sha256="",
                     stored="", key_id="", packing="", gain=0.0, gain_house=0.0)  # fmt: skip


def heard(path: Path) -> list[tuple[int, float]]:
    """Of each channel the loudest frequency and how many seconds of it are not silent."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, file.getnchannels()).astype(float)
    hertz = np.abs(np.fft.rfft(samples, axis=0)).argmax(axis=0) * 8000 / len(samples)
    spoken = (np.abs(samples[: len(samples) // 80 * 80].reshape(-1, 80, samples.shape[1])).max(axis=1) > 100).sum(axis=0) / 100
    return [(round(one), float(long)) for one, long in zip(hertz, spoken, strict=True)]


def test_each_side_is_on_its_own_channel_and_the_two_files_are_gone(path: Path, both: list[Path]) -> None:
    row = expected(path)
    assert take_in(row, keep_days=730, at=later(hours=1))
    assert heard(path) == [(700, 2.0), (1209, 2.0)]
    assert (row.state, row.seconds, row.size) == (State.COMPLETE, 2.0, 44 + 2 * 2 * 16000)
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("cut", HERTZ)
def test_a_side_that_a_crash_cut_off_is_mended_and_silent_for_the_rest(path: Path, both: list[Path], cut: str) -> None:
    side = both[list(HERTZ).index(cut)]
    whole = side.read_bytes()
    side.write_bytes(whole[:40] + struct.pack("<I", 0) + whole[44 : 44 + 16000 + 1])  # a second and half a sample
    row = expected(path)
    assert not is_finished(row)
    assert take_in(row, keep_days=730, at=later(hours=1))
    assert row.seconds == 2.0
    assert heard(path) == [(hertz, 1.0 if name == cut else 2.0) for name, hertz in HERTZ.items()]


@pytest.mark.parametrize("left", [b"", b"RIFF", None])
def test_a_side_without_a_sound_leaves_the_other_at_its_place(path: Path, both: list[Path], left: bytes | None) -> None:
    both[0].unlink() if left is None else both[0].write_bytes(left)
    sides.join(path)
    assert [spoken for _, spoken in heard(path)] == [0.0, 2.0]
    assert list(path.parent.iterdir()) == [path]


def test_where_neither_side_has_a_sound_nothing_is_made(path: Path, both: list[Path]) -> None:
    for one in both:
        one.write_bytes(b"RIFF")
    row = expected(path)
    assert not take_in(row, keep_days=730, at=later(hours=1))
    assert row.state == State.MISSING
    assert set(path.parent.iterdir()) == set(both)


def test_who_died_before_the_sides_were_gone_made_the_whole_already(path: Path, both: list[Path]) -> None:
    left = both[1].read_bytes()
    sides.join(path)
    whole = path.read_bytes()
    both[1].write_bytes(left)
    sides.join(path)
    assert (path.read_bytes(), list(path.parent.iterdir())) == (whole, [path])


def test_two_who_bring_them_together_at_once_make_one_whole(path: Path, both: list[Path]) -> None:
    alone = [one.read_bytes() for one in both]
    sides.join(path)
    whole = path.read_bytes()
    for _ in range(30):
        path.unlink()
        for one, content in zip(both, alone, strict=True):
            one.write_bytes(content)
        several = [threading.Thread(target=sides.join, args=(path,)) for _ in range(4)]
        for thread in several:
            thread.start()
        for thread in several:
            thread.join()
        assert (path.read_bytes(), list(path.parent.iterdir())) == (whole, [path])


def test_a_recording_of_one_channel_stays_as_it_is(path: Path) -> None:
    content = tone(path, 700, 1.0).read_bytes()
    row = expected(path)
    assert is_finished(row)
    assert take_in(row, keep_days=730, at=later(hours=1))
    assert path.read_bytes() == content


def test_a_soft_side_is_raised_by_itself(make: Callable[..., Archive], path: Path) -> None:  # noqa: F811
    for one, hertz, loudness in zip(sides.parts(path), HERTZ.values(), (900, 9000), strict=True):
        tone(one, hertz, 2.0, loudness=loudness)
    row = expected(path)
    take_in(row, keep_days=730, at=later(hours=1))
    row = put_away(make(), row)
    clear(row)
    assert row.gain == pytest.approx(row.gain_house + 20, abs=0.2)
    with make().sound(row, levelled=True) as content:
        path.write_bytes(content.part(0, content.size))
    with path.open("rb") as file:
        left, right = (max(side) for side in audio.peaks(file))
    assert left == pytest.approx(right, abs=0.01)


def test_sides_in_a_folder_are_one_recording(path: Path, both: list[Path]) -> None:
    legs = path.with_name(f"{CALL}.pjsip-1.7.wav")
    tone(sides.parts(legs)[1], 700, 1.0)
    tone(path.with_name("old.wav"), 700, 1.0)
    assert list(sides.in_folder(path.parent)) == sorted([path, legs, path.with_name("old.wav")])
    sides.clear(path)
    assert list(sides.in_folder(path.parent)) == sorted([legs, path.with_name("old.wav")])
