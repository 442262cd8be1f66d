"""The page on the forms says what the forms are."""

from knowledge_base.forms import documents


def test_the_page_has_the_tables_of_the_description() -> None:
    page = documents.PAGE.read_text(encoding="utf-8")
    assert documents.written(page) == page, "python -m knowledge_base.forms.documents writes it"
