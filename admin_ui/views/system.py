"""How the machine's parts are; of what goes through them it shows nothing."""

from datetime import timedelta

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from admin_ui.guards import needs
from admin_ui.house import Part, house, me, now, reading, writing
from hotline.accounts.roles import Permission
from hotline.calendar.days import working_days
from hotline.calendar.keeping import year_without_plan
from hotline.telling import outcomes
from hotline.times import local_day
from knowledge_base.search import rebuilding
from recordings import findings
from recordings.findings import Kind

blueprint = Blueprint("system", __name__, url_prefix="/system")


@blueprint.get("")
@needs(Permission.SYSTEM)
def page() -> ResponseReturnValue:
    parts = [*house().parts(), _index(), _calendar(), _telling(), _exchange()]
    with reading() as session:
        return render_template("system.html", parts=parts, rebuilt=rebuilding.standing(session, at=now()))


@blueprint.get("/index")
@needs(Permission.SYSTEM)
def index() -> ResponseReturnValue:
    """How the rebuilding of all indexes goes; the page asks again while it does."""
    with reading() as session:
        return render_template("_index.html", rebuilt=rebuilding.standing(session, at=now()))


@blueprint.post("/index")
@needs(Permission.SYSTEM)
def rebuild() -> ResponseReturnValue:
    """Every process makes its index anew; one order at a time is enough."""
    with writing() as session:
        last = rebuilding.standing(session, at=now())
        if last is None or not last.running:
            rebuilding.order(session, by=me().login, at=now())
    return redirect(url_for("system.page"), 303)


def _index() -> Part:
    """Whether this process's index follows the database; what it can't follow, nobody finds."""
    trouble = house().index.trouble
    return ("搜索索引", not trouble, trouble or gettext("随数据库更新"))


def _calendar() -> Part:
    """Whether the coming month's working days are known; deadlines and hours are guesses otherwise."""
    with reading() as session:
        year = year_without_plan(working_days(session), on=local_day(now()))
    if year is None:
        return ("工作日历", True, gettext("放假安排已知"))
    guessed = gettext("没有%(year)s年的放假安排，期限和人工服务时间暂按周一至周五计算；"
                      "请更新系统，或由主管部门在工作日历页录入", year=year)  # fmt: skip
    return ("工作日历", False, guessed)


def _exchange() -> Part:
    """Whether an exchange died, or was restarted, within a day; what it took along stands on a page of its own."""
    with reading() as session:
        times = findings.count(session, Kind.EXCHANGE, since=now() - timedelta(days=1))
    if not times:
        return ("交换机重启", True, gettext("近一天没有重启"))
    return ("交换机重启", False, gettext("近一天重启%(times)s次；中断的通话和录音请看“录音保管”页", times=times))


def _telling() -> Part:
    """Whether what people are owed goes out; what failed, and why, stands on a page of its own."""
    with reading() as session:
        failed, late = outcomes.troubles(session, at=now())
    if not failed and not late:
        return ("工单告知", True, gettext("消息均已发出"))
    return ("工单告知", False, gettext("近一天有%(failed)s条消息发送失败，%(late)s条超过一小时未发出；请看“对外消息”页",
                                  failed=failed, late=late))  # fmt: skip
