"""The dictionary of readings: how the machine reads words, each corrected with who, when and why, and undone."""

from collections.abc import Sequence

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_ui.deeds import done
from admin_ui.exports import csv_of
from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import wish
from admin_ui.people import who
from hotline.accounts.roles import Permission
from hotline.voice import correcting
from hotline.voice.readings import SpokenReading, read_in

blueprint = Blueprint("voice_readings", __name__, url_prefix="/voice/readings")
MOST = 500


@blueprint.get("")
@needs(Permission.LINE)
def listed() -> ResponseReturnValue:
    with reading() as session:
        rows = _wanted(session)
        return render_template("voice_readings.html", rows=rows, progress={r.id: _progress(session, r) for r in rows})


@blueprint.get("/export.csv")
@needs(Permission.LINE)
def export() -> ResponseReturnValue:
    header = (gettext("词"), gettext("读法"), gettext("只在这些句子里"), gettext("原因"), gettext("纠正人"),
              gettext("纠正时间"), gettext("全部生效"), gettext("停用人"), gettext("停用时间"))  # fmt: skip
    with writing() as session:
        return csv_of(session, "readings", header, (
            (r.word, r.read, r.within, r.reason, who(r.by), r.at, r.begun_at, who(r.ended_by), r.ended_at)
            for r in _wanted(session)))  # fmt: skip


@blueprint.get("/<int:reading_id>/progress")
@needs(Permission.LINE)
def progress(reading_id: int) -> ResponseReturnValue:
    """How many of its sounds are made."""
    with reading() as session:
        row = _row(session, reading_id)
        return render_template("_voice_progress.html", row=row, made=_progress(session, row))


@blueprint.post("")
@needs(Permission.LINE)
def correct() -> ResponseReturnValue:
    typed = {name: request.form.get(name, "")[:300] for name in ("word", "read", "within", "reason")}

    def deed(session: Session) -> None:
        meant = read_in(typed["word"], typed["read"], typed["within"])
        correcting.correct(session, meant, reason=typed["reason"], voice=_voice(), by=me().login, at=now())

    return done(deed, "voice_readings.listed", gettext("已保存，正在重新合成"))


@blueprint.post("/<int:reading_id>/undo")
@needs(Permission.LINE)
def undo(reading_id: int) -> ResponseReturnValue:
    return done(lambda s: correcting.undo(s, _row(s, reading_id), voice=_voice(), by=me().login, at=now()),
                "voice_readings.listed", gettext("已恢复原来的读法"))  # fmt: skip


def _progress(session: Session, row: SpokenReading) -> tuple[int, int, int] | None:
    return correcting.progress(session, row, voice=_voice()) if row.pending else None


def _voice() -> str:
    return house().settings.voice


def _row(session: Session, reading_id: int) -> SpokenReading:
    return session.get(SpokenReading, reading_id) or abort(404)


def _wanted(session: Session) -> Sequence[SpokenReading]:
    text, show = wish("q"), wish("show")
    query = select(SpokenReading).order_by(SpokenReading.id.desc()).limit(MOST)
    query = query if show == "all" else query.where(SpokenReading.ended_at.is_(None))
    return [r for r in session.scalars(query) if text in r.word or text in r.read or text in r.within]
