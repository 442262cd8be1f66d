"""A case as one archive, for who may take it out of the house."""

from collections.abc import Sequence
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import IO

from flask import Blueprint, Response, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wsgi import FileWrapper

from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import wish_code
from dispatch.calls.calls import Call
from dispatch.tickets import case_files, colleague_notes, reach, ticket_files
from dispatch.tickets.case_files import Masks
from dispatch.tickets.tickets import Ticket
from hotline.accounts.roles import Permission
from hotline.kept.errors import KeptError
from recordings import masking
from recordings.archive import archive
from recordings.listening import Purpose
from recordings.recordings import Recording

blueprint = Blueprint("case", __name__, url_prefix="/cases")


@dataclass(frozen=True)
class Case:
    """What goes into the archive, by its names there; `missing`: the files that are not what was handed in."""

    documents: dict[str, bytes]
    sounds: Sequence[Recording]
    masks: Masks
    missing: list[str]


@blueprint.get("/<number>.zip")
@needs(Permission.TAKE_OUT)
def taken_out(number: str) -> ResponseReturnValue:
    """Ticket, timeline and recordings, sealed by a list of hashes whose own hash is in the audit trail."""
    file = TemporaryFile()  # noqa: SIM115 - it is sent after we have returned
    try:
        with reading() as session:
            ticket = reach.ticket(session, number, account=me()) or abort(404)
            purpose = wish_code("purpose", Purpose) or abort(400)
            case = _case(session, ticket)
        digest = case_files.pack(file, number, case.documents, case.sounds, case.masks, archive(house().settings),
                                 database=house().database, missing=case.missing)  # fmt: skip
        with writing() as session:
            ticket = reach.ticket(session, number, account=me()) or abort(404)
            case_files.still_fit(session, ticket, case.masks, account=me(), at=now())
            case_files.taken_out(session, ticket, digest=digest, purpose=purpose, by=me().login, at=now())
    except KeptError as fault:
        file.close()
        return _refused(number, fault)
    if case.missing:
        flash(gettext("导出的卷宗缺少附件：%(files)s", files="；".join(case.missing)), "warning")
    return _sent(file, number)


def _case(session: Session, ticket: Ticket) -> Case:
    sounds = case_files.sounds_of(session, ticket, account=me(), at=now())
    handed_in = ticket_files.contents(session, ticket, account=me(), settings=house().settings)
    call = session.get(Call, ticket.call_id) if ticket.call_id else None
    masks = masking.masked_of_each(session, sounds)
    page = render_template("case.html", ticket=ticket, call=call, sounds=sounds, masks=masks, files=handed_in,
                           steps=colleague_notes.told(ticket), name_of=case_files.name_of)  # fmt: skip
    known = case_files.as_json(case_files.facts(session, ticket, sounds, masks, handed_in))
    whole = {one.name: one.whole for one in handed_in if one.whole is not None}
    return Case({"case.html": page.encode(), "case.json": known, **whole}, sounds, masks, case_files.lacking(handed_in))


def _refused(number: str, fault: KeptError) -> ResponseReturnValue:
    flash(str(fault), "danger")
    return redirect(url_for("ticket.page", number=number), 303)


def _sent(file: IO[bytes], number: str) -> Response:
    size = file.tell()
    file.seek(0)
    answer = Response(FileWrapper(file, 1 << 16), mimetype="application/zip", direct_passthrough=True)
    answer.content_length = size
    answer.headers["Content-Disposition"] = f'attachment; filename="{number}.zip"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
