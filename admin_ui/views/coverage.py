"""The picture of coverage: how many of a department's published questions the machine answers, and in which form."""

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui import words
from admin_ui.exports import csv_of
from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import wish_code, wish_number
from admin_ui.refusals import said
from admin_ui.views.freshness import named
from dispatch.answering.coverage import Coverage, Judged, Saying, coverage, judged
from hotline.accounts.roles import Permission
from hotline.directory.departments import Department, in_service
from hotline.times import local_day
from knowledge_base import hands

blueprint = Blueprint("coverage", __name__, url_prefix="/authorisations/coverage")


@blueprint.get("")
@needs(Permission.KNOWLEDGE)
def page() -> ResponseReturnValue:
    """All departments, or one with its questions."""
    with reading() as session:
        rows = _rows(session)
        unit = _unit(rows)
        lines = _lines(session, unit) if unit else []
    total = {word: sum(r.counts[word] for r in rows) for word in Saying}
    return render_template("coverage.html", rows=[r for r in rows if named(r.department)], total=total, unit=unit,
                           lines=lines, at=now())  # fmt: skip


@blueprint.get("/export.csv")
@needs(Permission.KNOWLEDGE)
def export() -> ResponseReturnValue:
    """The departments that are filtered, or the questions of the one that is looked at, as a file."""
    with writing() as session:
        rows = _rows(session)
        unit = _unit(rows)
        if unit is not None:
            return _file_of(session, unit, _lines(session, unit))
        header = [gettext("代码"), gettext("部门"), gettext("已发布"), *(str(words.SAYINGS[word]) for word in Saying)]
        return csv_of(session, "coverage", header, (
            (r.department.code, r.department.name, r.total, *(r.counts[word] for word in Saying))
            for r in rows if named(r.department)))  # fmt: skip


def _file_of(session: Session, unit: Department, lines: list[Judged]) -> Response:
    header = (gettext("问题"), gettext("类别"), gettext("自助语音"), gettext("依据或原因"))
    return csv_of(session, f"coverage-{unit.code}", header, (
        (one.entry.question, one.entry.category, words.SAYINGS[one.saying], said(one.decision.reason))
        for one in lines))  # fmt: skip


def _unit(rows: list[Coverage]) -> Department | None:
    """The department that the query asks for, if it is within reach."""
    return next((r.department for r in rows if r.department.id == wish_number("department")), None)


def _lines(session: Session, unit: Department) -> list[Judged]:
    """Its questions that the query asks for, each with what may be said of it."""
    saying = wish_code("saying", Saying)
    given = judged(session, [unit], at=now(), grace_days=house().settings.update_grace_days)
    return [one for one in given if saying in (None, one.saying)]


def _rows(session: Session) -> list[Coverage]:
    every = in_service(session, on=local_day(now()))
    units = [d for d in every if hands.reaches_all(me()) or d.id == me().department_id]
    return coverage(session, units, at=now(), grace_days=house().settings.update_grace_days)
