"""The sealed file: a header, then pieces that are sealed each for itself, so that any of them opens without the rest.

    HLR1 | cipher | length of the key's id, id | salt (16) | length of what is sealed (8) | pieces

A piece holds 64 KiB of the content, the last one the rest, and its tag. Every piece authenticates the whole header
and its own number: none can be changed, moved, taken from another file or left out."""

import struct
from dataclasses import dataclass
from datetime import date
from os import urandom
from typing import BinaryIO

from hotline.kept import ciphers
from hotline.kept.ciphers import TAG, Cipher
from hotline.kept.errors import Tampered
from hotline.kept.keyring import PLAIN, Key, KeyRing
from hotline.kept.reading import Bytes

MAGIC = b"HLR1"
PIECE = 64 * 1024
_CODES = {Cipher.AES: 1, Cipher.SM4: 2}
_LONGEST_HEADER = 64


def seal(source: BinaryIO, length: int, target: BinaryIO, *, key: Key) -> None:
    """Write what the source holds, `length` bytes of it, sealed."""
    salt = urandom(16)
    header = _header(key, salt, length)
    target.write(header)
    own = ciphers.own_key(key.cipher, key.secret, salt=salt)
    for number in range(_pieces(length)):
        target.write(ciphers.seal(key.cipher, own, number, source.read(PIECE), header=header))


def put_under_seal(source: BinaryIO, length: int, target: BinaryIO, *, ring: KeyRing, cipher: Cipher, on: date) -> str:
    """Write it as this cipher has it, sealed with the newest key; the id of that key, or PLAIN."""
    if cipher is Cipher.NONE:
        target.write(source.read())
        return PLAIN
    key = ring.current(cipher, on=on)
    seal(source, length, target, key=key)
    return key.id


def is_sealed(kept: Bytes) -> bool:
    """Whether what is kept was sealed."""
    return kept.part(0, len(MAGIC)) == MAGIC


class Unsealed:
    """What is kept sealed, to be read in parts as if it were not."""

    def __init__(self, kept: Bytes, ring: KeyRing) -> None:
        self._kept, self._opened = kept, _Opened(-1, b"")
        self._head = head(kept)
        self.size = self._head.length
        self._own = ciphers.own_key(self._head.cipher, ring.key(self._head.key_id).secret, salt=self._head.salt)

    def part(self, start: int, length: int) -> bytes:
        """That many bytes of the content from there; Tampered when they were changed."""
        end = min(start + length, self.size)
        if start >= end:
            return b""
        first, last = start // PIECE, (end - 1) // PIECE
        whole = b"".join(self._piece(number) for number in range(first, last + 1))
        return whole[start - first * PIECE : end - first * PIECE]

    def close(self) -> None:
        self._kept.close()

    def _piece(self, number: int) -> bytes:
        if self._opened.number != number:
            sealed = self._kept.part(len(self._head.raw) + number * (PIECE + TAG), PIECE + TAG)
            piece = ciphers.unseal(self._head.cipher, self._own, number, sealed, header=self._head.raw)
            self._opened = _Opened(number, piece)
        return self._opened.piece


@dataclass(frozen=True)
class _Opened:
    number: int
    piece: bytes


@dataclass(frozen=True)
class Head:
    """What a sealed file says of itself, readable without a key; `length`: of what is sealed in it."""

    raw: bytes
    cipher: Cipher
    key_id: str
    salt: bytes
    length: int


def head(kept: Bytes) -> Head:
    """The header of what is kept sealed; Tampered when it can't be read, or what follows is longer or shorter."""
    try:
        found = _read_header(kept.part(0, _LONGEST_HEADER))
    except (IndexError, ValueError, struct.error):
        raise Tampered("the header of what is sealed can't be read") from None
    if kept.size != len(found.raw) + found.length + _pieces(found.length) * TAG:
        raise Tampered("what is sealed is longer or shorter than it says")
    return found


def _header(key: Key, salt: bytes, length: int) -> bytes:
    name = key.id.encode()
    return MAGIC + bytes([_CODES[key.cipher], len(name)]) + name + salt + struct.pack(">Q", length)


def _read_header(head: bytes) -> Head:
    cipher = {code: cipher for cipher, code in _CODES.items()}.get(head[4])
    if head[:4] != MAGIC or cipher is None:
        raise ValueError
    at = 6 + head[5]
    (length,) = struct.unpack_from(">Q", head, at + 16)
    return Head(head[: at + 24], cipher, head[6:at].decode("ascii"), head[at : at + 16], length)


def _pieces(length: int) -> int:
    """How many; an empty content has one too, which authenticates the header."""
    return max(1, -(-length // PIECE))
