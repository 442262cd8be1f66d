"""How the lines of the ticket's table are called in the language of the page: states, steps, needs, roles."""

from flask_babel import lazy_gettext as _

from admin_ui.words import ACTIONS, ROLES, STATES
from dispatch.tickets.life_picture import Words
from dispatch.tickets.states import Also, Need

NEEDS = {
    Need.DEPARTMENT: _("承办单位，不能是被反映单位"), Need.WORDS: _("听过录音后写成的摘要"), Need.REASON: _("理由"),
    Need.REPLY: _("答复内容"), Need.NO_SECRETS: _("确认不涉密"), Need.OPENED: _("已打开"),
    Need.FEW_RETURNS: _("退单未满两次"), Need.RETURNED_TWICE: _("已退单两次"), Need.NOT_IMPOSED: _("不是指定承办"),
    Need.WHERE: _("应向何处反映"), Need.FOREIGN: _("12345的工单编号"),
    Need.IN_TIME: _("未过退单期限"), Need.DAYS: _("延长的工作日数"), Need.NOT_DUE: _("未过承办期限"),
    Need.EXTENDABLE: _("不是紧急事项，未延期过，没有待决定的申请"), Need.ASKED: _("有待决定的延期申请"),
    Need.SAME: _("另一未答复的工单，保密要求相同"),
    Need.JOINED: _("协办意见已齐或已结束"),
    Need.DRAFTED: _("已有答复"), Need.ANOTHER: _("不是起草人"), Need.DISPUTED: _("来电人再次不满意"),
    Need.COUNTY: _("有主管部门的县区"), Need.IN_COUNTY: _("已转派县区"),
    Need.GONE: _("承办单位已停止服务"), Need.HEIR: _("登记的承接单位，不能是被反映单位"),
    Need.FIRST_TIME: _("尚未重办过"), Need.LEFT_TO_REDO: _("未满两次重办"),
}  # fmt: skip

ALSO = {Also.SYSTEM: _("系统自动"), Also.WRITER: _("登记人（登记时）")}


def words() -> Words:
    """The words as they are now, in the language of the page."""
    roles = {str(role): str(text) for role, text in ROLES.items()} | {"": str(_("系统自动"))}
    return Words({str(k): str(v) for k, v in STATES.items()}, {str(k): str(v) for k, v in ACTIONS.items()},
                 {str(k): str(v) for k, v in NEEDS.items()}, roles,
                 {str(k): str(v) for k, v in ALSO.items()})  # fmt: skip
