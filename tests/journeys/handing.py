"""An operator hands his caller to a department, as his page does it; and the departments' telephones that answer."""

import csv
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from cli import sip
from cli.sip_scenario import Say, Touch, Wait
from dispatch.callbacks.telephone import Telephone
from dispatch.calls.calls import Call
from dispatch.tickets.tickets import Klass
from dispatch.transfers import handing_on
from dispatch.transfers.handing_on import Asked
from dispatch.transfers.transfer_line import TransferLine
from dispatch.transfers.transfers import State, Transfer
from hotline.accounts.accounts import Account
from hotline.calendar.days import CalendarDay
from hotline.directory.departments import Department, by_code
from hotline.directory.liaisons import Liaison, Position
from hotline.times import local_day, now
from tests.journeys import town
from tests.journeys.conftest import LIMIT, House
from tests.journeys.liaisons import scenario

PHONE = "0877-9601001"  # answers
MATTER = "居住证怎么续签"


def open_office(session: Session, code: str = town.AUTHORISED, *phones: str) -> Department:
    """A department that is open today, at all hours; its liaisons are A, B and the section, as many as have a telephone."""
    session.merge(CalendarDay(day=local_day(now()), county_code="", works=True, reason="试验"))
    office = by_code(session, code)
    assert office is not None
    office.office_hours = [{"days": "1-7", "open": "00:00", "close": "24:00"}]
    for position, phone in zip(Position, phones or (PHONE,), strict=False):
        session.add(Liaison(department_id=office.id, name="某联络员", position=position, phone=phone))
    return office


@contextmanager
def liaisons(house: House, voice: Path, seconds: float = 60) -> Iterator[None]:
    """The departments' telephones: whoever is rung presses 1, once more on a busy machine, speaks, and stays."""
    trunk = int(house.settings.trunk_contact.rpartition(":")[2])
    with tempfile.TemporaryDirectory() as folder:
        steps = (Wait(2), Touch("1", 3), Touch("1", 0.2), Say(voice), Wait(seconds))
        with sip.answer(*steps, port=trunk, scenario=scenario(Path(folder))):
            yield


def hand_on(house: House, caller: str, code: str = town.AUTHORISED) -> str:
    """Once an operator talks to this caller, hand him to a department; the id of the call."""
    taken = select(Call).where(Call.caller == caller, Call.answered_at.is_not(None))
    call = house.eventually(lambda session: session.scalar(taken))
    with closing(Telephone(house.settings)) as telephone:
        line = TransferLine(telephone.link, house.settings)
        with house.database.reading() as session:
            operator = session.get_one(Account, call.operator_id)
        ends = line.ends(call.id, extension=operator.extension)
        with house.database.writing() as session:
            asked = Asked(by_code(session, code), Klass.CONSULT, MATTER)
            handing_on.begin(session, session.get_one(Call, call.id), asked, ends=ends, by=operator,
                             settings=house.settings, at=now())  # fmt: skip
        assert ends is not None
        line.part(ends)
    return call.id


def together(house: House, call_id: str, seconds: float = LIMIT) -> None:
    """Wait until caller, operator and liaison are in one room."""
    joined = select(Transfer.id).where(Transfer.call_id == call_id, Transfer.state == State.CONNECTED)
    house.eventually(lambda session: session.scalar(joined), seconds)


def legs(house: House) -> dict[str, float]:
    """Seconds from answer to hang-up of every channel, as the exchange itself noted them."""
    rows = list(csv.reader(house.noted().splitlines()))
    began = {row[3]: float(row[1]) for row in reversed(rows) if row[0] == "ANSWER"}
    return {row[3]: float(row[1]) - began[row[3]] for row in rows if row[0] == "HANGUP" and row[3] in began}
