"""How the pages call what the board counts of the calls that a person answered."""

from flask_babel import lazy_gettext as _

from dispatch.calls.handled import Handled

HANDLED = {
    Handled.OVER: _("人工接听且已结束"), Handled.DIRECT: _("直接答复"), Handled.AUTHORISED: _("授权解答"),
    Handled.TRANSFERRED: _("转接"), Handled.REFERRED: _("录音交办"), Handled.WRAPPED_UP: _("已点“处理完毕”"),
    Handled.OPERATOR_RATED: _("评价了接线员"), Handled.OPERATOR_SATISFIED: _("对接线员满意"),
    Handled.DEPARTMENT_RATED: _("评价了承办单位"), Handled.DEPARTMENT_SATISFIED: _("对承办单位满意"),
}  # fmt: skip
