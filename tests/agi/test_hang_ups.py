"""Whoever goes at whichever command of whichever script leaves nothing behind: no thread, no socket, no session, no open row.

The commands are not listed here: each script is walked through once, and then left at every command that it came to."""

import itertools
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import func, select

from agi import voice
from agi.line import Line
from agi.run import SCRIPTS
from agi.scripts.self_service import contact_sentence
from ami_listener.drift import believed, drift
from ami_listener.resync import repair
from ami_listener.seen import Seen
from dispatch.callbacks import by_phone, callbacks, places
from dispatch.callbacks.callbacks import Attempt, Callback
from dispatch.calls import settling
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
from hotline.directory.departments import by_code
from hotline.directory.liaisons import Position
from hotline.hearing import HearingError, Samples, Understood
from hotline.telling import sms
from hotline.telling.outbox import Delivery, DeliveryAttempt
from hotline.telling.outbox import State as Sent
from hotline.times import local_day, now
from hotline.voice.orders import SpeechOrder
from knowledge_base.entries import Entry, EntryVersion
from knowledge_base.entries import State as Published
from tests.agi.caller import NUMBER
from tests.agi.leaver import HANGS_UP, Leaver, SpeakingLeaver
from tests.agi.speaker import UNCLEAR
from tests.agi.test_leave_question import TOLD
from tests.agi.test_menu import MENU
from tests.agi.test_scripts import ANSWER, TO_THE_ANSWER, Hotline, a_house
from tests.agi.test_telling import TEXT, ringing
from tests.dispatch import town
from tests.dispatch.town import Staff
from tests.journeys.conftest import free_ports
from tests.support.ears import Fake, serving

Presses = Mapping[str, str | list[str]]
_numbers = itertools.count(1)
BRIEF = 0.2  # seconds that a command of these callers' exchange takes at most


@dataclass(frozen=True)
class Way:
    """One way through a script: what the caller presses, and what the dialplan gives the script along; where he is asked
    to speak also what he says, and who hears it: the exchange's own engine, or an ear that gets recordings."""

    presses: Presses = field(default_factory=dict)
    arguments: Callable[["Scene"], tuple[str, ...]] = lambda scene: (NUMBER, "96128")
    script: str = ""  # "": the way has its name
    says: Presses | None = None
    engine: str = "well"
    ear: type[Fake] | None = None
    settings: Mapping[str, object] = field(default_factory=dict)

    def caller(self, call_id: str, **how: object) -> Leaver:
        """Somebody who goes this way."""
        if self.says is None:
            return Leaver(self.presses, says=[TOLD] * 9, call_id=call_id, **how)  # type: ignore[arg-type]
        return SpeakingLeaver(self.presses, says=self.says, engine=self.engine, call_id=call_id, **how)  # type: ignore[arg-type]


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
            settling.end(session, of.id, at=now())
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
            place = places.keep(session, f"kept-{self.call_id}", at=now())
            assert place is not None
            settling.end(session, f"kept-{self.call_id}", at=now())
            return (callbacks.dial(session, place.callback, call_id=self.call_id, at=now()).id,)

    def message(self) -> tuple[str, ...]:
        """A duty office that is rung for a message."""
        return (ringing(self.house, key=f"message-{self.call_id}"),)

    def goes(self, name: str, **how: object) -> Leaver:
        """One call from its first command to the caller's going, and to its end as the listener notes it."""
        way, script = WAYS[name], script_of(name)
        self.call_id = f"20261123120000-{next(_numbers):012d}"
        direction = "out" if script in {"callback", "place_turn", "telling"} else "in"
        if script != "incoming":
            self.house.began(self.call_id, direction=direction)
        caller = way.caller(self.call_id, **how)
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


class Forgets(Fake):
    """An ear that fails after the question: what follows is by key."""

    def hear(self, sound: Samples, *, words: Sequence[str] = ()) -> Understood:
        if "question" not in words:
            raise HearingError("gone")
        return super().hear(sound, words=words)


ALOUD, ANOTHER = "居住证到期了怎么续签", "居住证丢了怎么补办？"
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
    "waits_on": Way(),
    "leave_question": Way({"number_right": "1", "secrecy_question": "1"}),
    # Asking the machine in its other ways: aloud, once not understood and once not the first; aloud by recordings, until
    # the ear fails; where nobody hears, by the keys of a word; the answer as a short message; in danger.
    "aloud": Way(
        {"person_offer": "1"}, script="self_service", settings={"speech": True},
        says={"say_your_question": UNCLEAR, "say_it_again": ALOUD, "confirm_aloud": ["不是", "是的"], "choose_aloud": "第一个"},
    ),
    "recorded": Way(
        {"confirm_yes_no": "2", "choose_question": "1", "person_offer": "1"}, script="self_service", settings={"speech": True},
        says={}, engine="gone", ear=Forgets,
    ),
    "keyed": Way(
        TO_THE_ANSWER | {"keypad_initials": "599#", "satisfied_question": "1"}, script="self_service",
        settings={"speech": True, "keypad_initials": True}, says={}, engine="gone",
    ),
    "sent": Way(
        TO_THE_ANSWER | {"keys_send": "9", "satisfied_question": ["", "1"]}, script="self_service", settings={"sms_gateway": "http://127.0.0.1:9"},
    ),
    "danger": Way(script="self_service", settings={"speech": True}, says={"say_your_question": "快来人，我家着火了"}),
}  # fmt: skip


