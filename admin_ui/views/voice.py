"""What the machine says: every prompt, title and answer listed, played as callers hear it, and marked as heard."""

from collections.abc import Sequence

from flask import Blueprint, Response, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui import voice_words
from admin_ui.exports import csv_of
from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import Page, page_in, wish, wish_code
from admin_ui.people import who
from admin_ui.voice_words import LOOKS, SORTS, place_of
from dispatch.answering import spoken
from dispatch.answering.spoken import Look, Said, Sort
from hotline.accounts.roles import Permission
from hotline.voice import alaw, heard
from hotline.voice.slower import stretched

blueprint = Blueprint("voice", __name__, url_prefix="/voice")


@blueprint.get("")
@needs(Permission.LINE)
def listed() -> ResponseReturnValue:
    """One sort of things (`?sort=`), as looked for."""
    with reading() as session:
        found = spoken.everything(session, _sort(), settings=house().settings)
        page: Page[Said] = page_in(_wanted(found))
        return render_template("voice.html", page=page, sort=_sort(), counts=spoken.counts(found), all=len(found),
                               voice_words=voice_words, where=where)  # fmt: skip


@blueprint.get("/export.csv")
@needs(Permission.LINE)
def export() -> ResponseReturnValue:
    header = (gettext("种类"), gettext("名称"), gettext("位置"), gettext("内容"), gettext("状态"), gettext("听过的人"),
              gettext("听过的时间"))  # fmt: skip
    with writing() as session:
        found = _wanted(spoken.everything(session, _sort(), settings=house().settings))
        return csv_of(session, "voice", header, (
            (SORTS[one.sort], one.key.partition(":")[2], where(one), one.text,
             "、".join(str(LOOKS[look]) for look in Look if look in one.looks),
             who(one.heard.by if one.heard else ""), one.heard.at if one.heard else None)
            for one in found))  # fmt: skip


@blueprint.get("/sound")
@needs(Permission.LINE)
def sound() -> ResponseReturnValue:
    """The sound of one thing at 8 kHz, as fast as callers hear it, or as slow as they may wish it."""
    with reading() as session:
        content = spoken.sound(session, _said(session), settings=house().settings)
    return wav(content or abort(404))


@blueprint.post("/heard")
@needs(Permission.LINE)
def note() -> ResponseReturnValue:
    """The sound of this name was heard to its end."""
    with writing() as session:
        said = _said(session)
        if not said.made or said.sound != request.form.get("sound"):
            abort(409)  # it has become another one meanwhile
        heard.note(session, said.sound, by=me().login, at=now())
        return render_template("_voice_heard.html", one=_said(session), voice_words=voice_words)


def where(one: Said) -> str:
    """Where it is said, or of whom."""
    if one.sort is Sort.PROMPT:
        return str(place_of(one.key.partition(":")[2]))
    return one.entry.department.name if one.entry else str(SORTS[one.sort])


def wav(content: bytes) -> Response:
    """A telephone's sound for a browser, slower if the query says so."""
    if wish("slow"):
        times = 100 / house().settings.slower_percent
        content = alaw.encode(stretched(alaw.decode(content), times))
    return Response(alaw.wav(content), mimetype="audio/wav")


def _said(session: Session) -> Said:
    key = (request.form.get("key") or wish("key"))[:80]
    return spoken.one(session, key, settings=house().settings) or abort(404)


def _sort() -> Sort:
    return wish_code("sort", Sort) or Sort.PROMPT


def _wanted(found: Sequence[Said]) -> list[Said]:
    look, text = wish_code("look", Look), wish("q")
    return [one for one in found if (look is None or look in one.looks) and (text in one.text or text in one.key)]
