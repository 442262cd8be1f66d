"""The picture of coverage: how many of a department's published questions the machine answers, and in which form."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui import words
from admin_ui.exports import csv_of
from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import wish_code, wish_number
from dispatch.coverage import Coverage, Saying, coverage, judged
from hotline.accounts.roles import Permission
from hotline.directory.departments import in_service
from hotline.times import local_day
from knowledge_base import hands

blueprint = Blueprint("coverage", __name__, url_prefix="/authorisations/coverage")


@blueprint.get("")
@needs(Permission.KNOWLEDGE)
def page() -> ResponseReturnValue:
    """All departments, or one with its questions."""
    chosen, saying = wish_number("department"), wish_code("saying", Saying)
    with reading() as session:
        rows = _rows(session)
        unit = next((r.department for r in rows if r.department.id == chosen), None)
        given = judged(session, [unit], at=now(), grace_days=house().settings.update_grace_days) if unit else ()
        lines = [one for one in given if saying in (None, one.saying)]
    total = {word: sum(r.counts[word] for r in rows) for word in Saying}
    return render_template("coverage.html", rows=rows, total=total, unit=unit, lines=lines, at=now())


@blueprint.get("/export.csv")
@needs(Permission.KNOWLEDGE)
def export() -> ResponseReturnValue:
    header = [gettext("代码"), gettext("部门"), gettext("已发布"), *(str(words.SAYINGS[word]) for word in Saying)]
    with writing() as session:
        lines = [(r.department.code, r.department.name, r.total, *(r.counts[word] for word in Saying))
                 for r in _rows(session)]  # fmt: skip
        return csv_of(session, "coverage", header, lines)


def _rows(session: Session) -> list[Coverage]:
    every = in_service(session, on=local_day(now()))
    units = [d for d in every if hands.reaches_all(me()) or d.id == me().department_id]
    return coverage(session, units, at=now(), grace_days=house().settings.update_grace_days)
