"""The demonstration's files in a real database: the machine is let speak, or refused, for the reason intended."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cli import demo_load
from cli.demo_calls import KEYED
from hotline.accounts.accounts import Account
from hotline.directory.departments import Department, by_code
from hotline.times import local_day
from knowledge_base.authorisations import leaves, subject_of
from knowledge_base.covering import Cover, Covered, cover
from knowledge_base.entries import Entry, most_asked
from knowledge_base.leave import Form
from knowledge_base.search.index import build
from tests.conftest import NOON, PASSWORD

TODAY = local_day(NOON)


@pytest.fixture
def loaded(session: Session) -> Session:
    for _ in demo_load.load(session, password=PASSWORD, at=NOON):
        session.flush()
    return session


def department(session: Session, code: str) -> Department:
    unit = by_code(session, code)
    assert unit is not None
    return unit


def covered(session: Session, entry: Entry) -> Cover:
    given = leaves(session, entry.department, on=TODAY, grace_days=30)
    return cover(given, subject_of(entry), on=TODAY, at=NOON)


def most_asked_of(session: Session, code: str) -> Entry:
    return most_asked(session, department(session, code).id, on=TODAY, most=1)[0]


def asked(session: Session, code: str, words: str) -> Entry:
    unit = department(session, code)
    query = select(Entry).where(Entry.department_id == unit.id, Entry.question.contains(words))
    return session.scalars(query).one()


def test_everything_that_is_written_loads_and_each_state_of_an_authorisation_gives_its_reason(loaded: Session) -> None:
    counts = [loaded.scalar(select(func.count()).select_from(table)) for table in (Department, Entry, Account)]
    assert counts == [25, 300, 76]

    answered = covered(loaded, most_asked_of(loaded, "101"))
    assert isinstance(answered, Covered)
    assert (answered.form, answered.provisional) == (Form.FULL, False)

    for code, form in (("104", Form.SUMMARY), ("105", Form.CONTACT)):
        limited = covered(loaded, most_asked_of(loaded, code))
        assert isinstance(limited, Covered)
        assert limited.form is form

    inherited = covered(loaded, most_asked_of(loaded, "121"))
    assert isinstance(inherited, Covered)
    assert inherited.provisional

    keyed = loaded.get_one(Entry, build(loaded, on=TODAY).by_keys(department(loaded, "101").id, KEYED)[0].entry_id)
    assert "居住证" in keyed.question, "what the first of the demonstration's callers spells"
    assert isinstance(covered(loaded, keyed), Covered)
    reasons = {code: covered(loaded, most_asked_of(loaded, code)).reason for code in ("110", "112", "114", "118")}
    assert reasons == {
        "110": "部门授权已过有效期",
        "112": "部门已撤销授权",
        "114": "部门授权尚未生效",
        "118": "该部门从未授权热线代为答复",
    }
    assert isinstance(covered(loaded, asked(loaded, "109", "开药店")), Covered)
    assert covered(loaded, asked(loaded, "102", "退休年龄")).reason == "该问题已被部门列为授权例外"
