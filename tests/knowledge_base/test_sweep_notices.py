"""Who is told that something is due to be looked at again for secrecy: once, and what of stands in the ledger."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.sweeps.duty import Duty
from dispatch.sweeps.knowing import tell_of_sweeps
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.audit import AuditRow
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.events import Bus
from hotline.settings import Settings
from hotline.telling import notices
from hotline.telling.notices import Notice, Topic, Wish
from hotline.telling.outbox import Delivery
from knowledge_base import sweep_notices, sweeping
from knowledge_base.ledger import Deed, LedgerRow
from knowledge_base.licences import LicenceVersion
from tests.conftest import person
from tests.knowledge_base.keeping import entry_of, licence_of, noon

PUBLISHED = date(2026, 5, 20)
DUE = PUBLISHED + timedelta(days=180)  # Monday, 16 November 2026


@pytest.fixture
def office(session: Session, office: Department) -> Department:
    """A department with an entry, a licence item and base data of one day."""
    entry_of(session, office, "居住证", published=PUBLISHED)
    item = licence_of(session, office, "犬类准养", published=PUBLISHED)
    session.add(LicenceVersion(licence_id=item.id, number=1, text={"name": "犬类准养"}, shown_at=noon(PUBLISHED)))
    office.duties, office.words_swept_on = "户籍", PUBLISHED
    session.flush()
    return office


def tell(session: Session, settings: Settings, on: date) -> list[tuple[str, str]]:
    """Who is told on a day, and of which topic."""
    at, before = noon(on), session.scalar(select(func.max(Notice.id))) or 0
    for department_id in sweep_notices.owed(session, settings=settings, at=at):
        while sweep_notices.tell_due(session, department_id, settings=settings, at=at):
            pass
    found = select(Account.login, Notice.topic).join(Account, Account.id == Notice.account_id).where(Notice.id > before)
    return [(login, str(topic)) for login, topic in session.execute(found.order_by(Notice.id))]


def noted(session: Session) -> list[tuple[str, int | None, str]]:
    rows = session.scalars(select(LedgerRow).where(LedgerRow.deed == Deed.SWEEP_DUE).order_by(LedgerRow.kind, LedgerRow.id))
    return [(str(row.kind), row.version, row.why) for row in rows]


def test_a_departments_reviewers_are_told_once_on_the_day_and_each_thing_stands_in_the_ledger(
    session: Session, office: Department, settings: Settings
) -> None:
    reviewer = person(session, Role.SECRECY_REVIEWER, of=office)
    person(session, Role.LIAISON, of=office)
    person(session, Role.SECRECY_REVIEWER, login="citys")
    wish = notices.want(session, Wish(account_id=reviewer.id, email="li@gov.test", by_email=True, mobile="", by_sms=False,
                                      digest=False, quiet="", muted=[]), by=reviewer, at=noon(PUBLISHED))  # fmt: skip
    wish.confirmed = wish.email
    days = [DUE + timedelta(days=n) for n in range(-3, 5)]
    said = {day: told for day in days for _ in range(2) if (told := tell(session, settings, day))}
    assert said == {DUE: [("secrecy_reviewer", "sweep_due")]}
    why = "满180天，已提醒1人"
    assert noted(session) == [("base", None, why), ("entry", 1, why), ("licence", 1, why)]
    trail = session.scalars(select(AuditRow.deed).where(AuditRow.deed.endswith(".sweep_due"))).all()
    assert sorted(trail) == ["base.sweep_due", "entry.sweep_due", "licence.sweep_due"]
    (letter,) = session.scalars(select(Delivery)).all()
    assert (letter.place, letter.values) == ("li@gov.test", {"number": office.name, "topic": "保密复查到期"})


def test_on_a_rest_day_nobody_is_told_and_on_the_next_working_day_all_of_it(session: Session, office: Department, settings: Settings) -> None:
    person(session, Role.SECRECY_REVIEWER, of=office)
    entry_of(session, office, "落户", published=PUBLISHED - timedelta(days=2))  # due on a Saturday
    assert [tell(session, settings, DUE - timedelta(days=n)) for n in (2, 1)] == [[], []]
    assert tell(session, settings, DUE) == [("secrecy_reviewer", "sweep_due")]
    assert len(noted(session)) == 4


def test_what_was_swept_comes_due_and_is_told_anew_after_its_interval_and_what_wasnt_too(
    session: Session, office: Department, settings: Settings
) -> None:
    reviewer = person(session, Role.SECRECY_REVIEWER, of=office)
    assert tell(session, settings, DUE)
    entry = entry_of(session, office, "落户", published=DUE)
    again = DUE + timedelta(days=180)  # a Saturday
    assert again.weekday() == 5
    assert [tell(session, settings, again - timedelta(days=n)) for n in (3, 2, 1)] == [[], [], []]
    sweeping.find_fit(session, entry, by=reviewer, at=noon(again - timedelta(days=1)))
    assert tell(session, settings, again + timedelta(days=2)) == [("secrecy_reviewer", "sweep_due")]
    assert len(noted(session)) == 6, "the three that nobody looked at, once more; the one that was looked at isn't due"


def test_who_has_no_reviewer_is_told_to_the_citys_and_without_one_to_the_office_once_a_month(
    session: Session, office: Department, settings: Settings
) -> None:
    person(session, Role.CITY_OFFICE)
    away = person(session, Role.SECRECY_REVIEWER, of=office)
    away.active = False
    session.flush()
    days = [DUE + timedelta(days=n) for n in range(20)]
    said = [(day.month, told) for day in days if (told := tell(session, settings, day))]
    assert said == [(11, [("city_office", "unmanned")]), (12, [("city_office", "unmanned")])]
    assert noted(session) == [], "nobody looks at it yet: it stays owed"
    person(session, Role.SECRECY_REVIEWER, login="citys")
    assert tell(session, settings, DUE + timedelta(days=21)) == [("citys", "sweep_due")]
    assert len(noted(session)) == 3


def test_the_worker_tells_of_many_in_short_transactions_and_with_one_notice(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep_notices, "AT_ONCE", 2)
    with database.writing() as session:
        unit = Department(code="101", name="玉溪市公安局", short_name="公安局")
        session.add(unit)
        session.flush()
        person(session, Role.SECRECY_REVIEWER, of=unit)
        for number in range(5):
            entry_of(session, unit, f"问题{number}", published=PUBLISHED)
    duty = Duty(settings, database, Bus("unix:///nobody.sock"), lambda *_: None, lambda: None, lambda: None)
    with time_machine.travel(noon(DUE), tick=False):
        tell_of_sweeps(duty)
        tell_of_sweeps(replace(duty, looked={}))
    with database.reading() as session:
        assert [str(topic) for topic in session.scalars(select(Notice.topic))] == [Topic.SWEEP_DUE]
        assert len(noted(session)) == 5
