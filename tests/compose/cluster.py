"""The profile `cluster` of compose.yaml, running, and how its test calls it, takes part of it away and looks into it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cli import sip
from cli.installation import secret
from cli.sip import Sipp
from cli.sip_scenario import Say, Step, Wait
from tests.compose.docker import Compose, eventually, started
from tests.journeys.conftest import free_ports
from tests.journeys.trouble import TUNE
from tests.support.own_records import ONE, TWO, OwnRecords

HERE = "127.0.0.2"  # the machine's address; carriers and phones are at another one
OF = {ONE: "asterisk", TWO: "asterisk2"}
IS = """
import os, sys
from sqlalchemy import select
from cli.installation import installation
from dispatch.calls import desk
from hotline.accounts.accounts import Account
from hotline.database import Database
from hotline.times import now
with Database(installation(os.environ).settings.database_address).writing() as session:
    operator = session.scalars(select(Account).where(Account.extension == "8001")).one()
    desk.set_readiness(session, operator, desk.Readiness(sys.argv[1]), at=now())
"""
RINGS = """
import os, sys
from sqlalchemy import select
from cli.installation import installation
from dispatch.callbacks import by_person
from dispatch.callbacks.missed import MissedCaller
from dispatch.callbacks.telephone import Telephone
from hotline.accounts.accounts import Account
from hotline.database import Database
from hotline.times import now
settings = installation(os.environ).settings
with Database(settings.database_address).writing() as session:
    operator = session.scalars(select(Account).where(Account.extension == "8001")).one()
    missed = session.scalars(select(MissedCaller).where(MissedCaller.number == sys.argv[1])).one()
    callback = by_person.take(session, missed.callback_id, by=operator, settings=settings, at=now())
    attempt = by_person.ring(session, callback, by=operator, settings=settings, at=now())
    session.flush()
    session.expunge(attempt)
