"""Recordings put away: packed without loss, sealed in pieces, read in ranges, sealed anew while somebody listens."""

import io
import stat
import wave
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hotline.database import Database
from hotline.kept import sealing
from hotline.kept.ciphers import Cipher
from hotline.kept.errors import Absent, KeyMissing, StoreError, Tampered
from hotline.kept.folder import Folder
from hotline.kept.keyring import PLAIN, KeyRing
from hotline.kept.reading import Plain, Seekable, digest
from recordings import audio, keeping, recordings
from recordings.archive import Archive, clear
from recordings.recordings import Kind, Recording, State, take_in
from recordings.stores import Moving
from tests.conftest import NOON
from tests.dispatch.town import CALL, later, sound

TODAY = date(2026, 11, 23)
TONES = {0: (425, 700, 1209), 1: (941, 1336, 1633)}  # hertz, one second each; left the caller, right the operator
SEALED = [Cipher.AES, Cipher.SM4]


def tones(path: Path, *, repeats: int = 1) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    second = np.arange(8000) / 8000
    sides = [np.concatenate([np.sin(2 * np.pi * hz * second) for hz in TONES[side]] * repeats) for side in TONES]
    with wave.open(str(path), "wb") as file:
        file.setparams((2, 2, 8000, 0, "NONE", ""))
        file.writeframes((np.stack(sides, axis=1) * 3000).astype("<i2").tobytes())
    return path


