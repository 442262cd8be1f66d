"""Files that people hand in: of few kinds, kept once under their hash, and never what they don't look like."""

import hashlib
import io
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

from hotline.settings import Settings

MEGABYTE = 1_000_000
LONGEST_NAME = 120
MEDIA = {
    "pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "ofd": "application/ofd",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
BEGINS = {"pdf": b"%PDF-", "png": b"\x89PNG\r\n\x1a\n", "jpg": b"\xff\xd8\xff", "jpeg": b"\xff\xd8\xff"}
HOLDS = {"docx": "word/document.xml", "xlsx": "xl/workbook.xml", "ofd": "OFD.xml"}
MACROS = "vbaProject.bin"


class FileRefused(Exception):
    """A file that is not taken; the text is fit for a person."""


@dataclass(frozen=True)
class KeptFile:
    """A file as it is kept: its name, what it is (a media type), how many bytes it has, and their SHA-256."""

    name: str
    media_type: str
    size: int
    sha256: str


def keep(name: str, content: bytes, *, beside: set[str], settings: Settings) -> KeptFile:
    """Keep a file beside others of these names; FileRefused when it is of no allowed kind, too large, one too many, or
    not what its name says."""
    name = _plain(name)
    kind = name.rpartition(".")[2].lower() if "." in name else ""
    if kind not in MEDIA or kind not in {k.strip() for k in settings.attachment_types.split(",")}:
        raise FileRefused(f"只能上传这些类型的附件：{settings.attachment_types}")
    if len(content) > settings.attachment_megabytes * MEGABYTE:
        raise FileRefused(f"附件不能超过{settings.attachment_megabytes}兆字节")
    if len(beside) >= settings.attachments_most:
        raise FileRefused(f"最多{settings.attachments_most}个附件")
    if name in beside:
        raise FileRefused("已有同名附件")
    if not is_what_it_says(kind, content):
        raise FileRefused("附件内容与扩展名不符，或含有宏")
    return KeptFile(name, MEDIA[kind], len(content), _written(content, settings.attachments))


def lies_at(sha256: str, settings: Settings) -> Path:
    """Where the bytes with this hash lie."""
    return settings.attachments / sha256


@dataclass(frozen=True)
class Lying:
    """What lies there under a name: how many bytes, and when they were written, in seconds since 1970."""

    size: int
    written: float


def kept(settings: Settings) -> dict[str, Lying]:
    """All that lies there, by its name: the hash of what it is to be, or what somebody left half written."""
    if not settings.attachments.is_dir():
        return {}
    with os.scandir(settings.attachments) as found:
        return {one.name: Lying(one.stat().st_size, one.stat().st_mtime) for one in found if one.is_file()}


def whole(sha256: str, settings: Settings) -> bytes | None:
    """The bytes with this hash; None where they are missing, or are others."""
    try:
        content = lies_at(sha256, settings).read_bytes()
    except FileNotFoundError:
        return None
    return content if hashlib.sha256(content).hexdigest() == sha256 else None


def is_what_it_says(kind: str, content: bytes) -> bool:
    """Whether a file begins, or is packed, as its ending promises; packed files may not bring macros."""
    if kind in BEGINS:
        return content.startswith(BEGINS[kind])
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = packed.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return False
    return HOLDS[kind] in names and not any(name.endswith(MACROS) for name in names)


def _plain(name: str) -> str:
    """The last part of a file's name, without what a file system or a header could stumble over."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in last if c.isprintable() and c not in '<>:"|?*;').strip(". ")
    stem, dot, ending = kept.rpartition(".")
    return f"{stem[: LONGEST_NAME - 6]}{dot}{ending[:5]}" if stem and dot else kept[:LONGEST_NAME]


def _written(content: bytes, folder: Path) -> str:
    """Write the bytes under their hash, whole or not at all, for nobody else on this machine."""
    name = hashlib.sha256(content).hexdigest()
    if not (folder / name).exists():
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".{name}.part"
        part.touch(mode=0o600)
        part.write_bytes(content)
        part.replace(folder / name)
    return name
