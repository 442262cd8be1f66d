"""The keys that recordings and files are sealed with: a file outside the database, for its owner only; a key is never
changed, the newest of the cipher in force seals what comes, the older ones open what they sealed."""

import base64
import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from pathlib import Path

from hotline.kept.ciphers import Cipher
from hotline.kept.errors import KeyMissing

PLAIN = "plain"
"""What stands for a key where nothing is sealed."""
_HEAD = "# Without this file no sealed recording is heard and no sealed file read: keep a copy, apart from them.\n"


@dataclass(frozen=True)
class Key:
    """One key: its id, which may be told, and its secret, which may not."""

    id: str
    cipher: Cipher
    secret: bytes = field(repr=False)
    made_on: date


@dataclass(frozen=True)
class KeyRing:
    """The ring in that file. Every process that seals or opens reads the same one, anew when it has changed."""

    path: Path
    _seen: dict[str, object] = field(default_factory=dict, repr=False, compare=False)

    def all(self) -> tuple[Key, ...]:
        """All keys, oldest first; none while there is no file."""
        try:
            stamp = self.path.stat().st_mtime_ns, self.path.stat().st_size
        except FileNotFoundError:
            return ()
        if self._seen.get("stamp") != stamp:
            lines = self.path.read_text(encoding="ascii").splitlines()
            self._seen["keys"] = tuple(_read(line) for line in lines if line and not line.startswith("#"))
            self._seen["stamp"] = stamp
        return self._seen["keys"]  # type: ignore[return-value]

    def key(self, key_id: str) -> Key:
        """The key of that id; KeyMissing when the ring hasn't it."""
        for key in self.all():
            if key.id == key_id:
                return key
        raise KeyMissing(f"the key {key_id} isn't in {self.path.name}: put back the copy that was kept of it")

    def current(self, cipher: Cipher, *, on: date) -> Key:
        """The key that seals now; made when there is none of that cipher yet."""
        return self._newest(cipher) or self._made(cipher, on=on, only_first=True)

    def current_id(self, cipher: Cipher) -> str:
        """What now seals, by its id; empty while nothing was sealed yet."""
        newest = self._newest(cipher)
        return PLAIN if cipher is Cipher.NONE else newest.id if newest else ""

    def followed_on(self, key_id: str) -> date | None:
        """The day on which the next key was made, which seals since then; None for the last one."""
        keys = self.all()
        return next((after.made_on for key, after in pairwise(keys) if key.id == key_id), None)

    def add(self, cipher: Cipher, *, on: date) -> Key:
        """A new key, which seals from now on."""
        return self._made(cipher, on=on, only_first=False)

    def drop(self, key_id: str) -> None:
        """Take a key away for good; the caller knows that nothing is sealed with it."""
        with self._alone():
            kept = [_written(key) for key in self.all() if key.id != key_id]
            self._write(_HEAD + "".join(kept))

    def _newest(self, cipher: Cipher) -> Key | None:
        return next((key for key in reversed(self.all()) if key.cipher is cipher), None)

    def _made(self, cipher: Cipher, *, on: date, only_first: bool) -> Key:
        with self._alone():
            if only_first and (there := self._newest(cipher)):  # somebody was quicker
                return there
            made = Key(f"k{secrets.token_hex(4)}", cipher, secrets.token_bytes(32), on)
            self._write(_HEAD + "".join(_written(key) for key in (*self.all(), made)))
        return made

    def _write(self, text: str) -> None:
        new = self.path.with_suffix(".new")
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self.path)
        self._seen.clear()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Two processes that begin together make one key, not two."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(self.path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)


def _read(line: str) -> Key:
    key_id, cipher, secret, made_on = line.split()
    return Key(key_id, Cipher(cipher), base64.b64decode(secret), date.fromisoformat(made_on))


def _written(key: Key) -> str:
    return f"{key.id} {key.cipher} {base64.b64encode(key.secret).decode()} {key.made_on}\n"
