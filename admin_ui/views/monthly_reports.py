"""附件9 is reported: a unit's own month, who has reported to an office and who has not, corrections and reasons."""

import io

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session

from admin_ui.exports import csv_of
from admin_ui.guards import needs
from admin_ui.house import house, me, now, reading, writing
from admin_ui.paging import number_in
from admin_ui.public.words import COUNTIES
from admin_ui.views.forms import XLSX
from admin_ui.views.monthly import month_asked, unit_name
from dispatch.figures import monthly_file, reporting, reports
from dispatch.figures.report_days import due, next_month
from dispatch.figures.reporting import Standing
from dispatch.figures.reports import CODES, Reporter, ReportError
from hotline import audit
from hotline.accounts.roles import Permission
from hotline.times import local_day

blueprint = Blueprint("monthly_reports", __name__, url_prefix="/figures/reports")


@blueprint.get("")
@needs(Permission.REPORT)
def page() -> ResponseReturnValue:
    return _page()


@blueprint.post("/submit")
@needs(Permission.REPORT)
def submit() -> ResponseReturnValue:
    """Report the month; what is wrong stands above the form, which keeps what was typed."""
    filled = {code: number_in(request.form.get(f"c{code}", "")) for code in CODES}
    try:
        with writing() as session:
            reports.submit(session, _reporter(), month_asked(), filled=filled, zero=request.form.get("zero") == "1",
                           by=me(), at=now())  # fmt: skip
    except ReportError as error:
        return _page(trouble=str(error)), 422
    return _done(gettext("已报送并锁定"))


@blueprint.post("/correct")
@needs(Permission.REPORT)
def correct() -> ResponseReturnValue:
    """Set a figure right that was reported."""
    given = request.form
    try:
        with writing() as session:
            row = reports.find(session, _reporter(), month_asked(), lock=True) or abort(404)
            reports.correct(session, row, given.get("code", ""), _whole(given.get("after", "")),
                            why=given.get("why", ""), by=me(), at=now())  # fmt: skip
    except ReportError as error:
        return _page(trouble=str(error)), 422
    return _done(gettext("已更正并留痕"))


@blueprint.get("/file.xlsx")
@needs(Permission.REPORT)
def file() -> ResponseReturnValue:
    """The month as it was reported, corrections and all."""
    reporter, first = _reporter(), month_asked()
    with reading() as session:
        row = reports.find(session, reporter, first) or abort(404)
        lines, unit = reports.lines(session, reporter, first, reports.standing(row)), unit_name(session)
    with writing() as session:
        audit.note(session, "exported", by=me().login, at=now(), about=("form", "9"), month=f"{first:%Y-%m}")
    return send_file(io.BytesIO(monthly_file.written(lines, unit=unit, first=first, at=now())), mimetype=XLSX,
                     as_attachment=True, download_name=f"附件9-月度统计表-{first:%Y-%m}.xlsx")  # fmt: skip


@blueprint.get("/export.csv")
@needs(Permission.REPORT)
def export() -> ResponseReturnValue:
    """Who has reported the month, and who is late."""
    header = (gettext("单位"), gettext("截止"), gettext("报送时间"), gettext("零报告"), gettext("更正"),
              gettext("逾期"))  # fmt: skip
    with writing() as session:
        rows = _below(session)
        return csv_of(session, "monthly-reports", header, (
            (name_of(one.reporter), one.due.isoformat(), one.submitted, _yes(bool(one.report and one.report.zero)),
             len(one.report.corrections) if one.report else 0, _yes(one.late)) for one in rows))  # fmt: skip


def name_of(reporter: Reporter) -> str:
    return reporter.name or str(COUNTIES.get(reporter.county_code, reporter.county_code))


def _page(trouble: str = "") -> str:
    reporter, first = _reporter(), month_asked()
    with reading() as session:
        row = reports.find(session, reporter, first)
        figures = reports.shown(session, reporter, first, row)
        return render_template(
            "monthly_reports.html", first=first, row=row, lines=reports.lines(session, reporter, first, figures),
            below=_below(session), name_of=name_of, trouble=trouble, typed=request.form, codes=CODES,
            due=due(reporter.level, first, settings=house().settings), over=local_day(now()) >= next_month(first),
        )  # fmt: skip


def _below(session: Session) -> list[Standing]:
    return reporting.standings(session, _reporter(), month_asked(), settings=house().settings, at=now())


def _reporter() -> Reporter:
    return reports.of(me()) or abort(403)


def _whole(text: str) -> int:
    found = number_in(text)
    if found is None:
        raise ReportError("数字应为不小于0的整数")
    return found


def _yes(true: bool) -> str:
    return str(gettext("是")) if true else ""


def _done(words: str) -> ResponseReturnValue:
    flash(words, "success")
    return redirect(url_for("monthly_reports.page", month=f"{month_asked():%Y-%m}"), 303)
