"""Who and what the tests of the domain are made of: people, calls, matters, and a ticket at any place of its life."""

import time
import wave
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session

from dispatch.calls import calls
from dispatch.calls.calls import Call
from dispatch.tickets import intake, referrals
from dispatch.tickets.intake import Matter
from dispatch.tickets.states import TRANSITIONS, State
from dispatch.tickets.tickets import Klass, Ticket
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.directory.departments import Department
from hotline.settings import Settings
from tests.conftest import NOON

CALL = "20261123120000-0123456789ab"
CALLER = "13888888888"
CODE = "73519284"
T = TypeVar("T")


def later(**of: float) -> datetime:
    """So much after noon."""
    return NOON + timedelta(**of)


def somebody(session: Session, role: Role, *, of: Department | None = None, login: str = "", extension: str = "",
             county: str = "") -> Account:
    """An account that signs in with no password at all: hashing one takes longer than most tests."""
    row = Account(login=login or str(role), name="某人", role=role, department_id=of.id if of else None,
                  county_code=county, extension=extension, password_hash="-", active=True)
    session.add(row)
    session.flush()
    return row


def unit(session: Session, code: str, name: str, *, short: str = "", county: str = "", aliases: tuple[str, ...] = ()) -> Department:
    row = Department(code=code, name=name, short_name=short or name, county_code=county, phone="0877-9600" + code,
                     aliases=list(aliases))  # fmt: skip
    session.add(row)
    session.flush()
    return row


def call(session: Session, call_id: str = CALL, *, caller: str = CALLER, at: datetime = NOON, **more: Any) -> Call:
    calls.begin(session, call_id, caller=caller, dialled="96128", at=at, **more)
    session.flush()
    return session.get_one(Call, call_id)


def _over(row: Call) -> Call:
    """Who lodged his matter has hung up since."""
    row.ended_at = row.began_at + timedelta(minutes=4)
    return row


@dataclass(frozen=True)
class Staff:
    """The people through whose hands a ticket goes."""

    office: Department
    supervisor: Account
    liaison: Account
    leader: Account
    competent: Account | None = None
    county: Account | None = None
    other: Department | None = None  # another department, and its liaison
    theirs: Account | None = None
    heir: "Staff | None" = None  # who stands for the department while it is no more


def staff(session: Session, office: Department) -> Staff:
    return Staff(office, somebody(session, Role.SUPERVISOR), somebody(session, Role.LIAISON, of=office),
                 somebody(session, Role.LEADER, of=office), somebody(session, Role.CITY_OFFICE))  # fmt: skip


def ticket(session: Session, settings: Settings, *, klass: Klass = Klass.CONSULT, of: Call | None = None, code: str = CODE,
           recording: Any = None, at: datetime = NOON, **matter: Any) -> Ticket:
    """A new ticket; of the usual call unless told otherwise."""
    written = Matter(klass, matter.pop("title", "居住证到期"), matter.pop("summary", "来电人询问居住证如何续签。"), **matter)
    from_call = of or session.get(Call, CALL) or _over(call(session))
    return intake.refer(session, written, call=from_call, recording=recording, code=code, by="operator",
                           settings=settings, at=at)  # fmt: skip


WAY = (State.TO_DISPATCH, State.TO_ACCEPT, State.IN_HAND, State.TO_CHECK, State.TO_CALL_BACK)


def bring(session: Session, row: Ticket, to: State, *, by: Staff, settings: Settings, at: datetime = NOON, personal: bool = False) -> Ticket:
    """Lead a ticket on to a state, each step by whom it belongs to."""
    steps: dict[State, Callable[[], object]] = {
        State.TO_ACCEPT: lambda: referrals.dispatch(session, row, to=by.office, by=by.supervisor, settings=settings, at=at),
        State.IN_HAND: lambda: (referrals.opened(session, row, by=by.liaison, at=at), referrals.accept(session, row, by=by.liaison, at=at)),
        State.TO_CHECK: lambda: (
            referrals.reply(session, row, text="请携带身份证到派出所办理。", personal=personal, by=by.liaison, at=at),
            referrals.sign(session, row, no_secrets=True, by=by.leader, at=at)),
        State.TO_CALL_BACK: lambda: referrals.pass_reply(session, row, by=by.supervisor, settings=settings, at=at),
    }  # fmt: skip
    for state in WAY[WAY.index(State(row.state)) + 1 : WAY.index(to) + 1]:
        steps[state]()
    session.flush()
    return row


def put(session: Session, row: Ticket, to: State) -> Ticket:
    """Have a ticket stand in a state, on the shortest way that the table has, without what the steps bring along."""
    ways: dict[State, tuple[State, ...]] = {State(row.state): ()}
    while to not in ways:
        before = len(ways)
        ways |= {t.target: (*ways[t.source], t.target) for t in TRANSITIONS if t.source in ways and t.target not in ways}
        assert len(ways) > before, f"no way leads from {row.state} to {to}"
    for state in ways[to]:
        row.state = state
        session.flush()
    return row


def past_the_guards(session: Session, line: str) -> None:
    """The ticket's life is another test's matter."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL session_replication_role = replica"))
    else:
        session.execute(text("DROP TRIGGER ticket_state"))
    session.execute(text(line))
    session.expire_all()


def sound(path: Path, seconds: float = 2.0, *, loudness: int = 8000) -> Path:
    """A telephone's sound on the disk: 8 kHz, one channel, a square wave."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        sample = loudness.to_bytes(2, "little", signed=True) + (-loudness).to_bytes(2, "little", signed=True)
        file.writeframes(sample * int(seconds * 4000))
    return path


def until(true: Callable[[], bool], seconds: float = 5) -> None:
    """Wait for what another thread does."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.005)


def at_once(work: Callable[[], T], *, threads: int = 8, patience: float = 30) -> list[T]:
    """The same work from several threads at the same time."""
    with ThreadPoolExecutor(threads) as pool:
        return [future.result(patience) for future in [pool.submit(work) for _ in range(threads)]]
