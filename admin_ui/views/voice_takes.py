"""A prompt said by a person: recorded or handed in, measured, heard, approved by another, given up again."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_ui import voice_words
from admin_ui.deeds import done
from admin_ui.guards import needs
from admin_ui.headers import MICROPHONE
from admin_ui.house import house, me, now, reading
from admin_ui.limits import takes as lets_in
from admin_ui.paging import wish
from admin_ui.views.voice import wav
from dispatch.answering import spoken
from hotline.accounts.roles import Permission
from hotline.voice import prompts, studio, takes
from hotline.voice.takes import PromptTake

blueprint = Blueprint("voice_takes", __name__, url_prefix="/voice/takes")


@blueprint.get("")
@needs(Permission.LINE)
def page() -> ResponseReturnValue:
    """One prompt (`?prompt=`) with all its versions, and the means to record another."""
    name, words = _prompt(wish("prompt"))
    with reading() as session:
        said = spoken.one(session, f"prompt:{name}", settings=house().settings)
        rows = session.scalars(select(PromptTake).where(PromptTake.prompt == name).order_by(PromptTake.id.desc())).all()
        shown = render_template("voice_prompt.html", name=name, words=words, said=said, rows=rows, doubts=_doubts,
                                voice_words=voice_words, machine=_machine(name))  # fmt: skip
    return shown, {"Permissions-Policy": MICROPHONE}


@blueprint.post("")
@needs(Permission.LINE)
@lets_in(studio.MOST_BYTES + 10_000)
def offer() -> ResponseReturnValue:
    """A file that was handed in, or what the browser recorded."""
    name, words = _prompt(request.form.get("prompt", ""))
    speaker = request.form.get("speaker", "")
    try:
        checked = studio.checked(_content())
    except studio.StudioError as fault:
        flash(str(fault), "danger")
        return redirect(url_for("voice_takes.page", prompt=name), 303)
    return done(lambda s: takes.offer(s, name, words, checked, speaker=speaker, by=me().login, at=now()),
                "voice_takes.page", gettext("录音已保存，待另一人试听批准"), prompt=name)  # fmt: skip


@blueprint.get("/<int:take_id>/sound")
@needs(Permission.LINE)
def sound(take_id: int) -> ResponseReturnValue:
    """The version as callers hear it."""
    with reading() as session:
        return wav(_take(session, take_id).sound)


@blueprint.post("/<int:take_id>/approve")
@needs(Permission.LINE)
def approve(take_id: int) -> ResponseReturnValue:
    return _decided(take_id, gettext("已批准，几秒内对来电生效"),
                    lambda s, row: takes.approve(s, row, prompts.texts().get(row.prompt), by=me().login, at=now()))


@blueprint.post("/<int:take_id>/refuse")
@needs(Permission.LINE)
def refuse(take_id: int) -> ResponseReturnValue:
    return _decided(take_id, gettext("未采用该录音"), lambda s, row: takes.refuse(s, row, by=me().login, at=now()))


@blueprint.post("/give-up")
@needs(Permission.LINE)
def give_up() -> ResponseReturnValue:
    """Back to the machine's voice."""
    name, _ = _prompt(request.form.get("prompt", ""))
    return done(lambda s: takes.give_up(s, name, by=me().login, at=now()), "voice_takes.page",
                gettext("已恢复合成语音，几秒内对来电生效"), prompt=name)  # fmt: skip


def _decided(take_id: int, well: str, deed: Callable[[Session, PromptTake], object]) -> ResponseReturnValue:
    with reading() as session:
        prompt = _take(session, take_id).prompt
    return done(lambda s: deed(s, _take(s, take_id)), "voice_takes.page", well, prompt=prompt)


def _content() -> bytes:
    given = request.files.get("sound")
    return given.read(studio.MOST_BYTES) if given else b""


def _doubts(row: PromptTake) -> list[studio.Doubt]:
    return studio.doubts(row.measured, _machine(row.prompt))


def _machine(prompt: str) -> float:
    """The seconds that the machine takes for it."""
    line = prompts.locked().get(prompt)
    return line["seconds"] if line else 0.0


def _prompt(name: str) -> tuple[str, str]:
    words = prompts.texts().get(name)
    return (name, words) if words is not None else abort(404)


def _take(session: Session, take_id: int) -> PromptTake:
    return session.get(PromptTake, take_id) or abort(404)
