"""The words for citizens: what a ticket's class and state mean, said plainly."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from admin_ui.refusals import said
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Klass
from hotline.directory.counties import NAMES

CLASSES = {
    Klass.CONSULT: (_("我想问一件事"), _("政策、手续、材料、时间、地点……")),
    Klass.HELP: (_("我遇到困难，请帮忙"), _("需要部门出面解决的事")),
    Klass.COMPLAINT: (_("我对服务或办理不满意"), _("您的身份和联系方式不会告诉被反映的单位")),
    Klass.REPORT: (_("我要反映违规违法的事"), _("您的身份和联系方式不会告诉被反映的单位")),
    Klass.SUGGESTION: (_("我有一个建议"), _("不需要回电")),
    Klass.PRAISE: (_("我想表扬"), _("不需要回电")),
}  # fmt: skip
STATES = {
    State.TO_DISPATCH: (_("已收到"), _("热线已登记，正在确定由哪个部门办理。")),
    State.TO_ACCEPT: (_("已转给部门"), _("已交给承办部门，等待签收。")),
    State.IN_HAND: (_("正在办理"), _("承办部门正在办理。")),
    State.TO_CHECK: (_("答复审核中"), _("部门已答复，热线正在审核。")),
    State.TO_CALL_BACK: (_("即将回访"), _("答复已通过审核，我们会打电话告诉您。")),
    State.CLOSED: (_("已办结"), _("这件事已经办结。对结果有疑问，请拨打热线。")),
    State.NEEDS_FACTS: (_("需要您补充情况"), _("请拨打热线，由接线员记录您补充的内容。")),
    State.WITHDRAWN: (_("已撤销"), _("已按您的要求撤销。")),
    State.VOID: (_("已作废"), _("这件事已作废。有疑问，请拨打热线。")),
    State.NOT_ACCEPTED: (_("不予受理"), _("这件事不在受理范围内。对此有疑问，请拨打热线。")),
    State.PASSED_ON: (_("已转12345"), _("这件事已转12345热线办理，请向12345查询。")),
    State.MERGED: (_("正在办理"), _("与同一事项一并办理。")),
    State.FILED: (_("已归档"), _("这件事已经办结并归档。对结果有疑问，请拨打热线。")),
}  # fmt: skip
WEEKDAYS = (_("周一"), _("周二"), _("周三"), _("周四"), _("周五"), _("周六"), _("周日"))
SEASONS = {"summer": _("夏季"), "winter": _("冬季")}
COUNTIES = {code: LazyString(said, name) for code, name in NAMES.items()}
