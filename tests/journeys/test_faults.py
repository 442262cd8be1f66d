"""Parts of the house die, stop or go away while people call: nobody is lost, nobody hears silence, nothing is missing after."""

import os
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import redis
from sqlalchemy import select

from agi.voice import GRACE, seconds_of
from cli import sip
from cli.sip_scenario import Say, Signal, Step, Told, Wait
from dispatch.calls.calls import Call, CallStep, Outcome
from dispatch.tickets.codes import DIGITS, digest
from tests.journeys import ears, prompter
from tests.journeys.trouble import (
    Breakable,
    accounted,
    all_ended,
    breakable,
    calling,
    heard_somebody,
    number_of,
    opened_by,
    operator,
    ticket_of,
)
from tests.support.servers import POSTGRES, broker, postgresql

pytestmark = [pytest.mark.journey, pytest.mark.timeout(240)]
# A telephone that sends nothing while nobody speaks is the harder one: the recording must go on all the same.
# What he is asked after that, where FastAGI is there to ask it, he passes by.
WORD = ears.PROMPTS / "liaison_gone.alaw"
SPEAKS = (Told("tone"), Say(WORD), Wait(seconds_of("hotline/liaison_gone")), Signal("#", 0.6), *ears.PASSES_BY, Told("code"), Wait(0.5))
LEAVES_A_MESSAGE: tuple[Step, ...] = (Wait(1.5), Signal("0", 0), *SPEAKS)
LEAVES_A_MESSAGE_UNASKED: tuple[Step, ...] = SPEAKS
WAITS_THEN_LEAVES_A_MESSAGE: tuple[Step, ...] = (Wait(1.5), Signal("0", 0), Told("queue"), Wait(1), Signal("1", 0), *SPEAKS)
HEARS_HIS_CODE = Wait(11)
ASKS_THE_MACHINE: tuple[Step, ...] = (Wait(1.5), Signal("1", 0))
KEYS_A_DEPARTMENT: tuple[Step, ...] = (Told(), Signal("1", 0.25), Signal("0", 0.25), Signal("1", 0))  # soon: meanwhile nothing is said to him
IN_THE_MIDST = 2  # seconds after a script has begun
TO_ITS_KEYS = len(ASKS_THE_MACHINE)  # where he listens until he is told to press them
IS_HANDED_ON: tuple[Step, ...] = (Told("person"), Wait(4))
TALKS: tuple[Step, ...] = (Wait(1.5), Signal("0", 0), Told())

RUDE = {
    '"EVIL \\" b\\\\ \', ${CALLID} ;=|"': "13900008001",
    '"EVIL%0d%0ab%0aagi_arg_1: x"': "13900008002%0d%0aEVIL:%20x%0a",
    '"EVIL${SHELL(id)}"': "13900008003$%7BSHELL(id)%7D",
    '"EVIL\xff\xfe\xc3\x28"': "13900008004%ff%fe",
}


@pytest.fixture(scope="module")
def house() -> Iterator[Breakable]:
    with breakable() as house:
        yield house


@contextmanager
def stopped(*parents: int) -> Iterator[None]:
    """Processes and their children stopped dead: who asks them anything waits, nothing is refused, nothing breaks off."""
    pids = [pid for parent in parents for pid in family(parent)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)


def family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(one for child in children for one in family(int(child)))]


@contextmanager
def locked(house: Breakable) -> Iterator[None]:
    """Somebody holds the database for himself."""
    holder = sqlite3.connect(house.settings.folder / "hotline.db", isolation_level=None, timeout=20)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        holder.execute("ROLLBACK")
        holder.close()


def others(house: Breakable) -> set[str]:
    """Every part of ours but FastAGI."""
    found = {child.name for child in house.supervisor.children} - {"agi", "exchange"}
    assert {"broker", "worker", "listen", "web"} <= found
    return found


def killed(house: Breakable, *names: str) -> dict[str, int]:
    before = {name: house.pid(name) for name in names}
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    return before


def in_a_script(house: Breakable, *names: str) -> None:
    """Wait until each of them is, after the menu: it speaks to him, or listens."""

    def are_there(_: object) -> bool | None:
        channels = [line.split("!") for line in house.exchange.cli("core show channels concise").splitlines()]
        there = {row[7] for row in channels if len(row) > 7 and (row[1], row[4]) == ("ask", "Up")}
        return {number_of(name) for name in names} <= there or None

    house.eventually(are_there)
    time.sleep(IN_THE_MIDST)


def test_fastagi_killed_among_calls(house: Breakable) -> None:
    codes = house.codes()
    with operator(house), calling(house, asks1=(*ASKS_THE_MACHINE, Told())) as asking:
        in_a_script(house, "asks1")
        before = killed(house, "agi")
        prompter.until(house, number_of("asks1"), "talk")
        house.revived("agi", before["agi"])
        before = killed(house, "agi")  # who comes next meets it dead, too
        waits = (Told("queue"), Wait(1), Signal("1", 0), *SPEAKS)
        with calling(house, waits1=waits) as waiting:
            all_ended(waiting)
        prompter.hang_up(asking["asks1"])
    house.revived("agi", before["agi"])
    asked = accounted(house, "asks1", Outcome.ANSWERED_BY_OPERATOR)
    waited = accounted(house, "waits1", Outcome.MESSAGE_LEFT)
    opened_by(house, codes, [ticket_of(house, waited)])
    heard_somebody(house, asked, waited)


