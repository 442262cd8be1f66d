"""The rates of departments over some time, each with what it is counted of, and the handings behind them. A department
sees its own, a county's office those of its county."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from admin_ui import words
from admin_ui.exports import csv_in_stretches, csv_of
from admin_ui.guards import needs
from admin_ui.house import me, now, reading, writing
from admin_ui.paging import page_of, wish, wish_code, wish_day, wish_number
from admin_ui.stacks import stacks
from dispatch.figures import department_figures
from dispatch.figures.course import course
from dispatch.figures.department_figures import Figures, Span, listed, sum_of
from dispatch.figures.figures import Share
from dispatch.figures.rates import Rate
from dispatch.tickets import reach
from dispatch.tickets.handings import Handing, Way
from dispatch.tickets.tickets import Ticket
from hotline.accounts.roles import Permission
from hotline.times import day_begins, day_ends, local_day

blueprint = Blueprint("department_figures", __name__, url_prefix="/figures/departments")
MOST_DAYS = 366


@blueprint.get("")
@needs(Permission.FIGURES)
def page() -> ResponseReturnValue:
    since, until = _range()
    span = _span(since, until)
    with reading() as session:
        every = department_figures.of_departments(session, span, account=me(), at=now())
        columns = course(session, span, account=me(), at=now())
    return render_template("department_figures.html", every=every, all=sum_of(every), columns=columns, since=since,
                           until=until, chart=stacks([c.counts for c in columns]), most=MOST_DAYS)  # fmt: skip


@blueprint.get("/export.csv")
@needs(Permission.FIGURES)
def export() -> ResponseReturnValue:
    """Each rate with its part and its whole, so that it can be counted again."""
    rates = [cell for name in (*words.RATES.values(), gettext("转接成功率"))
             for cell in (name, gettext("分子"), gettext("分母"))]  # fmt: skip
    header = (gettext("承办单位"), gettext("派给件次"), *rates, gettext("逾期工单"))
    with writing() as session:
        every = department_figures.of_departments(session, _span(*_range()), account=me(), at=now())
        return csv_of(session, "department-figures", header, _lines(every))


@blueprint.get("/handings")
@needs(Permission.FIGURES)
def handings() -> ResponseReturnValue:
    """The handings behind a figure; who may see a ticket can open it."""
    since, until = _range()
    with reading() as session:
        shown = page_of(session, _wanted())
        ids = [one.ticket_id for one in shown.rows]
        mine = set(session.scalars(select(Ticket.id).where(Ticket.id.in_(ids), reach.tickets_of(me()))))
        return render_template("handings.html", page=shown, mine=mine, rate=wish_code("rate", Rate), since=since,
                               until=until)  # fmt: skip


@blueprint.get("/handings.csv")
@needs(Permission.FIGURES)
def export_handings() -> ResponseReturnValue:
    header = (gettext("编号"), gettext("承办单位"), gettext("方式"), gettext("派给时间"), gettext("签收期限"),
              gettext("签收时间"), gettext("承办期限"), gettext("答复时间"), gettext("延期天数"), gettext("结束"),
              gettext("回访"), gettext("问题是否解决"), gettext("满意度"))  # fmt: skip
    return csv_in_stretches("handings", header, _cells, _wanted())


def _lines(every: Sequence[Figures]) -> Iterator[tuple[object, ...]]:
    for one in every:
        shares = (*(one.rates[rate] for rate in Rate), one.transfers)
        yield (one.name, one.handed, *(cell for share in shares for cell in _share(share)), one.overdue)


def _share(share: Share) -> tuple[object, ...]:
    return share.percent, share.part, share.whole


def _cells(_session: Session, found: Sequence[Handing]) -> Iterator[tuple[object, ...]]:
    for one in found:
        yield (one.ticket.number, one.department.name, words.HANDED[Way(one.way)], one.at, one.accept_by,
               one.accepted_at, one.due_at, one.answered_at, one.extended_days,
               words.HANDING_ENDED.get(one.ended, ""), words.REACHED[one.reached],
               words.SOLVED.get(one.solved, ""), words.SATISFACTION.get(one.satisfaction or 0, ""))  # fmt: skip


def _range() -> tuple[date, date]:
    until = wish_day("until") or local_day(now())
    since = wish_day("since") or until.replace(day=1)
    return max(min(since, until), until - timedelta(days=MOST_DAYS - 1)), until


def _span(since: date, until: date) -> Span:
    return Span(day_begins(since), day_ends(until), wish_number("department"))


def _wanted() -> Select[Handing]:
    return listed(_span(*_range()), account=me(), rate=wish_code("rate", Rate), part=wish("part") == "1", at=now())
