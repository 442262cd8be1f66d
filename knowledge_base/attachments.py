"""Files that belong to an answer: kept once under their hash, of few kinds, and never what they don't look like."""

import hashlib
import io
import zipfile
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.accounts import Account
from hotline.settings import Settings
from knowledge_base import hands
from knowledge_base.drafts import held, note
from knowledge_base.entries import Attachment, EntryVersion, in_force
from knowledge_base.ledger import Deed
from knowledge_base.stages import Stage
from knowledge_base.transitions import LifeError, transition

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


def add(session: Session, version: EntryVersion, name: str, content: bytes, *, by: Account, settings: Settings,
        at: datetime) -> Attachment:
    """Put a file to a draft; LifeError when it is of no allowed kind, too large, or not what its name says."""
    entry = held(session, version)
    hands.fit(session, transition(Stage(version.stage), Deed.WRITTEN), version, entry, by=by)
    name = _plain(name)
    kind = name.rpartition(".")[2].lower() if "." in name else ""
    if kind not in MEDIA or kind not in {k.strip() for k in settings.attachment_types.split(",")}:
        raise LifeError(f"只能上传这些类型的附件：{settings.attachment_types}")
    if len(content) > settings.attachment_megabytes * MEGABYTE:
        raise LifeError(f"附件不能超过{settings.attachment_megabytes}兆字节")
    if len(version.attachments) >= settings.attachments_most:
        raise LifeError(f"每个版本最多{settings.attachments_most}个附件")
    if any(a.name == name for a in version.attachments):
        raise LifeError("已有同名附件")
    if not is_what_it_says(kind, content):
        raise LifeError("附件内容与扩展名不符，或含有宏")
    row = Attachment(entry_version_id=version.id, name=name, media_type=MEDIA[kind], size=len(content),
                     sha256=_kept(content, settings.attachments), added_by=by.login, added_at=at)  # fmt: skip
    version.attachments.append(row)
    version.written_by = by.login
    session.flush()
    note(session, Deed.WRITTEN, version, entry, by=by.login, at=at, why=f"添加附件：{name}")
    return row


def remove(session: Session, version: EntryVersion, attachment_id: int, *, by: Account, at: datetime) -> None:
    """Take a file from a draft; the bytes stay for the versions that have them."""
    entry = held(session, version)
    hands.fit(session, transition(Stage(version.stage), Deed.WRITTEN), version, entry, by=by)
    row = next((a for a in version.attachments if a.id == attachment_id), None)
    if row is None:
        raise LifeError("该附件不存在")
    version.attachments.remove(row)
    session.delete(row)
    version.written_by = by.login
    session.flush()
    note(session, Deed.WRITTEN, version, entry, by=by.login, at=at, why=f"删除附件：{row.name}")


def file_of(attachment: Attachment, settings: Settings) -> Path:
    """Where its bytes lie."""
    return settings.attachments / attachment.sha256


def public(session: Session, attachment_id: int, *, on: date) -> Attachment | None:
    """The attachment, if anybody may have it: its version is published and stands on that day."""
    row = session.scalar(select(Attachment).where(Attachment.id == attachment_id))
    if row is None:
        return None
    version = session.get_one(EntryVersion, row.entry_version_id)
    standing = in_force(session, version.entry_id, on=on)
    return row if standing is not None and standing[1].id == version.id else None


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


def _kept(content: bytes, folder: Path) -> str:
    """Write the bytes under their hash, whole or not at all."""
    name = hashlib.sha256(content).hexdigest()
    if not (folder / name).exists():
        folder.mkdir(parents=True, exist_ok=True)
        part = folder / f".{name}.part"
        part.write_bytes(content)
        part.replace(folder / name)
    return name
