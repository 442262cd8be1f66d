"""Columns that several of the forms have, and what is said beside such."""

from hotline.directory.counties import CITY
from knowledge_base.forms.columns import Column, Kind

DAY = "写成 2026-01-31，或 2026年1月31日"
ITEMS = "多项用分号（；）隔开，或在格内换行（Alt+Enter）"
PHONE = "区号加号码，如 0877-2012345；本列为文本格式，开头的0不会丢失"


def department(title: str = "部门", remark: str = "部门全称或简称；联络员可留空，即为本部门") -> Column:
    """Whose the row is."""
    example = f"{CITY}民政局"
    return Column("department", title, example, Kind.CHOICE, 100, options="departments", remark=remark, width=24)


def phone(key: str, title: str, example: str = "0877-2012345", *, required: bool = False) -> Column:
    """A telephone of the department."""
    return Column(key, title, example, Kind.PHONE, 30, required=required, remark=PHONE, width=16)
