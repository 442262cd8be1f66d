"""Files that belong to an answer: put to a draft, taken from it, public with the version that has them."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline import files
from hotline.accounts.accounts import Account
from hotline.files import FileRefused, KeptFile
from hotline.settings import Settings
from knowledge_base import hands
from knowledge_base.drafts import held, note
from knowledge_base.entries import Attachment, Entry, EntryVersion, in_force
from knowledge_base.ledger import Deed
from knowledge_base.stages import Stage
from knowledge_base.transitions import LifeError, transition


def fit(session: Session, version: EntryVersion, name: str, *, by: Account, settings: Settings) -> Entry:
    """LifeError when a file of this name can't be put to the version now; asked before it is kept, and again then. Its
    entry."""
    entry = held(session, version)
    hands.fit(session, transition(Stage(version.stage), Deed.WRITTEN), version, entry, by=by)
    try:
        files.fit(name, beside={a.name for a in version.attachments}, settings=settings)
    except FileRefused as refused:
        raise LifeError(str(refused)) from None
    return entry


def add(session: Session, version: EntryVersion, kept: KeptFile, *, by: Account, settings: Settings,
        at: datetime) -> Attachment:
    """Put a file that is kept to a draft; LifeError when it can't be."""
    entry = fit(session, version, kept.name, by=by, settings=settings)
    row = Attachment(entry_version_id=version.id, name=kept.name, media_type=kept.media_type, size=kept.size,
                     sha256=kept.sha256, added_by=by.login, added_at=at)  # fmt: skip
    version.attachments.append(row)
    version.written_by = by.login
    session.flush()
    note(session, Deed.WRITTEN, version, entry, by=by.login, at=at, why=f"添加附件：{kept.name}")
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


def public(session: Session, attachment_id: int, *, on: date) -> Attachment | None:
    """The attachment, if anybody may have it: its version is published and stands on that day."""
    row = session.scalar(select(Attachment).where(Attachment.id == attachment_id))
    if row is None:
        return None
    version = session.get_one(EntryVersion, row.entry_version_id)
    standing = in_force(session, version.entry_id, on=on)
    return row if standing is not None and standing[1].id == version.id else None
