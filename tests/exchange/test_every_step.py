"""A caller hangs up at every step of the dialplan and at every command of every script of a whole house, each once, by BYE
or before he is answered by CANCEL: the exchange goes no further with him, and nothing of his call is left.

The stages are not listed here: they are the steps of the files and what FastAGI says on the wire. In pieces: with the
environment's WALKED, a file, those at which people hung up before are left alone, and new ones are added to it."""

import csv
import dataclasses
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from agi.run import SCRIPTS
from cli import dialplan, sip
from cli.exchange_plan import ExchangePlan
from cli.installation import secret
from cli.sip_scenario import Press, Wait
from dispatch.calls.calls import Call
from dispatch.tickets.tickets import Ticket
from tests.exchange import rung
from tests.exchange.agi_wire import AgiWire
from tests.exchange.held import Held, held, stages
from tests.exchange.leavers import MIDST, Leaver, Way
from tests.exchange.situations import LIAISON, MACHINES, OTHER, OWN, SHARED, SITUATIONS, globally
from tests.exchange.talking import place
from tests.exchange.walk import Walk
from tests.journeys.trouble import breakable
from tests.support.remains import nothing_is_left

LINKS = 2  # to the exchange, which parts of the house open when it is first asked of them: a hunt's, another worker's
ON = 5.0  # seconds after his hang-up by which the exchange has let go of him


@pytest.fixture(scope="module")
def walk() -> Iterator[Walk]:
    """A house whose exchange holds whoever comes to a step that nobody hung up at, and whose FastAGI is on a wire."""
    wires: list[AgiWire] = []

    def made(plan: ExchangePlan) -> Held:
        host, _, port = plan.agi.rpartition(":")
        wires.append(AgiWire((host, int(port))))
        trunk = int(plan.trunks[0].contact.rpartition(":")[2])
        others = (dataclasses.replace(OTHER, sip_port=trunk),)  # who answers there may be another exchange
        return Held(dataclasses.replace(plan, agi=wires[0].address, queue_seconds=9, message_silence=3, others=others, others_secret=SHARED))

    more = {"TRUNK_ADDRESSES": "127.0.0.1,127.0.0.2", "PHONE_SILENT_SECONDS": "5", "QUEUE_OFFER": "true", "PHONES": "9"}
    with breakable(exchange_of=made, **more) as house, globally(OTHERS="")(house):  # type: ignore[arg-type]
        assert sip.place(Wait(0.5), Press("1", 2), port=house.port, calls=16, rate=30).ok == 16  # what opens once is open
        house.eventually(lambda session: None if session.scalar(select(Call.id).where(Call.ended_at.is_(None))) else True)
        trunk = int(house.settings.trunk_contact.rpartition(":")[2])
        sip.register(OWN, secret(house.settings.folder, f"phone_{OWN}"), exchange=house.port, port=trunk)
        walked = Path(os.environ.get("WALKED", os.devnull))
        walk = Walk(house, wires[0], walked.read_text().splitlines() if walked.exists() else ())
        rung.for_his_turn(house, sip.citizens(1, "6")[0])  # he is engaged; the worker has its link from now on
        time.sleep(5)
        yield walk
        walked.write_text("\n".join(sorted(walk.left)))
        walk.close()


def test_a_dialplan_with_its_stops_leads_where_the_real_one_does(tmp_path: Path) -> None:
    real = stages()
    for name, text in held(real).items():
        (tmp_path / name).write_text(text)
    stopping = dialplan.read(tmp_path / "extensions.conf")
    assert list(stopping.lost()) == []
    assert {(one.context, one.extension, one.priority) for one in stopping.targets()} == {
        (one.context, one.extension, one.priority) for one in real.plan.targets()
    }
    assert [step.application for step in stopping.steps][1::2] == [step.application for step in real.plan.steps]


@pytest.mark.journey
@pytest.mark.proof
@pytest.mark.timeout(600)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_whoever_hangs_up_at_any_step_of_dialplan_or_script_leaves_nothing(walk: Walk, situation: str, record_property: Callable[[str, object], None]) -> None:
    of, before = SITUATIONS[situation], len(walk.left)
    with of.around(walk.house), nothing_is_left(place(walk.house), within=45, first_links=LINKS), walk.at_hand(of.who, of.liaison or Way()):
        gone = walk.goes(*of.ways.values(), together=of.together)
    _let_go(walk, [leaver for leaver in gone if leaver.channel])
    _kept(walk, gone, tickets=of.keeps)
    record_property("figures", f"{len(gone)} calls, {len(walk.left) - before} stages")


@pytest.mark.journey
@pytest.mark.proof
def test_no_step_was_left_out_and_no_script(walk: Walk) -> None:
    assert {name for name in walk.stages.met.values() if name not in walk.left} == set()
    assert {stage.partition(" ")[0] for stage in walk.left} >= SCRIPTS.keys()


def _let_go(walk: Walk, gone: list[Leaver]) -> None:
    """Each hung up where he was to, the exchange began no further step for him, and let go of his channel at once."""
    rows = list(csv.reader(walk.house.noted().splitlines()))
    ends = {channel: [float(row[1]) for row in rows if row[0] == "HANGUP" and row[5] == channel] for channel in {leaver.channel for leaver in gone}}
    for leaver in gone:
        assert leaver.outcome != "never ended", f"{leaver.stage or leaver.way}: {leaver.last}"
        assert len(ends[leaver.channel]) == 1, f"{leaver.stage}: {ends[leaver.channel]}"
        assert ends[leaver.channel][0] - leaver.left_at < ON, f"{leaver.stage}: {ends[leaver.channel][0] - leaver.left_at} s later"
        if leaver.stage and not leaver.stage.endswith(MIDST):
            assert leaver.was_there, f"{leaver.stage}: he was led on to {leaver.last}"


def _kept(walk: Walk, gone: list[Leaver], *, tickets: bool) -> None:
    """Each call stands in the books once and has ended, and what somebody told to its end is a ticket."""
    numbers = {leaver.number for leaver in gone} - {MACHINES, LIAISON, OWN}
    told = {leaver.number for leaver in gone if tickets and walk.stages.labelled("message", "told") in {stage for stage, gone in leaver.came if not gone}}

    def settled(session: Session) -> bool | None:
        calls = session.scalars(select(Call).where(Call.caller.in_(numbers), Call.direction == "in")).all()
        assert len({call.caller for call in calls}) == len(calls)
        return True if all(call.ended_at and call.outcome for call in calls) else None

    walk.house.eventually(settled)
    with suppress(AssertionError):
        walk.house.eventually(lambda session: True if told <= set(session.scalars(select(Ticket.caller))) else None)
    with walk.house.database.reading() as session:
        assert told - set(session.scalars(select(Ticket.caller))) == set()
