"""Groups of words that the office keeps."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.roles import Role
from hotline.audit import AuditRow
from hotline.directory.departments import Department
from knowledge_base import synonyms
from knowledge_base.errors import KnowledgeError
from tests.conftest import person

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def test_a_group_is_added_changed_and_removed_and_the_trail_knows(session: Session) -> None:
    city = person(session, Role.CITY_OFFICE)
    row = synonyms.add(session, synonyms.words_in("居住证、居住卡，暂住证"), by=city, at=NOON)
    assert row.words == ["居住证", "居住卡", "暂住证"]
    synonyms.change(session, row, ["居住证", "居住卡"], by=city, at=NOON)
    assert [g.words for g in synonyms.groups(session)] == [["居住证", "居住卡"]]
    synonyms.remove(session, row, by=city, at=NOON)
    session.flush()
    assert synonyms.groups(session) == []
    deeds = session.scalars(select(AuditRow.deed).where(AuditRow.kind == "synonym").order_by(AuditRow.id)).all()
    assert deeds == ["synonym.added", "synonym.changed", "synonym.removed"]


@pytest.mark.parametrize("words", [["居住证"], ["居住证", "居住证 "], ["居住证", "，"], ["词" * 21, "居住证"], [f"词{n}" for n in range(13)]])
def test_a_group_that_makes_no_sense_is_refused(session: Session, words: list[str]) -> None:
    with pytest.raises(KnowledgeError):
        synonyms.add(session, words, by=person(session, Role.CITY_OFFICE), at=NOON)


def test_no_word_stands_in_two_groups(session: Session) -> None:
    city = person(session, Role.CITY_OFFICE)
    row = synonyms.add(session, ["居住证", "居住卡"], by=city, at=NOON)
    with pytest.raises(KnowledgeError, match="居住卡"):
        synonyms.add(session, ["暂住证", "居住卡"], by=city, at=NOON)
    synonyms.change(session, row, ["居住证", "居住卡", "暂住证"], by=city, at=NOON)


@pytest.mark.parametrize("role", [r for r in Role if r is not Role.CITY_OFFICE])
def test_nobody_but_the_office_keeps_them(session: Session, office: Department, role: Role) -> None:
    with pytest.raises(KnowledgeError, match="主管部门"):
        synonyms.add(session, ["居住证", "居住卡"], by=person(session, role, of=office), at=NOON)
