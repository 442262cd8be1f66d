"""Words that mean the same to a search: groups kept by the office."""

from collections.abc import Callable

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui.deeds import done
from admin_ui.exports import csv_of
from admin_ui.guards import needs
from admin_ui.house import me, now, reading, writing
from admin_ui.paging import wish
from admin_ui.people import who
from hotline.accounts.roles import Permission
from knowledge_base import synonyms
from knowledge_base.synonyms import Synonym, words_in

blueprint = Blueprint("synonyms", __name__, url_prefix="/synonyms")


@blueprint.get("")
@needs(Permission.SYNONYMS)
def listed() -> ResponseReturnValue:
    with reading() as session:
        return render_template("synonyms.html", groups=_wanted(session))


@blueprint.get("/export.csv")
@needs(Permission.SYNONYMS)
def export() -> ResponseReturnValue:
    header = (gettext("同义词"), gettext("维护人"), gettext("时间"))
    with writing() as session:
        return csv_of(session, "synonyms", header, (("、".join(g.words), who(g.by), g.at) for g in _wanted(session)))


@blueprint.post("")
@needs(Permission.SYNONYMS)
def add() -> ResponseReturnValue:
    return _done(lambda session: synonyms.add(session, _words(), by=me(), at=now()))


@blueprint.post("/<int:group_id>")
@needs(Permission.SYNONYMS)
def change(group_id: int) -> ResponseReturnValue:
    return _done(lambda session: synonyms.change(session, _group(session, group_id), _words(), by=me(), at=now()))


@blueprint.post("/<int:group_id>/remove")
@needs(Permission.SYNONYMS)
def remove(group_id: int) -> ResponseReturnValue:
    return _done(lambda session: synonyms.remove(session, _group(session, group_id), by=me(), at=now()))


def _done(deed: Callable[[Session], object]) -> ResponseReturnValue:
    return done(deed, "synonyms.listed", gettext("已保存，两秒内对搜索生效"))


def _group(session: Session, group_id: int) -> Synonym:
    return session.get(Synonym, group_id) or abort(404)


def _words() -> list[str]:
    return words_in(request.form.get("words", "")[:500])


def _wanted(session: Session) -> list[Synonym]:
    text = wish("q")
    return [g for g in synonyms.groups(session) if not text or any(text in word for word in g.words)]
