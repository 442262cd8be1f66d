"""Several exchanges over real wires: each apart, and what becomes of callers when one dies."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from ami_listener.listening import listen_to_all
from ami_listener.several import LINKED_AGAIN, Nodes
from dispatch.callbacks import callbacks, missed
from dispatch.callbacks.missed import MissedCaller
from dispatch.callbacks.telephone import Telephone
from dispatch.calls import calls
from dispatch.calls.calls import Call, Outcome
from dispatch.calls.desk import Presence
from dispatch.worker import SWEEP_SECONDS
from hotline.accounts.roles import Role
from hotline.database import Database
from hotline.events import Bus
from hotline.exchange import holding
from hotline.settings import Settings
from hotline.times import now
from tests.ami_listener.switch import Switch
from tests.dispatch import town
from tests.dispatch.town import CALL, CALLER

OTHER = "20261123090000-00000000beef"
DEAD = 1.0
ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # the other knows nothing else of it


@dataclass
class Two:
    """Two exchanges that a listener hears."""

    settings: Settings
    database: Database
    first: Switch
    second: Switch

    def holder(self) -> str:
        with self.database.reading() as session:
            return holding.holder(session, settings=self.settings)

    def call(self, call_id: str) -> Call:
        with self.database.reading() as session:
            return session.get_one(Call, call_id)

    def eventually(self, look: Callable[[], object], seconds: float = 10) -> None:
        end = time.monotonic() + seconds
        while not look():
            assert time.monotonic() < end, "not in time"
            time.sleep(0.05)


@contextmanager
def heard(settings: Settings, database: Database, *, dead: float = DEAD) -> Iterator[Two]:
    stop = threading.Event()
    with ExitStack() as stack:
        first, second = Switch(), Switch()
        stack.callback(first.close)
        stack.callback(second.close)
        both = settings.model_copy(update={
            "ami_port": first.address.port, "ami_secret": SecretStr("secret"), "exchange_dead_seconds": dead,
            "more_exchanges": f"exchange2=127.0.0.1:{second.address.port}/127.0.0.1:5070",
        })  # fmt: skip
        bus = Bus(f"unix://{settings.folder}/nobody.sock")
        thread = threading.Thread(target=listen_to_all, args=(both, database, bus, stop), daemon=True)
        for switch in (first, second):
            switch.store["codepool", "tail"] = "200"
        thread.start()
        stack.callback(thread.join, 10)
        stack.callback(stop.set)
        two = Two(both, database, first, second)
        two.eventually(lambda: all(("nodes", "holder") in switch.store for switch in (first, second)))
        yield two


@pytest.fixture
def two(settings: Settings, database: Database) -> Iterator[Two]:
    with heard(settings, database) as two:
        yield two


def dies(switch: Switch) -> None:
    """It is gone, and nobody can link to it any more."""
    switch.listener.shutdown(socket.SHUT_RDWR)
    switch.close()


def waits(two: Two, call_id: str, node: str) -> None:
    """A caller waits in the queue of an exchange, known and seen there."""
    switch = {"exchange1": two.first, "exchange2": two.second}[node]
    row = {"Channel": f"PJSIP/{call_id}", "AccountCode": call_id, "Uniqueid": f"{node}-{call_id}", "Linkedid": f"{node}-{call_id}"}
    switch.channels.append(row)
    with two.database.writing() as session:
        calls.begin(session, call_id, caller=CALLER, node=node, uniqueid=row["Uniqueid"], at=now())
        calls.queue(session, session.get_one(Call, call_id), at=now())


def test_who_waits_on_an_exchange_that_dies_is_owed_a_call_within_ten_seconds(two: Two) -> None:
    waits(two, CALL, "exchange1")
    waits(two, OTHER, "exchange2")
    died = time.monotonic()
    dies(two.first)
    two.eventually(lambda: two.call(CALL).ended_at)
    with two.database.writing() as session:  # as the worker does every two seconds
        assert missed.gather(session, settings=two.settings, at=now() + missed.SETTLED) == 1
        assert session.scalars(select(MissedCaller.number)).all() == [CALLER]
    assert time.monotonic() - died + missed.SETTLED.total_seconds() < 10
    assert two.call(CALL).outcome == Outcome.ABANDONED
    assert two.call(OTHER).ended_at is None, "the other exchange's caller still waits"
    two.eventually(lambda: two.second.store["nodes", "holder"] == "exchange2")
    assert two.holder() == "exchange2"


@ONE_DATABASE
def test_how_long_it_had_said_nothing_counts_but_for_a_moment_to_link_again(settings: Settings, database: Database) -> None:
    both = settings.model_copy(update={"exchange_dead_seconds": 60.0, "more_exchanges": "exchange2=127.0.0.1:5039/127.0.0.1:5070"})
    nodes = Nodes(both, database)
    nodes.heard("exchange1")
    nodes.heard("exchange2")
    nodes.lost("exchange1", heard_at=now() - timedelta(seconds=90))
    nodes.tend()
    assert nodes.dead == frozenset()
    time.sleep(LINKED_AGAIN + 0.05)
    nodes.tend()
    assert nodes.dead == {"exchange1"}


@pytest.mark.proof
@ONE_DATABASE
def test_who_waits_on_an_exchange_that_falls_silent_is_owed_a_call_within_ten_seconds_by_the_settings_as_shipped(
    settings: Settings, database: Database, record_property: Callable[[str, object], None]
) -> None:
    """It is stopped, or its cable was cut: nothing says that the link is gone, and who tries again gets no word."""
    with heard(settings, database, dead=Settings.model_fields["exchange_dead_seconds"].default) as two:
        waits(two, CALL, "exchange1")
        since = time.monotonic()
        two.first.deaf, two.first.banner = True, b""
        two.eventually(lambda: two.call(CALL).ended_at)
        took = time.monotonic() - since + SWEEP_SECONDS
        with two.database.writing() as session:
            assert missed.gather(session, settings=two.settings, at=now()) == 1
    record_property("figures", f"owed {took:.1f} s after its last word, should the worker have just looked")
    assert took < 10


@ONE_DATABASE
def test_who_came_in_on_the_other_one_is_led_back_and_goes_on(two: Two) -> None:
    waits(two, CALL, "exchange1")
    two.second.channels.append({
        "Channel": "PJSIP/trunk-7", "AccountCode": CALL, "Uniqueid": "exchange2-7", "Linkedid": "exchange2-7",
        "Context": "elsewhere", "Application": "Dial", "ApplicationData": "PJSIP/person@exchange1,4,g",
    })  # fmt: skip
    time.sleep(2.2)  # it has been seen there
    dies(two.first)
    two.eventually(lambda: ("Redirect", "PJSIP/trunk-7", "people", "s", "", "", "") in two.second.deeds)
    two.second.event({"Event": "UserEvent", "UserEvent": "Stage", "Stage": "queue", "CallID": CALL, "Uniqueid": "exchange2-7",
                      "Channel": "PJSIP/trunk-7", "CallerIDNum": CALLER})  # fmt: skip
    two.eventually(lambda: two.call(CALL).node == "exchange2")
    assert two.call(CALL).ended_at is None


@ONE_DATABASE
def test_who_was_on_one_that_began_anew_is_led_back_too(two: Two) -> None:
    """It was back before it counted as dead, and knows nothing of him."""
    waits(two, CALL, "exchange1")
    two.first.channels.clear()
    two.second.channels.append({
        "Channel": "PJSIP/trunk-7", "AccountCode": CALL, "Uniqueid": "exchange2-7", "Linkedid": "exchange2-7",
        "Context": "elsewhere", "Application": "Dial", "ApplicationData": "PJSIP/person@exchange1,4,g",
    })  # fmt: skip
    two.eventually(lambda: ("Redirect", "PJSIP/trunk-7", "people", "s", "", "", "") in two.second.deeds)


@ONE_DATABASE
def test_only_who_holds_the_queues_tells_of_phones(two: Two) -> None:
    with two.database.writing() as session:
        account = town.somebody(session, Role.OPERATOR, extension="8001").id
    two.first.devices["PJSIP/8001"], two.second.devices["PJSIP/8001"] = "NOT_INUSE", "UNAVAILABLE"

    def state() -> str | None:
        with two.database.reading() as session:
            presence = session.get(Presence, account)
            return presence.phone_state if presence else None

    two.eventually(lambda: state() == "NOT_INUSE")
    two.second.event({"Event": "DeviceStateChange", "Device": "PJSIP/8001", "State": "UNAVAILABLE"})
    time.sleep(2.5)
    assert state() == "NOT_INUSE"


def test_a_drained_exchange_passes_the_queues_on_and_its_callers_stay(two: Two) -> None:
    waits(two, CALL, "exchange1")
    two.first.store["nodes", "drained"] = "yes"
    two.eventually(lambda: two.holder() == "exchange2")
    two.eventually(lambda: two.first.store["nodes", "holder"] == two.second.store["nodes", "holder"] == "exchange2")
    assert two.call(CALL).ended_at is None
    telephone = Telephone(two.settings)
    assert telephone.link() is not None
    with two.database.writing() as session:
        owed = callbacks.Callback(number=CALLER, due_at=now() - timedelta(minutes=1))
        session.add(owed)
        session.flush()
        attempt = callbacks.place(session, owed, settings=two.settings, at=now())
        assert session.get_one(Call, attempt.call_id).node == "exchange2", "rung from where the queues are"
    telephone.dial(attempt, CALLER)
    assert "Originate" in [headers["Action"] for headers in two.second.actions]
    telephone.close()
