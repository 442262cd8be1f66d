"""Who listens notices nothing of what is done with a recording meanwhile: put away, moved, sealed with another key."""

from collections.abc import Callable
from copy import copy
from dataclasses import asdict
from pathlib import Path

import pytest

from hotline.kept.ciphers import Cipher
from hotline.kept.errors import Absent
from hotline.kept.folder import Folder, OpenFile
from hotline.kept.keyring import KeyRing
from recordings.archive import Archive, clear
from recordings.following import Following
from recordings.recordings import Recording
from tests.recordings.test_archive import TODAY, put_away, taken_in, tones


class Fetched:
    """As of a bucket: each part is asked for anew, and what was deleted is gone."""

    def __init__(self, path: Path) -> None:
        self._path, self.size = path, path.stat().st_size

    def part(self, start: int, length: int) -> bytes:
        opened = OpenFile(self._path)
        try:
            return opened.part(start, length)
        finally:
            opened.close()

    def close(self) -> None:
        """Nothing to do."""


class Bucket(Folder):
    """A folder that is asked part by part."""

    def open(self, name: str) -> Fetched:  # type: ignore[override]
        super().open(name).close()
        return Fetched(self.root / name)


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive(Bucket(tmp_path / "kept"), KeyRing(tmp_path / "keys"), Cipher.AES)


def resealed(archive: Archive, row: Recording) -> None:
    """As the worker does it: anew under another key, the row, and the old one is gone."""
    before = row.stored
    archive.ring.add(Cipher.AES, on=TODAY)
    for name, value in asdict(archive.reseal(row, on=TODAY)).items():
        setattr(row, name, value)
    archive.forget(before)


@pytest.mark.parametrize("levelled", [False, True])
def test_a_key_that_changes_amid_a_hearing_is_not_heard(archive: Archive, tmp_path: Path, levelled: bool) -> None:
    row = put_away(archive, taken_in(tones(tmp_path / "calls" / "a.wav", repeats=9)))
    with archive.sound(row, levelled=levelled) as whole:
        expected = whole.part(0, whole.size)
    listening = Following(archive, copy_of(row), lambda: copy_of(row), levelled=levelled)
    heard = b""
    for start in range(0, listening.size, 100_000):
        heard += listening.part(start, 100_000)
        resealed(archive, row)
    listening.close()
    assert heard == expected


def test_what_is_put_away_between_its_row_and_its_sound_is_heard(archive: Archive, tmp_path: Path) -> None:
    path = tones(tmp_path / "calls" / "a.wav")
    row, written = taken_in(path), path.read_bytes()
    seen = copy_of(row)
    clear(put_away(archive, row))
    listening = Following(archive, seen, lambda: copy_of(row))
    assert listening.part(0, listening.size) == written


@pytest.mark.parametrize("after", ["gone too", "as it was"])
def test_what_is_nowhere_is_absent(archive: Archive, tmp_path: Path, after: str) -> None:
    row = put_away(archive, taken_in(tones(tmp_path / "calls" / "a.wav", repeats=9)))
    again: Callable[[], Recording | None] = (lambda: None) if after == "gone too" else (lambda: copy_of(row))
    listening = Following(archive, copy_of(row), again)
    archive.forget(row.stored)
    with pytest.raises(Absent):
        listening.part(0, listening.size)
    with pytest.raises(Absent):
        Following(archive, copy_of(row), again)


def copy_of(row: Recording) -> Recording:
    """As another session reads it."""
    return copy(row)
