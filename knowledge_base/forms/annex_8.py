"""附件8, authorisations, column by column."""

from knowledge_base.authorisations import Form as SpokenForm
from knowledge_base.authorisations import Scope
from knowledge_base.forms.columns import Column, Form, Kind
from knowledge_base.forms.usual_columns import DAY, ITEMS, department

SPOKEN_FORMS = {"全文": SpokenForm.FULL, "摘要": SpokenForm.SUMMARY, "仅部门名称和电话": SpokenForm.CONTACT}
SCOPES = {"整个部门": Scope.DEPARTMENT, "部分类别": Scope.CATEGORIES, "部分许可事项": Scope.LICENCES,
          "部分条目": Scope.ENTRIES}  # fmt: skip

AUTHORISATIONS = Form(
    "8",
    "授权书",
    "附件8授权书",
    "document",
    "部门授权热线代为解答的范围、方式和期限。导入后尚未生效，须由分管领导在系统中签署。",
    (
        department(),
        Column(
            "document",
            "文号",
            "玉民授〔2026〕1号",
            Kind.TEXT,
            60,
            required=True,
            width=22,
            remark="同一文号内容有变，导入后成为新的一版",
        ),
        Column("version", "版本", "1", width=8, given=False, remark="由系统填写，不读取"),
        Column("signer", "签发人", "陆建忠（副局长）", Kind.TEXT, 60, required=True, width=18),
        Column("form", "授权方式", "全文", Kind.CHOICE, required=True, choices=SPOKEN_FORMS, width=18),
        Column(
            "scope",
            "授权范围",
            "部分类别",
            Kind.CHOICE,
            required=True,
            choices=SCOPES,
            width=16,
            remark="选“部分…”时，填写右边对应的一列",
        ),
        Column(
            "categories",
            "类别",
            "婚姻；社会救助",
            Kind.LIST,
            80,
            most=100,
            width=26,
            remark="范围为“部分类别”时填写；" + ITEMS,
        ),
        Column(
            "licences",
            "许可事项",
            "",
            Kind.LIST,
            120,
            most=200,
            width=26,
            remark="范围为“部分许可事项”时填写事项名称；" + ITEMS,
        ),
        Column(
            "entries", "条目", "", Kind.LIST, 128, most=500, width=34, remark="范围为“部分条目”时填写问题原文，每行一个"
        ),
        Column("exclusions", "除外的条目", "", Kind.LIST, 128, most=500, width=34, remark="不授权的问题原文，每行一个"),
        Column("excluded_categories", "除外的类别", "", Kind.LIST, 80, most=100, width=22, remark=ITEMS),
        Column("valid_from", "生效日期", "2026-01-01", Kind.DATE, required=True, remark=DAY, width=13),
        Column("valid_to", "失效日期", "2026-12-31", Kind.DATE, required=True, remark=DAY, width=13),
        Column("remark", "备注", "", Kind.LONG, 300, width=26),
    ),
)