def script_of(name: str) -> str:
    """The script that a way leads through."""
    return WAYS[name].script or name


@pytest.fixture
def scene(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> Iterator[Scene]:
    """All that any script asks for; nobody waits long for a sentence or for an exchange that has fallen silent."""
    monkeypatch.setattr(voice, "PATIENCE", 0.1)
    exchange = Line._exchange
    monkeypatch.setattr(Line, "_exchange", lambda line, words, within: exchange(line, words, min(within or BRIEF, BRIEF)))
    before = a_house(database, tmp_path)
    before.server.stop()
    before.knows()
    with database.writing() as session:
        office = by_code(session, "101")
        assert office is not None
        other = town.unit(session, "102", "玉溪市民政局")
        entry = Entry(department_id=other.id, question=ANOTHER, keywords=["居住证"], state=Published.PUBLISHED, published=1)
        session.add(entry)
        session.flush()
        session.add(EntryVersion(entry_id=entry.id, number=1, answer="全文", spoken=ANSWER, written_by="x", valid_from=local_day(now())))
        contact = contact_sentence(other)
        sms.register(session, sms.ANSWER, text=sms.TEXTS[sms.ANSWER], registered_id="T1", by="office", at=now())
        staff, operator = town.staff(session, office), town.somebody(session, Role.OPERATOR, extension="8001").id
        town.ticket(session, before.settings, of=town.call(session, "earlier"))
        settling.end(session, "earlier", at=now())
        row = menus.write(session, MENU, reason="接种通知", by="office", settings=before.settings, at=now())
        for order in session.scalars(select(SpeechOrder)):
            order.made_at = now()
        session.flush()
        menus.begin(session, row, by="boss", settings=before.settings, at=now())
    before.voiced(TEXT, *MENU.texts(), "请携带身份证到派出所办理。", ANOTHER, contact)
    house = a_house(database, tmp_path, hear_port=free_ports(1)[0], **WAYS[way].settings)
    (house.settings.spool / "messages").mkdir(parents=True, exist_ok=True)
    with heard_by(WAYS[way].ear, house.settings.hear_port):
        yield Scene(house, staff, operator)
    house.server.stop()


@contextmanager
def heard_by(ear: type[Fake] | None, port: int) -> Iterator[None]:
    """While an ear of that kind hears at that port, if any does."""
    if ear is None:
        yield
        return
    hears = ear()
    hears.says = Understood(ALOUD, 70, 2.2)
    with serving(hears, port=port):
        yield


def descriptors() -> int:
    return len(os.listdir("/proc/self/fd"))


def threads_of_calls() -> int:
    """Those that write or hear for all callers together come and go by themselves."""
    return sum(not thread.name.startswith(("group-commit", "hearing")) for thread in threading.enumerate())


def connections(scene: Scene) -> int:
    """How many to the database are open; its pool keeps them."""
    pools = {engine.pool for engine in (scene.house.database._reader, scene.house.database._writer)}
    return sum(pool.checkedin() + pool.checkedout() for pool in pools)  # type: ignore[attr-defined]


def nothing_is_left(scene: Scene, threads: int, files: int) -> None:
    """`files`: descriptors before, but for those of connections, three each at most; a look at the folder is one."""
    server = scene.house.server
    town.until(lambda: server.counts().active == 0)
    assert not server._open
    assert threads_of_calls() <= threads
    town.until(lambda: descriptors() <= files + 3 * connections(scene) + 1)
    assert not list(scene.house.settings.spool.glob("heard/*")), "what he said to be understood"
    scene.looked()
    assert scene.left_open() == {}


def walked(scene: Scene, way: str, *ends: str, seed: int | None = None) -> int:
    """Leave the script at each command of this way, by these ends in turn; how many commands there are."""
    whole = scene.goes(way, seed=seed)
    for end in ends:
        scene.goes(way, at=whole.commands, how=end, seed=seed)  # after it, what is kept for all callers is there
    town.until(lambda: scene.house.server.counts().active == 0)
    threads, files = threads_of_calls(), descriptors() - 3 * connections(scene)
    for at, end in zip(range(1, whole.commands + 1), itertools.cycle(ends), strict=False):
        left = scene.goes(way, at=at, how=end, seed=seed)
        assert left.commands >= at, f"{way} came to its end before command {at}"
    nothing_is_left(scene, threads, files)
    assert scene.goes(way, seed=seed).commands == whole.commands, "the next caller is served to the end"
    return whole.commands


def test_every_script_is_walked() -> None:
    assert set(map(script_of, WAYS)) == SCRIPTS.keys()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("way", WAYS)
def test_a_caller_may_go_at_every_command_of_every_script(scene: Scene, way: str) -> None:
    assert walked(scene, way, *HANGS_UP[:3:2]) >= 1


@pytest.mark.proof
@pytest.mark.parametrize("end", HANGS_UP)
@pytest.mark.parametrize("way", WAYS)
def test_however_a_call_ends_at_every_command_it_leaves_nothing_and_hangs_nowhere(scene: Scene, way: str, end: str) -> None:
    walked(scene, way, end)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("way", WAYS)
def test_who_presses_anything_may_go_at_any_moment_too(scene: Scene, way: str, seed: int) -> None:
    for end in HANGS_UP[:3]:
        walked(scene, way, end, seed=seed)
