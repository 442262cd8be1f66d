"""Six people at once who speak all the time, each somewhere else: handed to a department, with an operator, waiting,
leaving a message, asking the machine, and one whom the machine rings back. Who answers them speaks all the time too."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from cli.sip import Sipp
from cli.sip_scenario import Say, Signal, Step, Wait
from dispatch.callbacks.callbacks import Attempt, Callback
from dispatch.calls.calls import Call
from dispatch.tickets import intake, referrals
from dispatch.tickets.intake import Matter
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Klass
from hotline.accounts.accounts import Account
from hotline.directory.departments import by_code
from hotline.times import now
from tests.dispatch.town import Staff, bring
from tests.journeys import handing, town
from tests.journeys.trouble import Breakable, all_ended, number_of, operator
from tests.recordings.proof import staircase

SPOKEN = 38  # seconds that each of them stays, at least
WITH_SOMEBODY = ("handed", "talks")
ALONE: dict[str, tuple[Step, ...]] = {
    "waits": (Signal("0", SPOKEN - 2),),
    "leaves": (Signal("0", 13), Signal("1", SPOKEN - 15)),  # what is said to him first takes so long
    "asks": (Signal("1", SPOKEN - 2),),
}
LEAVES_NOW = 26  # seconds after which the message is being recorded
OWED_AFTER, ANSWERS = (
    12,
    10,
)  # seconds after which one is rung back; and within which he has confirmed himself, and speaks
TALKS = 3  # seconds
THERE = 45  # seconds that whoever we ring stays at most, once he has pressed his key: a call-back may end with a person


@dataclass(frozen=True)
class Voices:
    """The sounds that they say."""

    caller: Path
    operator: Path
    liaison: Path  # and who is rung back: all whom we ring are one telephone

    @classmethod
    def written(cls, folder: Path) -> "Voices":
        each = {"caller": staircase.CALLER, "operator": staircase.OPERATOR, "liaison": staircase.LIAISON}
        return cls(**{name: staircase.written(folder / f"{name}.alaw", voice) for name, voice in each.items()})


@dataclass(frozen=True)
class Person:
    """What one of them does; his call is found by his telephone, or its id is known. `at`: when all were where they were
    to be, in seconds since 1970."""

    does: str
    number: str
    call_id: str = ""
    at: float = 0.0


@dataclass(frozen=True)
class Crowd:
    """They, while they are there: the callers' telephones, and the call in which one is rung back."""

    house: Breakable
    name: str
    lines: dict[str, Sipp]
    rung: str
    exchange: int
    at: float

    @property
    def people(self) -> Sequence[Person]:
        """All who are there."""
        callers = [Person(who, number_of(f"{who}{self.name}"), at=self.at) for who in self.lines]
        return [*callers, Person("rung", who_answers(f"rung{self.name}"), self.rung, self.at)]

    def over(self) -> None:
        """Wait until they have hung up by themselves, and nobody failed."""
        all_ended(self.lines)

    def left(self) -> None:
        """Wait until who was rung back is, too, or his exchange no more: only then may his telephone go."""
        end = time.monotonic() + THERE
        while (
            self.rung not in self.house.lives()
            and self.house.exchange.process == self.exchange
            and time.monotonic() < end
        ):
            time.sleep(0.5)


@contextmanager
def crowd(house: Breakable, voices: Voices, name: str) -> Iterator[Crowd]:
    """All of them, once each is where he is to be; `name` gives them telephones of their own."""
    with ExitStack() as stack:
        for number in (1, 2):
            stack.enter_context(operator(house, number, voice=voices.operator))
        stack.enter_context(handing.liaisons(house, voices.liaison, THERE))
        lines = {who: _rings(stack, house, voices, f"{who}{name}", Signal("0", SPOKEN + 11)) for who in WITH_SOMEBODY}
        _talks(house, number_of(f"handed{name}"))
        handed = handing.hand_on(house, number_of(f"handed{name}"))
        lines |= {who: _rings(stack, house, voices, f"{who}{name}", *does) for who, does in ALONE.items()}
        begun = time.monotonic()
        handing.together(house, handed)
        _until(begun + OWED_AFTER)
        rung = _rung(house, _owe(house, who_answers(f"rung{name}")))
        _until(max(begun + LEAVES_NOW, time.monotonic() + ANSWERS))
        there = Crowd(house, name, lines, rung, house.exchange.process, time.time())
        yield there
        there.left()


def who_answers(name: str) -> str:
    """The number of somebody whom we ring: by its last digits those telephones tell that they don't answer, are busy, or
    aren't there (tests/journeys/liaisons.py)."""
    return f"{number_of(name)[:-2]}00"


def _rings(stack: ExitStack, house: Breakable, voices: Voices, name: str, *does: Step) -> Sipp:
    return stack.enter_context(house.ring(number_of(name), Say(voices.caller), Wait(1.5), *does))


def _talks(house: Breakable, number: str) -> None:
    """Let him speak with his operator for a while before he is handed on."""
    house.eventually(lambda session: session.scalar(select(Call.id).where(Call.caller == number, Call.answered_at.is_not(None))))
    time.sleep(TALKS)


def _until(moment: float) -> None:
    time.sleep(max(0.0, moment - time.monotonic()))


def _owe(house: Breakable, number: str) -> int:
    """The call-back that somebody is owed for a reply that the hotline has passed."""
    at, matter = now(), Matter(Klass.CONSULT, "身份证换领", "来电人询问身份证怎么换领。", contact=number)
    with house.database.writing() as session:
        ticket = intake.refer(
            session, matter, call=None, recording=None, code="", by="operator1", settings=house.settings, at=at
        )
        by = _staff(session)
        bring(session, ticket, State.TO_CHECK, by=by, settings=house.settings, at=at)
        ticket.reply = town.ANSWER
        referrals.pass_reply(session, ticket, by=by.supervisor, settings=house.settings, at=at)
        session.flush()
        return session.scalars(select(Callback.id).where(Callback.ticket_id == ticket.id)).one()


def _staff(session: Session) -> Staff:
    office, who = (
        by_code(session, town.AUTHORISED),
        {account.login: account for account in session.scalars(select(Account))},
    )
    assert office is not None
    return Staff(office, who["supervisor"], who[f"liaison.{office.code}"], who[f"leader.{office.code}"])


def _rung(house: Breakable, callback: int) -> str:
    """Wait until he has picked up; the id of the call."""
    call_id = house.eventually(
        lambda session: session.scalar(select(Attempt.call_id).where(Attempt.callback_id == callback))
    )
    house.eventually(lambda _: True if call_id in house.answered() else None)
    return call_id