Telephone(settings).connect(attempt, sys.argv[1], extension="8001")
"""


@dataclass(frozen=True)
class Cluster:
    """Two exchanges behind Kamailio. `ports`: those of the exchanges themselves."""

    compose: Compose
    ports: dict[str, int]
    port: int
    carrier: int

    @property
    def folder(self) -> Path:
        return Path(self.compose.setting("FOLDER"))

    @property
    def records(self) -> OwnRecords:
        return OwnRecords(self.folder / "spool")

    def call(self, callers: Sequence[str], *steps: Step, rate: float = 4) -> Sipp:
        return sip.call(*steps, host=HERE, port=self.port, callers=callers, rate=rate)

    def rows(self, columns: str, callers: Sequence[str]) -> list[list[str]]:
        """These columns of the callers' calls, and of their recordings."""
        recorded = "LEFT JOIN recording r ON r.call_id = c.id AND r.kind = 'call' AND r.state = 'complete'"
        query = f"SELECT {columns} FROM call c {recorded} WHERE c.caller IN ({listed(callers)})"  # noqa: S608 (our own words)
        found = self.compose.row(query)
        return [line.split("|") for line in found.splitlines()]

    def of(self, callers: Sequence[str], *, seconds: float = 30) -> Counter[str]:
        """Which exchanges had their calls in the end, once all have ended."""
        there = lambda: sum(bool(outcome) for (outcome,) in self.rows("c.outcome", callers)) == len(callers)  # noqa: E731
        eventually(there, seconds)
        return Counter(node for (node,) in self.rows("c.node", callers))

    def there(self, callers: Sequence[str], *, queued: bool = False) -> None:
        """Wait until all have begun, or wait for a person."""
        column = "c.queued_at" if queued else "c.id"
        eventually(lambda: sum(bool(one) for (one,) in self.rows(column, callers)) == len(callers), 30)

    def recorded(self, callers: Sequence[str], seconds: float = 60) -> dict[str, float]:
        """Seconds of each call's recording, once all are complete."""
        eventually(lambda: all(found for _, found in self.rows("c.id, r.seconds", callers)), seconds)
        return {call: float(found) for call, found in self.rows("c.id, r.seconds", callers)}

    def off(self, callers: Sequence[str]) -> float:
        """By how much the worst recording is shorter or longer than its call."""
        lives = self.records.lives()
        return max(abs(seconds - lives[call]) for call, seconds in self.recorded(callers).items())

    def owed(self, callers: Sequence[str]) -> int:
        """How many of them are owed a call."""
        query = f"SELECT count(*) FROM missed_caller WHERE number IN ({listed(callers)})"  # noqa: S608
        return int(self.compose.row(query))

    def holder(self, node: str) -> None:
        """Wait until that exchange holds the queues."""
        youngest = "SELECT node FROM queue_held ORDER BY id DESC LIMIT 1"
        eventually(lambda: (self.compose.row(youngest) or ONE) == node, 20)

    def taking(self, *services: str) -> None:
        """Wait until Kamailio gives calls to these exchanges and to no others."""
        wanted = {f"sip:{HERE}:{self.ports[one]}" for one in services}
        eventually(lambda: self._taken() == wanted, 40)

    def _taken(self) -> set[str]:
        """AP is active and looked at."""
        lines = self._kamcmd("dispatcher.list").splitlines()
        uris = [line.split()[-1] for line in lines if "URI:" in line]
        states = [line.split()[-1] for line in lines if "FLAGS:" in line]
        return {uri for uri, state in zip(uris, states, strict=True) if state == "AP"}

    def _kamcmd(self, *words: str) -> str:
        socket = f"unix:{self.folder}/run/dispatcher.sock"
        return self.compose("exec", "-T", "kamailio", "kamcmd", "-s", socket, *words)

    @contextmanager
    def only(self, node: str) -> Iterator[None]:
        """New calls come in there; Kamailio is told by hand to leave the others out."""
        others = [f"sip:{HERE}:{port}" for one, port in self.ports.items() if one != node]
        for uri in others:
            self._kamcmd("dispatcher.set_state", "d", "1", uri)
        yield
        for uri in others:
            self._kamcmd("dispatcher.set_state", "ap", "1", uri)

    def asterisk(self, node: str, words: str) -> str:
        return self.compose("exec", "-T", OF[node], "asterisk", "-rx", words)

    def up(self, *words: str) -> None:
        self.compose("up", "--detach", "--wait", "--no-deps", *words)

    @contextmanager
    def operator(self, state: str = "ready") -> Iterator[None]:
        """An operator whose phone is signed in at both exchanges."""
        password, port = secret(self.folder, "phone_8001"), sip.free_port()
        for exchange in self.ports.values():
            sip.register("8001", password, host=HERE, exchange=exchange, port=port)
        with sip.answer(Say(TUNE), Wait(60), port=port):
            self.operator_is(state)
            self._signed_on(*self.ports)
            yield
            self.operator_is("away")
            self._signed_on()

    def operator_is(self, state: str) -> None:
        self.compose("exec", "-T", "web", "python", "-c", IS, state)

    def ring_back(self, number: str) -> None:
        """What the desk asks for when he rings a caller back."""
        self.compose("exec", "-T", "web", "python", "-c", RINGS, number)

    def _signed_on(self, *nodes: str) -> None:
        living = [node for node in self.ports if self.compose.pid(OF[node])]
        there = lambda: [one for one in living if "PJSIP/8001" in self.asterisk(one, "queue show hotline")]  # noqa: E731
        eventually(lambda: there() == [one for one in living if one in nodes], 20)


@contextmanager
def cluster(engine: dict[str, str]) -> Iterator[Cluster]:
    """The whole system with the profile, as docs/operations.md says it is set up."""
    first, second, port, carrier = (sip.free_port() for _ in range(4))
    (ami,) = free_ports(1)
    with started(
        engine, profiles="cluster", SIP_BIND=HERE, SIP_PORT=str(first), DISPATCHER=f"{HERE}:{port}", QUESTION_STEPS="",
        MORE_EXCHANGES=f"{TWO}=127.0.0.1:{ami}/{HERE}:{second}", TRUNK_CONTACT=f"sip:127.0.0.1:{carrier}",
        CALLBACK_HOURS="00:00-24:00",
    ) as compose:  # fmt: skip
        made = Cluster(compose, {ONE: first, TWO: second}, port, carrier)
        said = ["add", "wang", "--name", "王丽", "--role", "operator", "--extension", "8001"]
        compose("exec", "-T", "web", "hotline", "accounts", *said)
        made.taking(ONE, TWO)
        for node in made.ports:  # what an exchange needs to do without ours for a while
            eventually(lambda node=node: "codepool" in made.asterisk(node, "database show codepool"))  # type: ignore[misc]
        yield made


def listed(callers: Sequence[str]) -> str:
    return ", ".join(f"'{caller}'" for caller in callers)


def people(many: int, group: str) -> list[str]:
    """Telephones that no other test has, none near another."""
    return [f"139{group}{n * 101:06d}" for n in range(many)]
