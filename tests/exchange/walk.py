"""People hang up in a house one after the other, each at a stage that nobody was at before: a step of the dialplan, a command
of a script.

Which stages there are, nobody lists: who comes to one where nobody has hung up yet does it there, until somebody has come to
the end of his way without meeting any."""

import itertools
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from queue import SimpleQueue

from dispatch.callbacks.telephone import Telephone as Telephony
from hotline.exchange import actions
from tests.exchange.agi_wire import AgiWire, Command
from tests.exchange.held import FAMILY, Held, Passing, Playing, heard, stages
from tests.exchange.leavers import MIDST, WITHIN, Board, Caller, Going, Leaver, Post, Rung, Way
from tests.journeys.trouble import Breakable

SAID = 5.0  # seconds until he who waits has heard his place: which key he presses meanwhile the exchange doesn't know


class Walk:
    """All who go in one house; minds its FastAGI's wire and hears what its exchange tells of each."""

    def __init__(self, house: Breakable, wire: AgiWire, before: Iterable[str] = ()) -> None:
        """`before`: stages at which people of an earlier walk have hung up, so that nobody does here."""
        assert isinstance(house.exchange, Held)
        self.house, self.stages, self.gone = house, stages(), list[Leaver]()
        self.board = Board(int(house.settings.trunk_contact.rpartition(":")[2]))
        self._lock, self._over = threading.Lock(), threading.Event()
        self._before, self._taken = frozenset(before), set(before)
        self._calls: dict[str, Leaver] = {}  # by what their telephones call it
        self._channels: dict[str, Leaver | None] = {}
        self._told = house.exchange.told.open(errors="replace")
        self._telephony = Telephony(house.settings)
        for number, name in self.stages.met.items():
            if name not in self._taken:
                self._arm(number)
        wire.ward = self
        threading.Thread(target=self._listen, daemon=True).start()

    def _arm(self, number: int) -> None:
        """Whoever comes to that step next is held there."""
        actions.db_put(self._telephony.link(), FAMILY, f"s{number}", "1")

    def close(self) -> None:
        self._over.set()
        self._telephony.close()
        self.board.close()

    @property
    def left(self) -> set[str]:
        """Where somebody hung up; what was over before he did it in its midst doesn't count."""
        return {leaver.stage for leaver in self.gone if leaver.was_there} | self._before

    def goes(self, *ways: Way, together: int = 16) -> list[Leaver]:
        """People side by side, each way in its turn, until one has come to the end of each; they are all who went."""
        before, all_of_them = len(self.gone), [Going(way) for way in ways]
        turns = itertools.cycle(all_of_them)
        with ThreadPoolExecutor(together) as pool:
            try:
                for done in [pool.submit(self._again, turns, len(ways)) for _ in range(together)]:
                    done.result()
            finally:  # whoever is still there when something broke goes, too
                for going in all_of_them:
                    going.over()
        return self.gone[before:]

    def _again(self, turns: Iterator[Going], ways: int) -> None:
        while True:
            with self._lock:
                going = next((one for one in itertools.islice(turns, ways) if not one.whole.is_set()), None)
                if going is None:
                    return
                leaver, before = self._expected(going) if going.way.rung else self._calling(going), len(self._taken)
            if going.way.meanwhile:
                threading.Thread(target=self._meanwhile, args=(going.way.meanwhile, leaver.number), daemon=True).start()
            leaver.call()
            if going.way.meanwhile and len(self._taken) == before:  # nor did any who had to do with him
                going.over()

    def _meanwhile(self, does: Callable[[Breakable, str], None], number: str) -> None:
        with suppress(Exception):  # who has hung up meanwhile can't be helped
            does(self.house, number)

    def _calling(self, going: Going) -> Leaver:
        leaver = Caller(self.house, going)
        self._calls[leaver.sip_call] = leaver
        self.gone.append(leaver)
        return leaver

    def _expected(self, going: Going, number: str = "") -> Rung:
        leaver = Rung(self.house, self.board, going, number)

        def rings(sip_call: str) -> SimpleQueue[Post]:
            self._calls[sip_call] = leaver
            return leaver.expects(sip_call)

        self.board.expected[leaver.number] = rings
        self.gone.append(leaver)
        return leaver

    @contextmanager
    def at_hand(self, number: str, way: Way) -> Iterator[None]:
        """Whenever that number is rung, somebody is there who goes that way."""
        going = Going(way, endless=True)

        def rings(sip_call: str) -> SimpleQueue[Post]:
            leaver = Rung(self.house, self.board, going, number)
            self._calls[sip_call] = leaver
            self.gone.append(leaver)
            threading.Thread(target=leaver.call, daemon=True).start()
            return leaver.expects(sip_call)

        self.board.expected[number] = rings
        yield
        del self.board.expected[number]

    # -- what the exchange tells ------------------------------------------------------------------------------
    def _listen(self) -> None:
        for line in self._lines():
            match heard(line):
                case Passing() as passing:
                    self._passes(passing)
                case Playing(channel, sound) if leaver := self._channels.get(channel):
                    leaver.meets(sound.removeprefix("hotline/"))

    def _lines(self) -> Iterator[str]:
        part = ""
        while not self._over.is_set():
            part += self._told.readline()
            if part.endswith("\n"):
                yield part
                part = ""
            else:
                time.sleep(0.003)

    def _passes(self, passing: Passing) -> None:
        leaver, name = self._calls.get(passing.sip_call), self.stages.names[passing.step]
        self._channels.setdefault(passing.channel, leaver)
        if leaver is not None:
            leaver.channel = leaver.channel or passing.channel
            leaver.call_id = leaver.call_id or passing.call_id
            leaver.comes_to(name, gone=passing.gone)
        if passing.held:
            self._held(passing.step, [leaver] if leaver else self._with(passing.call_id))
        elif leaver is not None and not passing.gone:
            self._begins(leaver, name, passing.step)

    def _held(self, step: int, leavers: list[Leaver]) -> None:
        """Whoever is held goes; where nobody of these people does, the next one is held there, and somebody is to come."""
        name = self.stages.names[step]
        goes = [leaver.is_held(name) for leaver in leavers]
        if any(goes):
            self._taken.add(name)
        else:
            self._arm(step)
            for leaver in leavers:
                leaver.again()

    def _with(self, call_id: str) -> list[Leaver]:
        """Where an operator is held, those go who are in his call."""
        return [leaver for leaver in list(self._calls.values()) if call_id and leaver.call_id == call_id and not leaver.over.is_set()]

    def _begins(self, leaver: Leaver, name: str, step: int) -> None:
        if step in self.stages.lasting and self._takes(leaver, name + MIDST):
            leaver.goes(name + MIDST, WITHIN)
        application = self.stages.step(step).application
        if application == "Queue":
            threading.Timer(SAID, leaver.meets, (application,)).start()
        elif application in {"Record", "ConfBridge"}:
            leaver.meets(application)

    def _takes(self, leaver: Leaver, stage: str) -> bool:
        """Whether he is the first at this stage, and hangs up there."""
        with self._lock:
            if leaver.stage or leaver.over.is_set() or stage in self._taken:
                return False
            self._taken.add(stage)
            leaver.stage = stage
            return True

    # -- what goes over FastAGI's wire ------------------------------------------------------------------------
    def reaches(self, channel: str, script: str) -> bool | None:
        leaver = self._of(channel)
        if leaver is None:
            return True
        reaches = leaver.way.reaches
        return reaches[script] if script in reaches else reaches.get("", True)

    def commands(self, command: Command) -> None:
        leaver = self._of(command.channel)
        if leaver is None:
            return
        if command.so_far[-1].startswith("EXEC Record"):
            leaver.meets("Record")
        name = self._named(command)
        if self._takes(leaver, name):
            leaver.goes(name)
            leaver.over.wait(10)
        elif command.lasts and self._takes(leaver, name + MIDST):
            leaver.goes(name + MIDST, WITHIN)

    def _named(self, command: Command) -> str:
        """A stage of a script is what was said until then: another way to the same command is another."""
        return f"{command.stage} ({zlib.crc32(repr(command.so_far).encode()):08x})"

    def _of(self, channel: str) -> Leaver | None:
        """Whose channel that is: the exchange tells it a moment after it begins."""
        end = time.monotonic() + 1
        while channel not in self._channels and time.monotonic() < end:
            time.sleep(0.005)
        return self._channels.get(channel)
