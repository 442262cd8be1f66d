"""`python -m knowledge_base.forms.documents` writes the tables of docs/forms.md out of the forms' one description."""

from pathlib import Path

from knowledge_base.forms.columns import Form
from knowledge_base.forms.descriptions import FORMS
from knowledge_base.forms.writing import guide

PAGE = Path(__file__).resolve().parents[2] / "docs/forms.md"
BEGIN, END = "<!-- columns: written out of the description -->", "<!-- /columns -->"
HEAD = ("列", "必填", "填写方式", "最多", "说明", "示例")


def tables() -> str:
    """All forms, column by column, as Markdown."""
    return "\n\n".join(_table(form) for form in FORMS.values())


def _table(form: Form) -> str:
    lines = [HEAD, (":--",) * len(HEAD), *guide(form)]
    rows = "\n".join("| " + " | ".join(cell.replace("\n", "<br>").replace("|", "\\|") for cell in line) + " |"
                     for line in lines)  # fmt: skip
    return f"### 附件{form.annex} {form.name}\n\n{form.purpose}\n\n{rows}"


def written(page: str) -> str:
    """The page with the tables as they must be."""
    before, _, rest = page.partition(BEGIN)
    return f"{before}{BEGIN}\n{tables()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
