"""附件5, frequent questions, column by column."""

from knowledge_base.forms.columns import Column, Form, Kind
from knowledge_base.forms.usual_columns import DAY, ITEMS, department, phone

FAQ = Form(
    "5",
    "常见问题",
    "附件5常见问题",
    "question",
    "部门希望热线代为解答的问题和答复。导入后均为草稿，须经分管领导核对和保密审查才会发布。",
    (
        department(),
        Column(
            "question",
            "问题",
            "结婚登记要带什么材料？",
            Kind.TEXT,
            128,
            required=True,
            width=36,
            remark="群众的问法，同一部门内不重复；系统按部门和问题判断是新增还是修改",
        ),
        Column(
            "phrasings", "其他问法", "领结婚证带哪样\n结婚证咋个办", Kind.LIST, 128, most=30, width=30, remark=ITEMS
        ),
        Column(
            "answer",
            "供阅读的答复",
            "双方带身份证、户口簿和三张两寸合照，到任一方户籍地婚姻登记处办理，当场领证。",
            Kind.LONG,
            4000,
            required=True,
            width=50,
            remark="网站和接线员看到的完整答复",
        ),
        Column(
            "spoken",
            "供播报的答复",
            "两个人一起带上身份证、户口簿和合照，到婚姻登记处办，当场就能领证。",
            Kind.LONG,
            300,
            required=True,
            width=50,
            remark="机器念给来电人听的口语答复，一分钟以内",
        ),
        Column(
            "summary",
            "播报摘要",
            "带身份证、户口簿、合照到婚姻登记处当场办理。",
            Kind.TEXT,
            120,
            width=30,
            remark="授权方式为“摘要”时播报；不填则只告知部门名称和电话",
        ),
        Column(
            "category",
            "类别",
            "婚姻/结婚登记",
            Kind.CHOICE,
            80,
            required=True,
            options="categories",
            width=20,
            remark="从下拉列表选最末一级类别",
        ),
        Column("keywords", "关键词", "结婚；登记；婚姻", Kind.LIST, 20, most=20, width=22, words=True,
               remark="多项用分号、逗号或顿号隔开，或在格内换行（Alt+Enter）"),
        Column("legal_basis", "依据", "《婚姻登记条例》", Kind.TEXT, 200, width=28, remark="法规或文件名称，可带条款"),
        Column("section", "经办科室", "婚姻登记处", Kind.TEXT, 60, width=16),
        phone("phone", "科室电话"),
        Column("valid_from", "生效日期", "2026-01-01", Kind.DATE, required=True, remark=DAY, width=13),
        Column("valid_to", "失效日期", "2027-12-31", Kind.DATE, remark=DAY + "；长期有效则不填", width=13),
        Column(
            "remark",
            "备注",
            "2026年起不再要求照片背书",
            Kind.LONG,
            500,
            width=26,
            remark="为何新增或修改，供审核人参考；不填则不变", keeps=True,
        ),
    ),
)
