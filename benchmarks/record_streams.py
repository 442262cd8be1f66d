"""Records once what the real exchange tells of real calls; tests and the listener's benchmark replay it.

`python -m benchmarks.record_streams` writes tests/ami_listener/streams/*.ami. Between the events stand looks: what the
exchange answers when it is asked for channels, queues and devices while all is quiet. Callers' numbers are invented."""

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from sqlalchemy import select

from benchmarks.house import House, house
from benchmarks.report import PROJECT
from cli import sip
from cli.sip_scenario import Press, Wait
from dispatch.callbacks.telephone import Telephone
from dispatch.calls import desk
from dispatch.calls.calls import Call
from dispatch.tickets.tickets import Klass
from dispatch.transfers import handing_on, transfers
from dispatch.transfers.handing_on import Asked
from dispatch.transfers.transfer_line import TransferLine
from hotline.accounts.accounts import Account
from hotline.calendar.days import CalendarDay
from hotline.directory.departments import by_code
from hotline.directory.liaisons import Liaison, Position
from hotline.exchange.link import Link
from hotline.exchange.nodes import address
from hotline.times import local_day, now
from tests.journeys.liaisons import BUSY, scenario
from tests.support.streams import FOLDER, LOOK, LOOKED

QUIET = 0.4  # seconds without an event: what is asked for then belongs between the events
LISTS = {"CoreShowChannels": ("CoreShowChannel",), "QueueStatus": ("QueueMember", "QueueEntry"),
         "DeviceStateList": ("DeviceStateChange",)}  # fmt: skip


class Ear:
    """Writes down what is told and, while nothing is, how things stand."""

    def __init__(self, link: Link, path: Path) -> None:
        self.link, self.path, self.over = link, path, threading.Event()
        self.thread = threading.Thread(target=self._listen)

    def __enter__(self) -> "Ear":
        while self.link.next_event(0.5) is not None:
            pass  # of what was before
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        time.sleep(2 * QUIET)
        self.over.set()
        self.thread.join()

    def _listen(self) -> None:
        told = [*self._look()]
        looked = True
        while not self.over.is_set():
            event = self.link.next_event(QUIET)
            if event is not None:
                told.append(event.message.response)
            elif not looked:
                told += self._look()
            looked = event is None
        self.path.write_text("\n\n".join(one.replace("\r\n", "\n") for one in told) + "\n")

    def _look(self) -> Iterator[str]:
        yield LOOK
        for action, names in LISTS.items():
            for row in self.link.collect(action):
                if row.name in names and row.get("Device", "PJSIP/").startswith("PJSIP/"):
                    yield row.message.response
        yield LOOKED


@contextmanager
def operators(place: House, telephone: Telephone, *numbers: int, ring: float = 1.0) -> Iterator[None]:
    """Operators at their desks who take what rings, after `ring` seconds, and stay until the caller goes."""
    with ExitStack() as stack:
        for number in numbers:
            extension = f"800{number}"
            _becomes(place, extension, desk.Readiness.READY)
            port, password = place.here.settings.sip_port, place.secret_of(extension)
            stack.enter_context(sip.phone(extension, password, exchange=port, ring=ring))
            telephone.sign_on(extension, f"operator{number}")
            stack.callback(_becomes, place, extension, desk.Readiness.AWAY)
            stack.callback(telephone.sign_off, extension)
        yield


def _becomes(place: House, extension: str, state: desk.Readiness) -> None:
    with place.database.writing() as session:
        account = session.scalars(select(Account).where(Account.extension == extension)).one()
        desk.set_readiness(session, account, state, at=now())


def taken(place: House, telephone: Telephone) -> None:
    """One caller, one operator, a talk; the caller hangs up."""
    with operators(place, telephone, 1), ring(place, 1, 10) as line:
        line.result(60)


def missed(place: House, telephone: Telephone) -> None:
    """The phone rings out, rings again, and the caller gives up."""
    with operators(place, telephone, 1, ring=60), ring(place, 2, 30) as line:
        line.result(60)