def heard(content: bytes) -> dict[int, tuple[int, ...]]:
    """The loudest frequency of each second, side by side."""
    with wave.open(io.BytesIO(content)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2").reshape(-1, 2)
    seconds = samples[: len(samples) // 8000 * 8000].reshape(-1, 8000, 2)
    return {side: tuple(int(np.abs(np.fft.rfft(one[:, side])).argmax()) for one in seconds) for side in (0, 1)}


def taken_in(path: Path) -> Recording:
    row = Recording(id=7, call_id=CALL, kind=Kind.CALL, path=str(path), began_at=NOON, state=State.RUNNING, sha256="",
                    stored="", key_id="", packing="", gain=0.0, gain_house=0.0)  # fmt: skip
    assert take_in(row, keep_days=730, at=later(hours=1))
    return row


def put_away(archive: Archive, row: Recording) -> Recording:
    for name, value in asdict(archive.put_away(row, on=TODAY)).items():
        setattr(row, name, value)
    return row


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Archive]:
    return lambda cipher=Cipher.AES: Archive(Folder(tmp_path / "kept"), KeyRing(tmp_path / "secrets" / "keys"), cipher)


# -- whole ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("cipher", list(Cipher))
def test_a_sequence_of_tones_comes_back_by_packing_sealing_and_ranges(make: Callable[..., Archive], tmp_path: Path,
                                                                      cipher: Cipher) -> None:
    archive, path = make(cipher), tones(tmp_path / "calls" / "a.wav", repeats=4)
    written = path.read_bytes()
    row = put_away(archive, taken_in(path))
    clear(row)
    assert not path.exists()
    with archive.sound(row) as content:
        ranges = [content.part(start, 10_007) for start in range(0, content.size, 10_007)]
    assert b"".join(ranges) == written, "not a bit is another"
    assert heard(written) == {side: hertz * 4 for side, hertz in TONES.items()}
    with archive.sound(row, levelled=True) as louder:
        raised = louder.part(0, louder.size)
    assert heard(raised) == heard(written)
    assert row.gain > 0
    assert len(raised) == len(written)
    assert (row.stored_size or 0) < len(written), "and it is smaller than it was"
    assert archive.intact(row)


@pytest.mark.parametrize("cipher", SEALED)
def test_what_is_kept_can_not_be_read_by_who_has_no_key(make: Callable[..., Archive], tmp_path: Path, cipher: Cipher) -> None:
    archive = make(cipher)
    row = put_away(archive, taken_in(tones(tmp_path / "calls" / "a.wav", repeats=10)))
    kept = (tmp_path / "kept" / row.stored).read_bytes()
    assert b"fLaC" not in kept
    bits = np.unpackbits(np.frombuffer(kept, np.uint8))
    assert abs(bits.mean() - 0.5) < 0.01
    assert row.stored == f"2026/11/23/7-{row.sha256[:16]}.{row.key_id}"
    archive.ring.path.unlink()
    with pytest.raises(KeyMissing, match=row.key_id):
        archive.open(row)


def test_what_does_not_come_back_to_the_bit_is_kept_as_it_was(make: Callable[..., Archive], tmp_path: Path) -> None:
    path = sound(tmp_path / "calls" / "a.wav", 2.0)
    with path.open("r+b") as file:  # torn by a crash: half a sample too many
        file.seek(0, io.SEEK_END)
        file.write(b"\x01")
        file.seek(40)
        file.write(b"\0\0\0\0")
    row = put_away(make(), taken_in(path))
    assert row.packing == "wav"
    with make().sound(row) as content:
        assert content.part(0, content.size) == path.read_bytes()


def test_the_original_stays_until_what_was_put_away_is_proven(make: Callable[..., Archive], tmp_path: Path) -> None:
    path = sound(tmp_path / "calls" / "a.wav", 2.0)
    row = taken_in(path)
    path.write_bytes(path.read_bytes() + b"more")  # no longer what was taken in
    with pytest.raises(Tampered):
        make().put_away(row, on=TODAY)
    assert path.exists()
    assert list(make().store.names()) == []


class Overtaken(Folder):
    """A bucket in which another worker puts the same recording while this one reads back what it put: half of each."""

    def __init__(self, root: Path, other: Callable[[], object]) -> None:
        super().__init__(root)
        self.others = [other]

    def open(self, name: str) -> Any:
        first = super().open(name)
        if not self.others:
            return first
        half = first.part(0, first.size // 2)
        self.others.pop()()
        second = super().open(name)
        return Plain(io.BytesIO(half + second.part(len(half), second.size)))


def test_of_two_workers_who_put_the_same_away_none_takes_the_others_out_of_the_store(make: Callable[..., Archive], tmp_path: Path) -> None:
    row, quicker = taken_in(tones(tmp_path / "calls" / "a.wav")), make()
    slower = Archive(Overtaken(tmp_path / "kept", lambda: put_away(quicker, row)), quicker.ring, quicker.cipher)
    with pytest.raises(Tampered):
        slower.put_away(row, on=TODAY)
    assert row.stored, "the quicker one has kept it, and cleared the spool"
    assert quicker.intact(row)


# -- sealed --------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("cipher", SEALED)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.sampled_from([0, 1, sealing.PIECE - 1, sealing.PIECE, sealing.PIECE + 1, 3 * sealing.PIECE + 5]), data=st.data())
def test_any_part_opens_by_itself_and_nothing_that_was_changed_opens(tmp_path: Path, cipher: Cipher, size: int,
                                                                     data: st.DataObject) -> None:
    ring = KeyRing(tmp_path / "keys")
    content = np.random.default_rng(size).bytes(size)
    sealed = io.BytesIO()
    sealing.seal(io.BytesIO(content), size, sealed, key=ring.current(cipher, on=TODAY))
    start, length = data.draw(st.integers(0, size + 10)), data.draw(st.integers(0, size + 10))
    assert sealing.Unsealed(Plain(sealed), ring).part(start, length) == content[start : start + length]
    spoiled = bytearray(sealed.getvalue())
    spoiled[data.draw(st.integers(0, len(spoiled) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    if size:
        with pytest.raises((Tampered, KeyMissing)):
            sealing.Unsealed(Plain(io.BytesIO(bytes(spoiled))), ring).part(0, size)


def test_pieces_can_neither_change_places_nor_be_cut_off(tmp_path: Path) -> None:
    ring, content, sealed = KeyRing(tmp_path / "keys"), bytes(3 * sealing.PIECE), io.BytesIO()
    sealing.seal(io.BytesIO(content), len(content), sealed, key=ring.current(Cipher.AES, on=TODAY))
    whole, step = sealed.getvalue(), sealing.PIECE + 16
    head = len(whole) - 3 * step
    swapped = whole[:head] + whole[head + step : head + 2 * step] + whole[head : head + step] + whole[head + 2 * step :]
    with pytest.raises(Tampered):
        sealing.Unsealed(Plain(io.BytesIO(swapped)), ring).part(0, 10)
    with pytest.raises(Tampered, match="longer or shorter"):
        sealing.Unsealed(Plain(io.BytesIO(whole[:-step])), ring)


# -- keys ----------------------------------------------------------------------------------------------------------
def test_the_key_is_made_at_first_use_for_its_owner_alone_and_read_by_others(tmp_path: Path) -> None:
    ring = KeyRing(tmp_path / "secrets" / "keys")
    assert ring.all() == ()
    made = ring.current(Cipher.AES, on=TODAY)
    assert KeyRing(ring.path).current(Cipher.AES, on=TODAY) == made
    assert stat.S_IMODE(ring.path.stat().st_mode) == 0o600
    assert len(made.secret) == 32
    assert repr(made.secret) not in repr(made)
    other = ring.current(Cipher.SM4, on=TODAY)
    assert [key.id for key in KeyRing(ring.path).all()] == [made.id, other.id]
    ring.drop(made.id)
    with pytest.raises(KeyMissing):
        KeyRing(ring.path).key(made.id)


def test_keys_are_changed_while_somebody_listens(make: Callable[..., Archive], tmp_path: Path) -> None:
    archive, path = make(), tones(tmp_path / "calls" / "a.wav", repeats=3)
    row = put_away(archive, taken_in(path))
    first = row.stored
    listening = archive.open(row)
    half = listening.part(0, listening.size // 2)
    archive.ring.add(Cipher.AES, on=TODAY)
    made = archive.reseal(row, on=TODAY)
    archive.forget(first)
    assert half + listening.part(len(half), listening.size) == path.read_bytes()
    for name, value in asdict(made).items():
        setattr(row, name, value)
    assert row.key_id == archive.ring.all()[-1].id
    assert row.stored != first
    assert archive.intact(row)
    assert [name for name, _ in archive.store.names()] == [row.stored]


# -- the worker's part ---------------------------------------------------------------------------------------------
def owed(database: Database, tmp_path: Path, count: int) -> list[Path]:
    with database.writing() as session:
        paths = []
        for n in range(count):
            row = recordings.expect(session, f"call-{n}", kind=Kind.CALL, spool=tmp_path / "spool", at=NOON)
            paths.append(tones(Path(row.path)))
            take_in(row, keep_days=730, at=later(hours=1))
    return paths


def kept(database: Database) -> list[Recording]:
    with database.reading() as session:
        return list(session.query(Recording).order_by(Recording.id))


def test_plain_files_of_before_are_put_away_and_still_heard(database: Database, make: Callable[..., Archive], tmp_path: Path) -> None:
    paths, archive = owed(database, tmp_path, 3), make()
    assert all(archive.intact(row) for row in kept(database)), "what lies in the spool is heard too"
    keeping.put_away(database, archive, put_off={}, at=later(hours=2))
    assert not any(path.exists() for path in paths)
    rows = kept(database)
    assert {row.key_id for row in rows} == {archive.ring.current_id(Cipher.AES)}
    assert all(archive.intact(row) for row in rows)


class Away(Folder):
    """A store that can't be reached."""

    def put(self, name: str, file: object) -> None:
        raise StoreError("no route to host")


def test_while_the_store_is_away_the_spool_keeps_it_and_it_stays_owed(database: Database, make: Callable[..., Archive],
                                                                     tmp_path: Path) -> None:
    (path,), archive = owed(database, tmp_path, 1), make()
    away = Archive(Away(tmp_path / "kept"), archive.ring, Cipher.AES)
    with pytest.raises(StoreError, match="no route"):
        keeping.put_away(database, away, put_off={}, at=later(hours=2))
    assert (path.exists(), kept(database)[0].stored) == (True, "")
    keeping.put_away(database, archive, put_off={}, at=later(hours=2))
    assert (path.exists(), archive.intact(kept(database)[0])) == (False, True)


def test_one_that_does_not_hold_keeps_no_other_waiting_and_is_tried_again_later(database: Database, make: Callable[..., Archive],
                                                                                tmp_path: Path) -> None:
    (bad, good), archive = owed(database, tmp_path, 2), make()
    put_off: dict[str, datetime] = {}
    whole = bad.read_bytes()
    bad.write_bytes(whole[:-2] + b"\1\1")
    with pytest.raises(Tampered):
        keeping.put_away(database, archive, put_off=put_off, at=later(hours=2))
    assert (bad.exists(), good.exists()) == (True, False)
    bad.write_bytes(whole)
    keeping.put_away(database, archive, put_off=put_off, at=later(hours=2, minutes=1))
    assert bad.exists(), "not again at every beat"
    keeping.put_away(database, archive, put_off=put_off, at=later(hours=2, minutes=11))
    assert not bad.exists()


@pytest.mark.parametrize("lost", ["gone", "spoilt"])
def test_however_many_can_not_be_put_away_the_next_one_is(database: Database, make: Callable[..., Archive], tmp_path: Path,
                                                          monkeypatch: pytest.MonkeyPatch, lost: str) -> None:
    monkeypatch.setattr(keeping, "AT_ONCE", 2)
    *bad, good = owed(database, tmp_path, 4)
    for path in bad:
        path.unlink()
        if lost == "spoilt":
            path.write_bytes(b"RIFF")
    archive, put_off = make(), {}
    for beat in range(3):
        with suppress(Tampered, OSError):
            keeping.put_away(database, archive, put_off=put_off, at=later(hours=2, seconds=2 * beat))
    assert not good.exists()
    assert [row.key_id != "" for row in kept(database)] == [False, False, False, True]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_however_many_can_not_be_sealed_anew_the_next_one_is(database: Database, make: Callable[..., Archive], tmp_path: Path,
                                                             monkeypatch: pytest.MonkeyPatch) -> None:
    owed(database, tmp_path, 3)
    archive, put_off = make(), {}
    keeping.put_away(database, archive, put_off={}, at=later(hours=2))
    for row in kept(database)[:2]:
        archive.forget(row.stored)
    monkeypatch.setattr(keeping, "AT_ONCE", 2)
    archive.ring.add(Cipher.AES, on=TODAY)
    for beat in range(2):
        with suppress(Absent):
            keeping.reseal(database, archive, put_off=put_off, at=later(hours=2, seconds=2 * beat))
    assert [row.key_id == archive.ring.current_id(Cipher.AES) for row in kept(database)] == [False, False, True]


def test_a_new_key_seals_everything_anew_and_goes_on_where_it_stopped(database: Database, make: Callable[..., Archive],
                                                                      tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    owed(database, tmp_path, 3)
    keeping.put_away(database, make(Cipher.NONE), put_off={}, at=later(hours=2))
    assert {row.key_id for row in kept(database)} == {PLAIN}
    archive = make(Cipher.AES)
    archive.ring.current(Cipher.AES, on=TODAY)
    monkeypatch.setattr(keeping, "A_WHILE", -1.0)  # one, and time is up
    keeping.reseal(database, archive, put_off={}, at=later(hours=2))
    assert [row.key_id == PLAIN for row in kept(database)] == [False, True, True]
    monkeypatch.undo()
    keeping.reseal(database, archive, put_off={}, at=later(hours=2))
    first = archive.ring.current_id(Cipher.AES)
    assert {row.key_id for row in kept(database)} == {first}
    archive.ring.add(Cipher.AES, on=TODAY)
    keeping.reseal(database, archive, put_off={}, at=later(hours=2))
    rows = kept(database)
    assert first not in {row.key_id for row in rows}
    assert all(archive.intact(row) for row in rows)
    assert sorted(name for name, _ in archive.store.names()) == sorted(row.stored for row in rows)
    with database.reading() as session:
        assert keeping.old_rows(session, archive) == []
        assert keeping.by_key(session) == {archive.ring.current_id(Cipher.AES): 3}


class Faulty(Folder):
    """A store that keeps as many bytes as it got, and not the same."""

    def put(self, name: str, file: BinaryIO) -> None:
        content = bytearray(file.read())
        content[-1] ^= 1
        super().put(name, io.BytesIO(bytes(content)))


def test_what_moves_to_another_store_stays_here_until_it_is_read_there_as_it_was(make: Callable[..., Archive], tmp_path: Path) -> None:
    archive = make()
    row = put_away(archive, taken_in(tones(tmp_path / "calls" / "a.wav")))
    old = Folder(tmp_path / "kept")
    with pytest.raises(StoreError):
        Moving(Faulty(tmp_path / "faulty"), old).move(row.stored)
    assert archive.intact(row)
    moving = Moving(Folder(tmp_path / "new"), old)
    moving.move(row.stored)
    assert list(old.names()) == []
    assert Archive(moving, archive.ring, archive.cipher).intact(row)


def test_what_is_not_there_is_absent(make: Callable[..., Archive]) -> None:
    with pytest.raises(Absent):
        make().store.open("2026/11/23/1-x.k1")


# -- loudness ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("loudness", "wanted"), [(300, 20.0), (3000, 3.8), (32000, -16.8)])
def test_what_is_said_is_made_as_loud_as_elsewhere(tmp_path: Path, loudness: int, wanted: float) -> None:
    path = tmp_path / "a.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        spoken = np.sin(np.arange(16000) / 3) * loudness
        file.writeframes(np.concatenate([spoken, np.zeros(80000)]).astype("<i2").tobytes())
    assert audio.gains(path) == [pytest.approx(wanted, abs=0.3)]


def test_nothing_is_raised_where_nobody_speaks(tmp_path: Path) -> None:
    assert audio.gains(sound(tmp_path / "a.wav", 0.0)) == [0.0]
    path = tmp_path / "b.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(16000))
    assert audio.gains(path) == [0.0]


def test_a_sound_is_read_as_a_file(make: Callable[..., Archive], tmp_path: Path) -> None:
    path = tones(tmp_path / "calls" / "a.wav")
    row = put_away(make(), taken_in(path))
    with Seekable(make().open(row)) as file, wave.open(file) as opened:
        assert (opened.getnframes(), opened.getnchannels()) == (24000, 2)
    assert digest(make().open(row)) == row.sha256


def test_a_call_of_ten_minutes_is_put_away_in_a_moment(make: Callable[..., Archive], tmp_path: Path) -> None:
    from time import process_time

    row = taken_in(tones(tmp_path / "calls" / "a.wav", repeats=200))
    before = process_time()
    put_away(make(), row)
    assert process_time() - before < 5
    assert row.keep_until == NOON + timedelta(days=730)
