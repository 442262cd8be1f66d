"""Which words a recogniser is told beforehand."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from hotline.directory.departments import Department
from knowledge_base.entries import Entry, EntryVersion, State
from knowledge_base.likely import likely_words

TODAY = date(2026, 11, 23)


def test_long_words_of_what_is_asked_most_come_first_and_what_does_not_stand_not_at_all(session: Session, office: Department) -> None:
    for question, words, asked, state, since in (
        ("一", ["居住证", "续签"], 5, State.PUBLISHED, 0), ("二", ["公积金", "提取"], 9, State.PUBLISHED, 0),
        ("三", ["居住证"], 8, State.PUBLISHED, 0), ("四", ["护照"], 99, State.WITHDRAWN, 0), ("五", ["社保卡"], 99, State.PUBLISHED, 1),
    ):  # fmt: skip
        row = Entry(department_id=office.id, question=question, state=state, published=1, asked=asked, keywords=words)
        session.add(row)
        session.flush()
        session.add(EntryVersion(entry_id=row.id, number=1, keywords=words, answer="x", spoken="x", written_by="x", valid_from=TODAY + timedelta(days=since)))
    session.flush()
    assert likely_words(session, on=TODAY) == ["居住证", "公积金", "提取", "续签"]
    assert likely_words(session, on=TODAY, most=1) == ["居住证"]