def test_fastagi_stopped_among_calls_and_everything_else_of_ours_soon_after(house: Breakable) -> None:
    """He who asks is handed on without FastAGI; he who comes next meets the exchange alone."""
    codes = house.codes()
    with calling(house, asks2=(*ASKS_THE_MACHINE, *IS_HANDED_ON)) as asking:
        in_a_script(house, "asks2")
        with stopped(house.pid("agi")):
            prompter.until(house, number_of("asks2"), "person")
            with stopped(*map(house.pid, others(house))), calling(house, leaves2=LEAVES_A_MESSAGE_UNASKED) as leaving:
                all_ended(asking | leaving)
    # between the end of a sound and the exchange's patience nobody is there to send anything
    asked = accounted(house, "asks2", Outcome.ABANDONED, within=GRACE + 0.5)
    left = accounted(house, "leaves2", Outcome.MESSAGE_LEFT)
    opened_by(house, codes, [ticket_of(house, left)])
    heard_somebody(house, asked, left)


def test_the_database_held_by_somebody_else_for_longer_than_anybody_waits(house: Breakable) -> None:
    codes = house.codes()
    with calling(
        house, asks3=(*ASKS_THE_MACHINE, *KEYS_A_DEPARTMENT, *IS_HANDED_ON), leaves3=LEAVES_A_MESSAGE
    ) as before:
        in_a_script(house, "asks3", "leaves3")
        with locked(house), calling(house, arrives3=(*LEAVES_A_MESSAGE_UNASKED, HEARS_HIS_CODE)) as during:
            prompter.go_on(before["asks3"], TO_ITS_KEYS)
            all_ended(before | during)
    asked = accounted(house, "asks3", Outcome.ABANDONED)
    left, arrived = (accounted(house, name, Outcome.MESSAGE_LEFT) for name in ("leaves3", "arrives3"))
    opened_by(house, codes, [ticket_of(house, left), ticket_of(house, arrived)])
    heard_somebody(house, asked, left, arrived)
    heard = ears.of_call(house, arrived.id)
    _, spelled = heard.prompt("your_code_is")
    assert ticket_of(house, arrived).code_digest == digest(heard.digits(DIGITS, after=spelled), settings=house.settings)


def test_the_link_to_the_exchange_cut_and_broker_and_worker_killed_while_an_operator_talks(house: Breakable) -> None:
    codes = house.codes()
    with operator(house), calling(house, talks4=TALKS) as talking:
        prompter.until(house, number_of("talks4"), "queue")
        house.relay.cut()
        dead = killed(house, "broker", "worker")
        with calling(house, waits4=WAITS_THEN_LEAVES_A_MESSAGE) as waiting:
            all_ended(waiting)
        prompter.hang_up(talking["talks4"])
        house.relay.mend()
    for name, pid in dead.items():
        house.revived(name, pid)
    talked = accounted(house, "talks4", Outcome.ANSWERED_BY_OPERATOR)
    waited = accounted(house, "waits4", Outcome.MESSAGE_LEFT)
    opened_by(house, codes, [ticket_of(house, waited)])
    heard_somebody(house, talked, waited)


def test_the_exchange_mute_and_everything_but_fastagi_stopped_dead(house: Breakable) -> None:
    codes = house.codes()
    with calling(house, leaves5=LEAVES_A_MESSAGE, asks5=(*ASKS_THE_MACHINE, Told(), Signal("0", 0), *IS_HANDED_ON)) as before:
        in_a_script(house, "leaves5", "asks5")
        house.relay.stall()
        with stopped(*map(house.pid, others(house))), calling(house, arrives5=LEAVES_A_MESSAGE) as during:
            prompter.go_on(before["asks5"], TO_ITS_KEYS)
            all_ended(before | during)
        house.relay.mend()
    asked = accounted(house, "asks5", Outcome.ABANDONED)
    calls = [accounted(house, name, Outcome.MESSAGE_LEFT) for name in ("leaves5", "arrives5")]
    opened_by(house, codes, [ticket_of(house, call) for call in calls])
    heard_somebody(house, asked, *calls)


@pytest.mark.parametrize(("name", "number"), list(RUDE.items()), ids=["quotes", "lines", "expression", "bytes"])
def test_whatever_a_caller_calls_himself_his_row_is_clean(house: Breakable, name: str, number: str) -> None:
    result = sip.place(Wait(1.5), port=house.port, caller=number, name=name)
    assert (result.ok, result.failed) == (1, 0), result.log
    clean(house, house.call_of(number[:11]), "EVIL")


