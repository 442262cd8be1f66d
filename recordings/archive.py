"""Where recordings are put away, packed and sealed, and heard from again: one store, one ring of keys, one cipher."""

import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

from hotline.kept import sealing
from hotline.kept.ciphers import Cipher
from hotline.kept.errors import Absent, Tampered
from hotline.kept.folder import Folder, OpenFile
from hotline.kept.keyring import PLAIN, KeyRing
from hotline.kept.reading import Bytes, digest
from hotline.settings import Settings
from recordings import audio, packing, s3, sides
from recordings.packing import Packing, Unpacked
from recordings.recordings import Recording
from recordings.stores import Moving, Store


@dataclass(frozen=True)
class PutAway:
    """What a recording's row keeps of the place where it is kept."""

    stored: str
    stored_size: int
    packing: str
    key_id: str
    gain: float
    gain_house: float


@dataclass(frozen=True)
class Archive:
    """The place of one installation. Nothing here touches a row: callers keep what is returned."""

    store: Store
    ring: KeyRing
    cipher: Cipher

    def put_away(self, recording: Recording, *, on: date) -> PutAway:
        """Pack, seal and store what lies in the spool, and read it back whole: StoreError when the store is away,
        Tampered when what comes back isn't what was taken in. The file in the spool stays; see `clear`."""
        path = Path(recording.path)
        if path.stat().st_size != recording.size:  # somebody wrote on
            raise Tampered(f"recording {recording.id} isn't what was taken in any more: it stays in the spool")
        with TemporaryFile(dir=path.parent) as packed:  # nameless: no crash leaves it behind
            form = packing.pack(path, packed, sha256=recording.sha256)
            return self._store(recording, packed, form, gains=audio.gains(path), on=on)

    def reseal(self, recording: Recording, *, on: date) -> PutAway:
        """Store it again under the key in force, beside what is kept; `forget` takes the old one away."""
        with TemporaryFile() as packed, self._packed(recording) as content:
            for start in range(0, content.size, 1 << 20):
                packed.write(content.part(start, 1 << 20))
            form = Packing(recording.packing)
            return self._store(recording, packed, form, gains=(recording.gain, recording.gain_house), on=on)

    @contextmanager
    def sound(self, recording: Recording, *, levelled: bool = False) -> Iterator[Bytes]:
        """The WAV as it was taken in, wherever it lies; `levelled`: as loud as others, for who listens."""
        opened = self.open(recording, levelled=levelled)
        try:
            yield opened
        finally:
            opened.close()

    def open(self, recording: Recording, *, levelled: bool = False) -> Bytes:
        """The same, for who closes it himself."""
        if not recording.stored:
            return OpenFile(Path(recording.path))
        gains = (recording.gain, recording.gain_house) if levelled else ()
        return _unpacked(self._content(recording), Packing(recording.packing), gains)

    def intact(self, recording: Recording) -> bool:
        """Whether the sound is still what was taken in, to the bit."""
        try:
            with self.sound(recording) as content:
                return digest(content) == recording.sha256
        except (Absent, Tampered):
            return False

    def forget(self, stored: str) -> None:
        """Take what is kept under that name away for good."""
        self.store.delete(stored)

    @contextmanager
    def _packed(self, recording: Recording) -> Iterator[Bytes]:
        content = self._content(recording)
        try:
            yield content
        finally:
            content.close()

    def _content(self, recording: Recording) -> Bytes:
        kept = self.store.open(recording.stored)
        return sealing.Unsealed(kept, self.ring) if recording.key_id != PLAIN else kept

    def _store(self, recording: Recording, packed: BinaryIO, form: Packing, *, gains: Sequence[float],
               on: date) -> PutAway:  # fmt: skip
        size = packed.seek(0, io.SEEK_END)
        packed.seek(0)
        with TemporaryFile() as sealed:
            key_id = sealing.put_under_seal(packed, size, sealed, ring=self.ring, cipher=self.cipher, on=on)
            name = f"{recording.began_at:%Y/%m/%d}/{recording.id}-{recording.sha256[:16]}.{key_id}"
            made = PutAway(name, sealed.seek(0, io.SEEK_END), form, key_id, *(*gains, 0.0)[:2])
            sealed.seek(0)
            self.store.put(name, sealed)
        self._prove(recording, made)
        return made

    def _prove(self, recording: Recording, made: PutAway) -> None:
        """Only what was read back from the store as it was taken in counts as put away. What doesn't hold stays until
        it is put once more: another worker may have kept the same name meanwhile."""
        again = Recording(stored=made.stored, key_id=made.key_id, packing=made.packing, sha256=recording.sha256)
        if not self.intact(again):
            raise Tampered(f"recording {recording.id} doesn't come back as it was taken in: it stays where it is")


def _unpacked(content: Bytes, form: Packing, gains: Sequence[float]) -> Bytes:
    return Unpacked(content, gains=gains) if form is Packing.FLAC else content


def clear(recording: Recording) -> None:
    """Take what was put away out of the spool; only after the row that says where it is was committed."""
    sides.clear(Path(recording.path))


def archive(settings: Settings) -> Archive:
    """The archive of an installation; the same object for the same settings."""
    cipher = Cipher(settings.recordings_cipher)
    bucket = settings.recordings_s3.get_secret_value()
    return _archive(settings.recordings_store, bucket, settings.recordings_keys, cipher)


@lru_cache(maxsize=8)
def _archive(folder: Path, bucket: str, keys: Path, cipher: Cipher) -> Archive:
    store: Store = Moving(s3.Bucket(s3.address(bucket)), Folder(folder)) if bucket else Folder(folder)
    return Archive(store, KeyRing(keys), cipher)
