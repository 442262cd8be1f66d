"""The refusals of the house in the language of the page: raised in Chinese, and listed here for the catalogue."""

from flask_babel import gettext
from flask_babel import lazy_gettext as _

LISTED = (
    _("请填写标题和事项摘要"), _("请选择事项类别"), _("被反映单位不能作为承办单位"),
    _("请先打开工单再签收"), _("退单必须说明理由"), _("已超过退单期限"),
    _("请填写答复内容"), _("尚无可签发的答复"), _("起草人不能签发自己的答复"),
    _("请确认答复不涉密后再签发"), _("请说明退回原因"), _("请说明查看完整号码的理由"),
    _("您无权查看完整号码"), _("不能停用自己的账号"), _("密码至少需要10个字符"),
    _("未连接交换机，话机状态未改变"), _("该部门从未授权热线代为答复"), _("该问题已被部门列为授权例外"),
    _("该问题不在部门授权范围内"), _("部门已撤销授权"), _("部门授权尚未生效"),
    _("部门授权已过有效期"), _("授权仅限告知部门名称和电话"), _("授权仅限摘要，而该条目尚无摘要"),
    _("部门已审核并在网上公开"), _("数据库"), _("请先收听录音，核对类别并填写摘要，再派发"),
    _("工单派发后不能再修改类别和摘要"),
    _("投诉、举报和保密事项不得将来信原文交承办单位，请改写摘要，去掉能识别来信人的内容"),
)  # fmt: skip


def said(refusal: object) -> str:
    """A refusal or reason as the page says it; in Chinese where the catalogue doesn't know it."""
    return str(gettext(str(refusal)))
