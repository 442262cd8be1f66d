"""Whether one address has just asked the same: who reloads a page, or types and then sends, asks once."""

import hashlib
import os
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

MOST = 20_000  # askings that are remembered; of more the oldest are forgotten


@dataclass(frozen=True)
class Repeats:
    """Kept in memory alone, as digests that nobody can read words or addresses from."""

    _seen: OrderedDict[bytes, datetime] = field(default_factory=OrderedDict)
    _salt: bytes = field(default_factory=lambda: os.urandom(16))
    _lock: Lock = field(default_factory=Lock)

    def is_new(self, *what: object, within: timedelta, at: datetime) -> bool:
        """Whether nothing like it was asked within that time; then it is remembered."""
        key = hashlib.blake2b(repr(what).encode(), key=self._salt, digest_size=16).digest()
        with self._lock:
            last = self._seen.get(key)
            if last is not None and at - last < within:
                return False
            self._seen.pop(key, None)
            self._seen[key] = at
            if len(self._seen) > MOST:
                self._seen.popitem(last=False)
            return True
