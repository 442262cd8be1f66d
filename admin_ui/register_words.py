"""The words of the register of departments and of the roster of liaisons: raised and titled in Chinese elsewhere, and
listed here for the catalogue."""

from flask_babel import lazy_gettext as _

LEVELS = {"city": _("市级"), "county": _("县级"), "township": _("乡镇（街道）"), "central": _("中央、省驻本地")}
LISTED = (
    _("单位全称"), _("按键代码"), _("级别"), _("县区"), _("成立日期"), _("状态"), _("前身单位"), _("顺序"),
    _("值班电话"), _("必须填写"), _("已有同名的部门"), _("县级和乡镇单位须选择县区"),
    _("刚刚有人登记了同样的名称或代码，请核对后重新提交"),
    _("市级单位不属于某一县区，请清空，或改选级别"), _("县区主管部门只能登记本县区的县级和乡镇单位"),
    _("该部门已撤并，登记内容不再修改"), _("没有空闲的代码了，请自行填写9开头的代码"), _("该部门已有同名的联络员"),
    _("该部门已有联络员、账号、条目、工单等，不能删除；撤销或并入其他部门请办理机构承接"), _("请填写是哪个科室"),
    _("请选择部门"),
    _("该部门已撤销或尚未成立，请由承接其职能的部门办理"),
)  # fmt: skip
