"""Whoever goes at whichever command of whichever script leaves nothing behind: no thread, no socket, no session, no open row.

The commands are not listed here: each script is walked through once, and then left at every command that it came to."""

import itertools
import os
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select

from agi import line as lines
from agi import voice
from agi.run import SCRIPTS
from ami_listener.drift import believed, drift
from ami_listener.resync import repair
from ami_listener.seen import Seen
from dispatch.callbacks import by_phone, callbacks, places
from dispatch.callbacks.callbacks import Attempt, Callback
from dispatch.calls import calls
from dispatch.calls.calls import Call
from dispatch.calls.endings import end_call
from dispatch.line import menus
from dispatch.tickets.states import State
from dispatch.transfers import transfers
from dispatch.transfers.hunting import Duty
from dispatch.transfers.transfers import TransferAttempt, Wish
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.database import Database
from hotline.directory.departments import Department, by_code
from hotline.directory.liaisons import Position
from hotline.telling.outbox import Delivery, DeliveryAttempt
from hotline.telling.outbox import State as Sent
from hotline.times import now
from hotline.voice.orders import SpeechOrder
from tests.agi.caller import NUMBER
from tests.agi.leaver import HANGS_UP, Leaver
from tests.agi.test_leave_question import TOLD
from tests.agi.test_menu import MENU
from tests.agi.test_scripts import ANSWER, TO_THE_ANSWER, Hotline, a_house
from tests.agi.test_telling import TEXT, ringing
from tests.dispatch import town
from tests.dispatch.town import Staff

Presses = Mapping[str, str | list[str]]
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Way:
    """One way through a script: what the caller presses, and what the dialplan gives the script along."""

    presses: Presses = field(default_factory=dict)
    arguments: Callable[["Scene"], tuple[str, ...]] = lambda scene: (NUMBER, "96128")


@dataclass
class Scene:
    """A house that lives through all of it, and the call that is just being made."""

    house: Hotline
    staff: Staff
    operator: int
    call_id: str = ""

    def attempt(self) -> tuple[str, ...]:
        """A citizen who is rung because his ticket has an answer."""
        with self.house.database.writing() as session:
            of = town.call(session, f"before-{self.call_id}")
            row = town.ticket(session, self.house.settings, of=of, code=self.call_id[-8:])
            town.bring(session, row, State.TO_CALL_BACK, by=self.staff, settings=self.house.settings)
            callback = session.scalars(select(Callback).where(Callback.ticket_id == row.id)).one()
            calls.end(session, of.id, at=now())
            return callback.id, callbacks.dial(session, callback, call_id=self.call_id, at=now()).id

    def liaison(self) -> tuple[str, ...]:
        """A liaison who is rung for the caller."""
        with self.house.database.writing() as session:
            office = by_code(session, "101")
            assert office is not None
            wish, by = Wish(office, "consult", ANSWER), session.get_one(Account, self.operator)
            transfer = transfers.begin(session, session.get_one(Call, self.call_id), wish, channel="c", by=by, at=now())
            return (transfers.ring(session, transfer, Duty(Position.A, "张", "08779601011"), seconds=20, at=now()).id,)

    def turn(self) -> tuple[str, ...]:
        """Somebody who is rung because it is his turn in the queue."""
        with self.house.database.writing() as session:
            town.call(session, f"kept-{self.call_id}")
            place = places.keep(session, f"kept-{self.call_id}", settings=self.house.settings, at=now())
            assert place is not None
            calls.end(session, f"kept-{self.call_id}", at=now())
            return (callbacks.dial(session, place.callback, call_id=self.call_id, at=now()).id,)

    def message(self) -> tuple[str, ...]:
        """A duty office that is rung for a message."""
        return (ringing(self.house, key=f"message-{self.call_id}"),)

    def goes(self, script: str, **how: object) -> Leaver:
        """One call from its first command to the caller's going, and to its end as the listener notes it."""
        way = WAYS[script]
        self.call_id = f"20261123120000-{next(_numbers):012d}"
        direction = "out" if script in {"callback", "place_turn", "telling"} else "in"
        if script != "incoming":
            self.house.began(self.call_id, direction=direction)
        caller = Leaver(way.presses, says=[TOLD] * 9, call_id=self.call_id, **how)  # type: ignore[arg-type]
        caller.variables = {"MESSAGE_SILENCE": "5", "MESSAGE_SECONDS": "120"}
        self.house.serve(caller, script, *way.arguments(self))
        self._over()
        return caller

    def _over(self) -> None:
        with self.house.database.writing() as session:
            end_call(session, self.call_id, settings=self.house.settings, at=now())
            for row in session.scalars(select(TransferAttempt).where(TransferAttempt.ended_at.is_(None))):
                transfers.over(session, row, transfers.Outcome.CALLER_HUNG_UP, at=now())
            for told in session.scalars(select(Delivery).where(Delivery.state == Sent.SENDING)):
                by_phone.rang_out(session, by_phone.channel_of(told), settings=self.house.settings, at=now())

    def looked(self) -> None:
        """The listener's next look: a call may be written down after its end was heard."""
        nobody = Seen(now(), (), frozenset(), {}, {})
        with self.house.database.writing() as session:
            repair(session, list(drift(nobody, believed(session, node=self.house.settings.exchange_node))), settings=self.house.settings)

    def left_open(self) -> dict[str, int]:
        """Rows that would wait for ever."""
        with self.house.database.reading() as session:
            counted = {
                "calls": select(func.count()).select_from(Call).where(Call.ended_at.is_(None)),
                "attempts": select(func.count()).select_from(Attempt).where(Attempt.outcome == ""),
                "liaisons": select(func.count()).select_from(TransferAttempt).where(TransferAttempt.ended_at.is_(None)),
                "messages": select(func.count()).select_from(DeliveryAttempt).where(DeliveryAttempt.ended_at.is_(None)),
                "dialling": select(func.count()).select_from(Callback).where(Callback.state == callbacks.State.DIALLING),
            }
            return {name: found for name, query in counted.items() if (found := session.scalar(query))}


