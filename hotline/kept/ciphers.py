"""The ciphers that what is kept may be sealed with: AES-256-GCM, and SM4-GCM for who is held to GB/T 39786."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher as _Cipher
from cryptography.hazmat.primitives.ciphers import algorithms, modes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hotline.kept.errors import Tampered

TAG = 16  # bytes that authenticate a piece


class Cipher(StrEnum):
    """How recordings and files are sealed; `none` leaves them readable."""

    AES = "aes-gcm"
    SM4 = "sm4-gcm"
    NONE = "none"


@dataclass(frozen=True)
class _Suite:
    algorithm: Callable[[bytes], algorithms.AES | algorithms.SM4]
    digest: Callable[[], hashes.HashAlgorithm]
    length: int


_SUITES = {
    Cipher.AES: _Suite(algorithms.AES, hashes.SHA256, 32),
    Cipher.SM4: _Suite(algorithms.SM4, hashes.SM3, 16),  # SM4 knows 128-bit keys alone
}


def own_key(cipher: Cipher, secret: bytes, *, salt: bytes) -> bytes:
    """The key of one file, made of the ring's secret and the file's salt: no two files share one, so each may
    count its pieces from 0."""
    suite = _SUITES[cipher]  # the label never changes: what was sealed opens by it
    return HKDF(suite.digest(), suite.length, salt, b"hotline recording").derive(secret)


def seal(cipher: Cipher, key: bytes, number: int, piece: bytes, *, header: bytes) -> bytes:
    """The piece of that number, sealed, with its tag behind it. The header is authenticated with every piece."""
    made = _Cipher(_SUITES[cipher].algorithm(key), modes.GCM(_nonce(number))).encryptor()
    made.authenticate_additional_data(header)
    return made.update(piece) + made.finalize() + made.tag


def unseal(cipher: Cipher, key: bytes, number: int, sealed: bytes, *, header: bytes) -> bytes:
    """The piece again; Tampered when it, its place or the header is another."""
    opened = _Cipher(_SUITES[cipher].algorithm(key), modes.GCM(_nonce(number), sealed[-TAG:])).decryptor()
    opened.authenticate_additional_data(header)
    try:
        return opened.update(sealed[:-TAG]) + opened.finalize()
    except InvalidTag:
        raise Tampered(f"piece {number} of what is sealed was changed, or sealed with another key") from None


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")
