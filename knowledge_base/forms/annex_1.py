"""附件1, the register of departments (obliged units), column by column."""

from hotline.directory.counties import CITY, NAMES
from knowledge_base.forms.columns import Column, Form, Kind
from knowledge_base.forms.usual_columns import DAY, ITEMS

LEVELS = {"市级": "city", "县级": "county", "乡镇（街道）": "township", "中央、省驻本地": "central"}
COUNTIES = {name: code for code, name in NAMES.items()}

UNITS = Form(
    "1",
    "义务主体单位",
    "附件1义务主体单位",
    "name",
    "热线背后的部门，一个部门一行。导入后立即生效；联系方式和办公时间另用附件7填报。更名、合并、拆分、撤销在“机构承接”办理。",
    (
        Column(
            "name", "单位全称", f"{CITY}民政局", Kind.TEXT, 100, required=True, width=28,
            remark="系统按全称判断是新增还是修改；全称写错的在部门页面改正",
        ),
        Column(
            "code", "按键代码", "106", Kind.TEXT, 3, width=10, keeps=True,
            remark="来电人按的三位数字，不以0开头；不填则由系统依次编号，已有的不变；两个部门可在同一文件中互换",
        ),
        Column("short_name", "简称", "民政局", Kind.TEXT, 40, required=True, width=16),
        Column(
            "aliases", "别称", "市民政局；婚姻登记处", Kind.LIST, 40, most=30, width=26, keeps=True,
            remark="群众常用的叫法和旧名称；不填则不变；" + ITEMS,
        ),
        Column("category", "类别", "民生保障", Kind.TEXT, 40, width=14, remark="公开页面按类别列出部门"),
        Column("level", "级别", "市级", Kind.CHOICE, required=True, choices=LEVELS, width=14),
        Column(
            "county_code", "县区", "", Kind.CHOICE, choices=COUNTIES, width=18,
            remark="县级、乡镇单位必填；市级单位不填",
        ),
        Column(
            "effective_from", "成立日期", "2026-01-01", Kind.DATE, width=13, keeps=True,
            remark="自这天起受理，可早于今天；不填则立即受理，已有的不变；" + DAY,
        ),
        Column("standing", "状态", "现有", width=10, given=False, remark="由系统填写，不读取"),
        Column("predecessors", "前身单位", "", width=26, given=False, remark="由系统填写，不读取"),
    ),
)  # fmt: skip
