"""Callers who need somebody in particular (老年人, 方言), and callers who are warned: by whoever speaks with them."""

from flask import Blueprint, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import Select, select

from admin_ui.deeds import SOON, done
from admin_ui.exports import MOST_ROWS, csv_of
from admin_ui.guards import needs
from admin_ui.house import me, now, reading, writing
from admin_ui.paging import number_in, page_of, wish_code
from admin_ui.people import who
from admin_ui.views import numbers
from admin_ui.words import SKILLS
from dispatch.line import barring, flags, skilled
from dispatch.line.flags import CallerFlag, Skill
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission

blueprint = Blueprint("flags", __name__, url_prefix="/flags")


@blueprint.get("")
@needs(Permission.FLAG)
def listed() -> ResponseReturnValue:
    with reading() as session:
        operators = session.scalars(select(Account).where(Account.active, Account.extension != "").order_by(Account.id))
        return render_template("flags.html", page=page_of(session, _wanted()), shown=numbers.shown,
                               operators=[(one, skilled.skills_of(one), skilled.in_reserve(one))
                                          for one in operators])  # fmt: skip


@blueprint.get("/export.csv")
@needs(Permission.FLAG)
def export() -> ResponseReturnValue:
    header = (gettext("号码"), gettext("标记"), gettext("原因"), gettext("标记人"), gettext("时间"))
    with writing() as session:
        found = session.scalars(_wanted().limit(MOST_ROWS))
        return csv_of(session, "flags", header, (
            (numbers.shown(row.number), SKILLS[Skill(row.skill)], row.reason, who(row.by), row.at) for row in found
        ))  # fmt: skip


@blueprint.post("")
@needs(Permission.FLAG)
def flag() -> ResponseReturnValue:
    """Flag a number, or take its flag away."""
    chosen, reason = request.form.get("skill", ""), request.form.get("reason", "")
    skill = Skill(chosen) if chosen in set(Skill) else None
    return done(lambda s: flags.flag(s, numbers.given(s), skill, reason=reason, by=me().login, at=now()),
                "flags.listed", SOON)  # fmt: skip


@blueprint.post("/warnings")
@needs(Permission.FLAG)
def warn() -> ResponseReturnValue:
    given, cause = request.form, numbers.cause()
    return done(lambda s: barring.warn(s, numbers.given(s), cause=cause, reason=given.get("reason", ""),
                                       told=given.get("told") == "1", by=me().login, at=now()),
                "flags.listed", SOON)  # fmt: skip


@blueprint.post("/skills")
@needs(Permission.LINE)
def give() -> ResponseReturnValue:
    """What an operator can do for those who are flagged; from his next signing on, and within a minute otherwise."""
    chosen = [Skill(one) for one in request.form.getlist("skill") if one in set(Skill)]
    number = number_in(request.form.get("account", "")) or 0
    reserve = request.form.get("reserve") == "1"
    return done(lambda s: skilled.give(s, s.get(Account, number) or abort(404), chosen, reserve=reserve,
                                       by=me().login, at=now()), "flags.listed", SOON)  # fmt: skip


def _wanted() -> Select[CallerFlag]:
    query = numbers.about(select(CallerFlag), CallerFlag.number).order_by(CallerFlag.at.desc(), CallerFlag.number)
    skill = wish_code("skill", Skill)
    return query.where(CallerFlag.skill == skill) if skill else query.where(CallerFlag.skill != "")
