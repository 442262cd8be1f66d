"""附件2, the people whom the hotline rings in a department, column by column."""

from hotline.directory.liaisons import Position
from knowledge_base.forms.columns import Column, Form, Kind
from knowledge_base.forms.usual_columns import PHONE, department

POSITIONS = {"A角": Position.A, "B角": Position.B, "科室": Position.SECTION}

LIAISONS = Form(
    "2",
    "联络员",
    "附件2联络员",
    "name",
    "部门接听热线转接电话的人，一人一行。转接时先A角、再B角、再科室。导入后立即生效；离任的在联络员页面删除。",
    (
        department(remark="部门全称或简称"),
        Column("name", "姓名", "普国华", Kind.TEXT, 40, required=True, remark="同一部门内不重复", width=14),
        Column("position", "顺序", "A角", Kind.CHOICE, required=True, choices=POSITIONS, width=10),
        Column("phone", "值班电话", "0877-9606031", Kind.PHONE, 30, required=True, remark=PHONE, width=18),
        Column("section", "科室", "办公室", Kind.TEXT, 60, width=20, remark="顺序为“科室”的必填"),
    ),
)
