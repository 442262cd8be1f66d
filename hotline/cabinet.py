"""The cabinet: files that people handed in, each kept once under the SHA-256 of its content, sealed as recordings."""

import hashlib
import re
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from hotline.kept import sealing
from hotline.kept.ciphers import Cipher
from hotline.kept.errors import Absent, KeyMissing, Tampered
from hotline.kept.folder import Folder
from hotline.kept.keyring import PLAIN, KeyRing
from hotline.kept.reading import Bytes, Plain, digest
from hotline.settings import Settings

UNREADABLE = "?"  # stands for the key of what doesn't say by which it is sealed
_NAME = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Lying:
    """What lies there under a name: how many bytes it holds (-1: nobody can say), which key it is sealed with, and when
    it was written, in seconds since 1970."""

    size: int
    key_id: str
    written: float


@dataclass(frozen=True)
class Cabinet:
    """The files of one installation. What lies there unsealed from before is read as it is, until it is sealed."""

    folder: Folder
    ring: KeyRing
    cipher: Cipher

    def put(self, content: bytes, *, on: date) -> str:
        """Keep these bytes, unless they are; their SHA-256, under which they are found."""
        name = hashlib.sha256(content).hexdigest()
        if not self._holds(name):
            self._put(name, content, on=on)
        return name

    def open(self, sha256: str) -> Bytes:
        """What was handed in, to be read in parts; Absent when it isn't there, KeyMissing without its key, Tampered
        when it is anything else."""
        content = self._opened(sha256)
        try:
            if digest(content) != sha256:
                raise Tampered(f"{sha256} isn't what was handed in")
        except BaseException:
            content.close()
            raise
        return content

    def whole(self, sha256: str) -> bytes | None:
        """The same at once; None where it is missing, or anything else. KeyMissing without its key."""
        try:
            with closing(self.open(sha256)) as content:
                return content.part(0, content.size)
        except (Absent, Tampered):
            return None

    def has(self, sha256: str) -> bool:
        """Whether something lies there under this name."""
        return (self.folder.root / sha256).is_file()

    def names(self) -> list[str]:
        """The hashes of all that lies there."""
        return [name for name, _ in self.folder.names() if _NAME.fullmatch(name)]

    def all(self) -> dict[str, Lying]:
        """All that lies there, by its name: the hash of what it is to be, or what somebody left half written."""
        found = {}
        for name, _ in self.folder.names():
            with suppress(Absent), closing(self.folder.open(name)) as kept:  # else it has its own name by now
                found[name] = Lying(*_told(kept), kept.written)
        return found

    def by_key(self) -> Counter[str]:
        """How many files are sealed with which key."""
        return Counter(lying.key_id for name, lying in self.all().items() if _NAME.fullmatch(name))

    @property
    def in_force(self) -> str:
        """The key that seals what comes, by its id; PLAIN where nothing is sealed, empty while there is no key yet."""
        return self.ring.current_id(self.cipher)

    def renew(self, sha256: str, *, on: date) -> None:
        """Seal it with the key in force, unless it is, in one step: who reads it meanwhile has the old one to its end.
        Tampered when it isn't what was handed in: then it stays as it is."""
        if self._key_of(sha256) == self.in_force:
            return
        with closing(self.open(sha256)) as content:
            self._put(sha256, content.part(0, content.size), on=on)

    def _holds(self, name: str) -> bool:
        try:
            return self.whole(name) is not None
        except KeyMissing:  # it is here again: nobody needs the key any more
            return False

    def _put(self, name: str, content: bytes, *, on: date) -> None:
        """Only what can be read again as it was handed in takes the place of what lies there."""
        sealed = BytesIO()
        sealing.put_under_seal(BytesIO(content), len(content), sealed, ring=self.ring, cipher=self.cipher, on=on)
        if digest(self._unsealed(Plain(sealed))) != name:
            raise Tampered(f"{name} doesn't come back as it was handed in")
        sealed.seek(0)
        self.folder.put(name, sealed)

    def _opened(self, name: str) -> Bytes:
        kept = self.folder.open(name)
        try:
            return self._unsealed(kept)
        except BaseException:
            kept.close()
            raise

    def _unsealed(self, kept: Bytes) -> Bytes:
        return sealing.Unsealed(kept, self.ring) if sealing.is_sealed(kept) else kept

    def _key_of(self, name: str) -> str:
        with closing(self.folder.open(name)) as kept:
            return _told(kept)[1]


def _told(kept: Bytes) -> tuple[int, str]:
    """How many bytes it holds, and the key that it is sealed with, by what it says of itself."""
    if not sealing.is_sealed(kept):
        return kept.size, PLAIN
    try:
        head = sealing.head(kept)
    except Tampered:
        return -1, UNREADABLE
    return head.length, head.key_id


def cabinet(settings: Settings) -> Cabinet:
    """The cabinet of an installation; the same object for the same settings."""
    return _cabinet(settings.attachments, settings.recordings_keys, Cipher(settings.recordings_cipher))


@lru_cache(maxsize=8)
def _cabinet(folder: Path, keys: Path, cipher: Cipher) -> Cabinet:
    return Cabinet(Folder(folder), KeyRing(keys), cipher)
