"""Ready, pause, away: first the exchange is asked, then it is written down; a refusal changes neither."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from admin_ui import words
from admin_ui.guards import needs
from admin_ui.house import house, me, now, writing
from admin_ui.phones import PhonesError
from admin_ui.refusals import said
from admin_ui.views.desk import show_line
from dispatch.calls import desk
from dispatch.calls.desk import Readiness
from dispatch.line import skilled
from hotline.accounts.roles import Permission

blueprint = Blueprint("desk_readiness", __name__, url_prefix="/desk")
CHOICES = (Readiness.READY, Readiness.PAUSED, Readiness.AWAY)


@blueprint.post("/readiness")
@needs(Permission.DESK)
def choose() -> ResponseReturnValue:
    given = request.form.get("state", "")
    if given not in set(CHOICES):
        return show_line(gettext("请选择示闲、小休或离席")), 422
    try:
        become(Readiness(given))
    except PhonesError as error:
        wanted = words.READINESS[Readiness(given)]
        return show_line(gettext("未能切换为“%(state)s”：%(why)s", state=wanted, why=said(error))), 422
    return show_line()


def become(state: Readiness) -> None:
    """Have the exchange do it, then note it; PhonesError when it did not."""
    phones, extension = house().phones, me().extension
    if not extension:
        raise PhonesError(gettext("您的账号没有分机，请联系系统管理员"))
    if state is Readiness.AWAY:
        phones.sign_off(extension)
    else:
        phones.sign_on(extension, me().login, skilled.skills_of(me()), reserve=skilled.in_reserve(me()))
    if state is Readiness.READY:
        phones.resume(extension)
    elif state is Readiness.PAUSED:
        phones.pause(extension, state.value)
    with writing() as session:
        desk.set_readiness(session, me(), state, at=now())