WAYS = {
    "incoming": Way(),
    "self_service": Way(TO_THE_ANSWER | {"satisfied_question": "1"}),
    "progress": Way({"key_code": town.CODE}),
    "callback": Way({"callback_hello": "1", "callback_satisfied": "4"}, Scene.attempt),
    "liaison": Way({"liaison_hello": "1"}, Scene.liaison),
    "survey": Way({"survey_question": "5"}),
    "telling": Way({"duty_hello": "1"}, Scene.message),
    "warned": Way(),
    "menu": Way({"person_offer": "*"}, lambda scene: ("96128", "3")),
    "keep_place": Way(arguments=lambda scene: ("6", "elderly")),
    "place_turn": Way({"place_hello": "1"}, Scene.turn),
    "leave_question": Way({"number_right": "1", "secrecy_question": "1"}),
}


@pytest.fixture
def scene(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    """All that any script asks for; nobody waits long for a sentence or for an exchange that has fallen silent."""
    monkeypatch.setattr(voice, "PATIENCE", 0.1)
    for name in ("LONGEST_SOUND", "LONGEST_APPLICATION"):
        monkeypatch.setattr(lines, name, 0.2)
    before = a_house(database, tmp_path)
    before.server.stop()
    before.knows()
    with database.writing() as session:
        office = session.scalars(select(Department)).one()
        staff, operator = town.staff(session, office), town.somebody(session, Role.OPERATOR, extension="8001").id
        town.ticket(session, before.settings, of=town.call(session, "earlier"))
        calls.end(session, "earlier", at=now())
        row = menus.write(session, MENU, reason="接种通知", by="office", settings=before.settings, at=now())
        for order in session.scalars(select(SpeechOrder)):
            order.made_at = now()
        session.flush()
        menus.begin(session, row, by="boss", settings=before.settings, at=now())
    before.voiced(TEXT, *MENU.texts(), "请携带身份证到派出所办理。")
    house = a_house(database, tmp_path)
    house.server._answer_within = 0.2
    (house.settings.spool / "messages").mkdir(parents=True, exist_ok=True)
    yield Scene(house, staff, operator)
    house.server.stop()


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def threads_of_calls() -> int:
    """Those that write for all callers together come and go by themselves."""
    return sum(thread.name != "group-commit" for thread in threading.enumerate())


def nothing_is_left(scene: Scene, threads: int, files: int) -> None:
    server = scene.house.server
    town.until(lambda: server.counts().active == 0)
    assert not server._open
    assert threads_of_calls() <= threads
    assert descriptors() <= files + 4, "a look at the folder is one, another connection to the database three"
    scene.looked()
    assert scene.left_open() == {}


def walked(scene: Scene, script: str, *ways: str, seed: int | None = None) -> int:
    """Leave the script at each of its commands, in each of these ways; how many there are."""
    whole = scene.goes(script, seed=seed)
    _left_everywhere(scene, script, ways[0], whole.commands, seed)  # after it, what is kept for all callers is there
    threads, files = threads_of_calls(), descriptors()
    for way in ways:
        _left_everywhere(scene, script, way, whole.commands, seed)
    nothing_is_left(scene, threads, files)
    assert scene.goes(script, seed=seed).commands == whole.commands, "the next caller is served to the end"
    return whole.commands


def _left_everywhere(scene: Scene, script: str, how: str, commands: int, seed: int | None) -> None:
    for at in range(1, commands + 1):
        left = scene.goes(script, at=at, how=how, seed=seed)
        assert left.commands >= at, f"{script} came to its end before command {at}"


def test_every_script_is_walked() -> None:
    assert WAYS.keys() == SCRIPTS.keys()


@pytest.mark.parametrize("database", ["sqlite", pytest.param("postgresql", marks=pytest.mark.proof)], indirect=True)
@pytest.mark.parametrize("script", SCRIPTS)
def test_a_caller_may_go_at_every_command_of_every_script(scene: Scene, script: str) -> None:
    assert walked(scene, script, *HANGS_UP[:3:2]) >= 1


@pytest.mark.proof
@pytest.mark.parametrize("script", SCRIPTS)
def test_an_exchange_may_fall_silent_at_every_command_and_no_call_hangs(scene: Scene, script: str) -> None:
    walked(scene, script, HANGS_UP[3])


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("script", SCRIPTS)
def test_who_presses_anything_may_go_at_any_moment_too(scene: Scene, script: str, seed: int) -> None:
    walked(scene, script, *HANGS_UP[:3], seed=seed)