def test_a_name_of_ten_thousand_characters_is_refused_or_dropped_and_the_next_caller_is_served(
    house: Breakable,
) -> None:
    caller = "13900009000"
    result = sip.place(Wait(1), port=house.port, caller=caller, name=f'"{"y" * 10_000}"', seconds=4)
    assert sip.place(Wait(1.5), port=house.port, caller="13900009001").ok == 1
    clean(house, house.call_of("13900009001"), "yyyy")
    if result.ok:
        clean(house, house.call_of(caller), "yyyy")
        return
    # refused: the exchange knows of no such call, and neither do we
    assert caller not in house.noted()
    with house.database.reading() as session:
        assert session.scalar(select(Call.id).where(Call.caller == caller)) is None


def clean(house: Breakable, call: Call, word: str) -> None:
    """One call as any other, and what its caller called himself stands nowhere: in no row, record or log of ours.

    The exchange's own console may quote what it cleaned or dropped; nothing of it was ever executed."""
    with house.database.reading() as session:
        told = repr([vars(row) for row in session.scalars(select(CallStep).where(CallStep.call_id == call.id))])
    assert (call.dialled, call.outcome) == ("96128", Outcome.HUNG_UP)
    logs = "".join(path.read_text(errors="replace") for path in (house.settings.folder / "log").glob("*.log"))
    assert word not in repr(vars(call)) + told + logs + house.noted()
    assert "uid=0(" not in logs + house.noted() + house.exchange.log


@dataclass
class Apart:
    """A house whose database and broker are servers of their own, in a folder."""

    house: Breakable
    folder: Path
    redis: ExitStack

    def start_redis(self) -> None:
        self.redis.enter_context(broker("redis-server", self.folder / "redis"))


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    with tempfile.TemporaryDirectory(prefix="hl-pg-", ignore_cleanup_errors=True) as name, ExitStack() as stack:
        folder = Path(name)  # short enough for a socket
        database = stack.enter_context(postgresql(folder))
        stack.callback(pg_ctl, folder, "-m", "fast", "stop", check=False)
        redis = stack.enter_context(ExitStack())
        address = redis.enter_context(broker("redis-server", folder / "redis"))
        yield Apart(stack.enter_context(breakable(DATABASE_URL=database, REDIS_URL=address)), folder, redis)


def test_a_redis_stopped_dead_then_gone_and_started_again(apart: Apart) -> None:
    house, codes = apart.house, apart.house.codes()
    with redis.Redis.from_url(house.settings.redis_address) as client:
        pid = int(client.info()["process_id"])
    with operator(house), ExitStack() as stack:
        talking = stack.enter_context(calling(house, talks7=TALKS))
        prompter.until(house, number_of("talks7"), "queue")
        away_since = time.monotonic()
        with stopped(pid):
            waiting = stack.enter_context(calling(house, waits7=WAITS_THEN_LEAVES_A_MESSAGE))
            time.sleep(6)
        apart.redis.close()
        all_ended(waiting)
        prompter.hang_up(talking["talks7"])
    assert time.monotonic() - away_since > 15
    apart.start_redis()
    talked = accounted(house, "talks7", Outcome.ANSWERED_BY_OPERATOR)
    waited = accounted(house, "waits7", Outcome.MESSAGE_LEFT)
    opened_by(house, codes, [ticket_of(house, waited)])
    heard_somebody(house, talked, waited)


def test_a_postgresql_stopped_dead_then_gone_and_started_again(apart: Apart) -> None:
    house, folder, codes = apart.house, apart.folder, apart.house.codes()
    with ExitStack() as stack:
        asks = (*ASKS_THE_MACHINE, *KEYS_A_DEPARTMENT, *IS_HANDED_ON)
        lines = stack.enter_context(calling(house, leaves6=LEAVES_A_MESSAGE, asks6=asks))
        in_a_script(house, "leaves6", "asks6")
        with stopped(int((folder / "data/postmaster.pid").read_text().split()[0])):
            lines |= stack.enter_context(calling(house, arrives6=LEAVES_A_MESSAGE_UNASKED))
            prompter.go_on(lines["asks6"], TO_ITS_KEYS)
            prompter.until(house, number_of("asks6"), "person")  # he has waited for an answer in vain
        pg_ctl(folder, "-m", "immediate", "stop")
        lines |= stack.enter_context(calling(house, follows6=LEAVES_A_MESSAGE_UNASKED))
        all_ended(lines)
    options = f"-k {folder} -c listen_addresses= -c fsync=off"
    pg_ctl(folder, "-l", str(folder / "log2"), "-o", options, "-w", "start")
    asked = accounted(house, "asks6", Outcome.ABANDONED)
    left = [accounted(house, name, Outcome.MESSAGE_LEFT) for name in ("leaves6", "arrives6", "follows6")]
    opened_by(house, codes, [ticket_of(house, call) for call in left])
    heard_somebody(house, asked, *left)


def pg_ctl(folder: Path, *what: str, check: bool = True) -> None:
    as_user = ["setpriv", "--reuid", "postgres", "--regid", "postgres", "--clear-groups"] if os.geteuid() == 0 else []
    command = [*as_user, str(POSTGRES[-1] / "pg_ctl"), "-D", str(folder / "data"), *what]
    subprocess.run(command, check=check, stdout=subprocess.DEVNULL, cwd=folder, timeout=30)
