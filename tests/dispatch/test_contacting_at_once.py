"""联系来电人: whoever presses twice, or two at once, ring the caller once; on each database."""

from threading import Barrier

from sqlalchemy import select

from dispatch.callbacks import contacting
from dispatch.callbacks.caller_contacts import CallerContact
from dispatch.tickets.states import State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Ticket
from hotline.accounts.accounts import Account
from hotline.database import Database
from hotline.directory.liaisons import Liaison, Position
from hotline.settings import Settings
from tests.dispatch import town
from tests.dispatch.town import later

TOGETHER = 4


def test_who_press_at_once_ring_the_caller_once_and_the_ticket_has_a_new_version(database: Database, settings: Settings) -> None:
    with database.writing() as session:
        office = town.unit(session, "101", "玉溪市公安局")
        staff = town.staff(session, office)
        row = town.bring(session, town.ticket(session, settings), State.IN_HAND, by=staff, settings=settings)
        one = Liaison(department_id=office.id, name="张立新", position=Position.A, phone="0877-2012345")
        session.add(one)
        session.flush()
        ticket_id, liaison_id, version, by = row.id, one.id, row.version, staff.liaison.id
    waits = Barrier(TOGETHER) if database.engine.dialect.name == "postgresql" else None  # SQLite lets one in at a time

    def press() -> bool:
        try:
            with database.writing() as session:
                ticket, account = session.get_one(Ticket, ticket_id), session.get_one(Account, by)
                if waits is not None:
                    waits.wait(10)  # each has read it as it was
                contacting.ring(session, ticket, liaison_id=liaison_id, by=account, settings=settings, at=later(hours=3))
        except ReferralError:
            return False
        return True

    assert sorted(town.at_once(press, threads=TOGETHER)) == [False] * (TOGETHER - 1) + [True]
    with database.reading() as session:
        assert len(session.scalars(select(CallerContact)).all()) == 1
        assert session.get_one(Ticket, ticket_id).version == version + 1