def several(place: House, telephone: Telephone) -> None:
    """Four callers, two operators: two wait, one of them gives up, one is taken when somebody is free."""
    with operators(place, telephone, 1, 2), ExitStack() as stack:
        lines = [stack.enter_context(ring(place, 3 + n, seconds)) for n, seconds in enumerate((10, 14, 9, 18))]
        for line in lines:
            line.result(60)


def handed_on(place: House, telephone: Telephone) -> None:
    """The operator hands the caller to a department: busy, then somebody comes; three talk, the operator leaves."""
    settings, line = place.here.settings, TransferLine(telephone.link, place.here.settings)
    trunk = int(settings.trunk_contact.rpartition(":")[2])
    _office(place)
    liaison = sip.answer(Wait(2), Press("1", 0.2), Wait(60), port=trunk, scenario=scenario(settings.folder))
    with operators(place, telephone, 1), liaison, ring(place, 8, 30) as caller:
        call_id = _until(lambda: _talking(place, caller_number(8)))
        time.sleep(1)
        _hand_on(place, line, call_id)
        _until(lambda: _state(place, call_id) == transfers.State.CONNECTED)
        time.sleep(3)
        ends = line.ends(call_id, extension="8001")
        if ends is not None:
            line.hang_up([ends.operator], call_id=call_id)
        caller.result(60)
        time.sleep(1)


def _office(place: House) -> None:
    with place.database.writing() as session:
        session.merge(CalendarDay(day=local_day(now()), county_code="", works=True, reason="试验"))
        office = by_code(session, "101")
        if office is None:
            raise RuntimeError("there is no such department")
        office.office_hours = [{"days": "1-7", "open": "00:00", "close": "24:00"}]
        session.add(Liaison(department_id=office.id, name="某", position=Position.A, phone=f"0877-96010{BUSY}"))
        session.add(Liaison(department_id=office.id, name="某", position=Position.B, phone="0877-9601011"))


def _hand_on(place: House, line: TransferLine, call_id: str) -> None:
    ends, settings = line.ends(call_id, extension="8001"), place.here.settings
    with place.database.writing() as session:
        asked = Asked(by_code(session, "101"), Klass.CONSULT, "居住证怎么续签")
        by = session.scalars(select(Account).where(Account.extension == "8001")).one()
        call = session.get_one(Call, call_id)
        handing_on.begin(session, call, asked, ends=ends, by=by, settings=settings, at=now())
    if ends is not None:
        line.part(ends)


def _talking(place: House, caller: str) -> str:
    with place.database.reading() as session:
        return session.scalar(select(Call.id).where(Call.caller == caller, Call.answered_at.is_not(None))) or ""


def _state(place: House, call_id: str) -> str:
    with place.database.reading() as session:
        transfer = transfers.latest(session, call_id)
        return transfer.state if transfer else ""


def _until(look: Callable[[], str | bool], seconds: float = 40) -> str:
    end = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > end:
            raise RuntimeError("it did not come to that")
        time.sleep(0.1)
    return str(found)


def caller_number(number: int) -> str:
    return f"1380000000{number}"


def ring(place: House, number: int, seconds: float) -> sip.Sipp:
    """Somebody who asks for a person at once and hangs up after so many seconds."""
    return sip.call(Wait(1), Press("0", seconds), port=place.here.settings.sip_port, caller=caller_number(number))


STREAMS = {one.__name__: one for one in (taken, missed, several, handed_on)}


def main() -> None:
    wanted = sys.argv[1:] or list(STREAMS)
    (PROJECT / FOLDER).mkdir(parents=True, exist_ok=True)
    with house(operators=2) as place, Link(address(place.here.settings)) as link:
        telephone = Telephone(place.here.settings)
        time.sleep(5)
        for name in wanted:
            with suppress(RuntimeError), Ear(link, PROJECT / FOLDER / f"{name}.ami"):
                STREAMS[name](place, telephone)
        telephone.close()


if __name__ == "__main__":
    main()
