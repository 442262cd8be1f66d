"""Files that people hand in: of few kinds, kept in the cabinet, and never what they don't look like."""

import io
import zipfile
from dataclasses import dataclass
from datetime import datetime

from hotline.cabinet import cabinet
from hotline.settings import Settings
from hotline.times import local_day

MEGABYTE = 1_000_000
LONGEST_NAME = 120
MEDIA = {
    "pdf": "application/pdf", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "ofd": "application/ofd",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}  # fmt: skip
PACKED = b"PK"  # a packed file may have anything before it, say another kind's beginning: not here
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


def keep(name: str, content: bytes, *, settings: Settings, at: datetime) -> KeptFile:
    """Keep a file, sealed; FileRefused when it is of no allowed kind, too large, or not what its name says. It takes
    long: to be done before the transaction that notes it, never in it."""
    name = plain(name)
    kind = name.rpartition(".")[2].lower() if "." in name else ""
    if kind not in MEDIA or kind not in {k.strip() for k in settings.attachment_types.split(",")}:
        raise FileRefused(f"只能上传这些类型的附件：{settings.attachment_types}")
    if len(content) > settings.attachment_megabytes * MEGABYTE:
        raise FileRefused(f"附件不能超过{settings.attachment_megabytes}兆字节")
    if not is_what_it_says(kind, content):
        raise FileRefused("附件内容与扩展名不符，或含有宏")
    return KeptFile(name, MEDIA[kind], len(content), cabinet(settings).put(content, on=local_day(at)))


def fit(name: str, *, beside: set[str], settings: Settings) -> None:
    """FileRefused when a file of this name is one too many beside others of these names."""
    if len(beside) >= settings.attachments_most:
        raise FileRefused(f"最多{settings.attachments_most}个附件")
    if plain(name) in beside:
        raise FileRefused("已有同名附件")


def is_what_it_says(kind: str, content: bytes) -> bool:
    """Whether a file begins, or is packed, as its ending promises; packed files may not bring macros."""
    if kind in BEGINS:
        return content.startswith(BEGINS[kind])
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            names = packed.namelist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError):
        return False
    return content.startswith(PACKED) and HOLDS[kind] in names and not any(name.endswith(MACROS) for name in names)


def plain(name: str) -> str:
    """The last part of a file's name, without what a file system or a header could stumble over."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(c for c in last if c.isprintable() and c not in '<>:"|?*;').strip(". ")
    stem, dot, ending = kept.rpartition(".")
    return f"{stem[: LONGEST_NAME - 6]}{dot}{ending[:5]}" if stem and dot else kept[:LONGEST_NAME]
