"""The files of an answer: put to a draft, taken from it, and taken home as what they are."""

from datetime import datetime

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui.guards import needs
from admin_ui.handed_in import allow_a_file, given_file
from admin_ui.house import house, me, now, reading
from admin_ui.sending import sent
from admin_ui.views.entry import find, find_version, show
from admin_ui.views.entry_steps import take
from hotline import files
from hotline.accounts.roles import Permission
from hotline.cabinet import cabinet
from hotline.files import FileRefused, KeptFile
from hotline.times import local_day
from knowledge_base import attachments, hands
from knowledge_base.entries import Attachment, Entry, EntryVersion
from knowledge_base.transitions import LifeError

blueprint = Blueprint("entry_files", __name__, url_prefix="/knowledge")
blueprint.url_value_preprocessor(allow_a_file)


@blueprint.post("/<int:entry_id>/versions/<int:number>/files")
@needs(Permission.WRITE_ENTRY)
def add(entry_id: int, number: int) -> ResponseReturnValue:
    try:
        kept = _kept(entry_id, number, *given_file())
    except (LifeError, FileRefused) as refused:
        return show(entry_id, trouble=str(refused), typed=request.form), 422

    def step(session: Session, at: datetime) -> None:
        version = find_version(session, entry_id, number)
        attachments.add(session, version, kept, by=me(), settings=house().settings, at=at)

    return take(entry_id, step, done=gettext("附件已添加"))


def _kept(entry_id: int, number: int, name: str, content: bytes) -> KeptFile:
    """It is sealed before the step is taken, if it can be: that takes longer than one may hold the database."""
    if not name:
        raise LifeError(gettext("请选择文件"))
    with reading() as session:
        attachments.fit(session, find_version(session, entry_id, number), name, by=me(), settings=house().settings)
    return files.keep(name, content, settings=house().settings, at=now())


@blueprint.post("/<int:entry_id>/versions/<int:number>/files/<int:attachment_id>/remove")
@needs(Permission.WRITE_ENTRY)
def remove(entry_id: int, number: int, attachment_id: int) -> ResponseReturnValue:
    return take(entry_id, lambda s, at: attachments.remove(
        s, find_version(s, entry_id, number), attachment_id, by=me(), at=at))  # fmt: skip


@blueprint.get("/files/<int:attachment_id>")
@needs(Permission.KNOWLEDGE)
def download(attachment_id: int) -> ResponseReturnValue:
    """Always saved, never shown: nothing in it runs in our name."""
    with reading() as session:
        row = session.get(Attachment, attachment_id) or abort(404)
        entry = find(session, session.get_one(EntryVersion, row.entry_version_id).entry_id)
        if not _may_have(session, row, entry):
            abort(404)
    content = cabinet(house().settings).open(row.sha256)
    return sent(content, media_type=row.media_type, etag=row.sha256, name=row.name)


def _may_have(session: Session, row: Attachment, entry: Entry) -> bool:
    if hands.sees_inside(session, me(), entry):
        return True
    return attachments.public(session, row.id, on=local_day(now())) is not None
