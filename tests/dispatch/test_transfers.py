"""A hunt over a real database: each step noted before the exchange is asked, each attempt with its outcome, none twice."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from dispatch.calls.calls import CallStep, Step
from dispatch.calls.endings import end_call
from dispatch.transfers import transfer_line, transfers
from dispatch.transfers.hunter import Hunter
from dispatch.transfers.hunting import Outcome
from dispatch.transfers.transfer_line import ROOM, Seen, TransferLine
from dispatch.transfers.transfers import Otherwise, State, Transfer, TransferAttempt, Wish
from hotline.accounts.roles import Role
from hotline.database import Database
from hotline.directory.liaisons import Liaison, Position
from hotline.settings import Settings
from tests.dispatch import town
from tests.dispatch.town import CALL, later

MORNING = later(hours=-2)


@dataclass
class Line:
    """An exchange that remembers what it was asked, and what stood in the database at that moment."""

    database: Database
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    noted: list[str] = field(default_factory=list)
    sees: Seen | None = None

    def ring(self, attempt_id: str, number: str, *, call_id: str, waiting: str, seconds: int) -> None:
        with self.database.reading() as session:  # committed, or it could not be seen
            self.noted.append(session.get_one(TransferAttempt, attempt_id).phone)
        self.asked.append(("ring", number, waiting, seconds))

    def bring_back(self, channel: str, *, call_id: str) -> None:
        self.asked.append(("back", channel))

    def give_up(self, channel: str, *, call_id: str) -> None:
        self.asked.append(("record", channel))

    def hang_up(self, channels: Iterable[str], *, call_id: str) -> None:
        self.asked.append(("hang_up", *channels))

    def seen(self) -> Seen | None:
        return self.sees


@dataclass
class Hunt:
    """One caller who waits for a department with liaisons A and B and a section."""

    database: Database
    settings: Settings
    line: Line
    at: datetime = MORNING

    @property
    def hunter(self) -> Hunter:
        return Hunter(self.settings, self.database, self.line)  # type: ignore[arg-type]

    def begins(self, *, otherwise: Otherwise = Otherwise.RECORD, waits: bool = True, **liaisons: str) -> None:
        with self.database.writing() as session:
            office = town.unit(session, "101", "玉溪市公安局")
            office.transfer_numbers = ["0877-9601013"]
            for position, phone in liaisons.items():
                session.add(Liaison(department_id=office.id, name="张", position=Position[position], phone=phone))
            operator = town.somebody(session, Role.OPERATOR, extension="8001")
            call = town.call(session, at=self.at)
            wish = Wish(office, "consult", "转接公安局。", otherwise)
            transfers.begin(session, call, wish, channel="PJSIP/trunk-1", by=operator, at=self.at)
        if waits:
            self.waits()
        self.follows()

    def waits(self) -> None:
        with self.database.writing() as session:
            self._latest(session).waits_since = self.at

    def follows(self) -> None:
        self.hunter.follow(CALL, at=self.at)

    def goes(self, cause_of: Outcome, seconds: int = 5) -> None:
        """The ringing attempt comes to an end after so many seconds."""
        self.at += timedelta(seconds=seconds)
        with self.database.writing() as session:
            attempt = transfers.ringing(self._latest(session))
            assert attempt is not None
            transfers.over(session, attempt, cause_of, at=self.at)
        self.follows()

    def joins(self) -> None:
        with self.database.writing() as session:
            attempt = transfers.ringing(self._latest(session))
            assert attempt is not None
            transfers.joined(session, attempt, at=self.at)
        self.follows()

    @property
    def rung(self) -> list[str]:
        return [deed[1] for deed in self.line.asked if deed[0] == "ring"]

    @property
    def state(self) -> str:
        with self.database.reading() as session:
            return self._latest(session).state

    @property
    def outcomes(self) -> list[tuple[str, str]]:
        with self.database.reading() as session:
            rows = session.scalars(select(TransferAttempt).order_by(TransferAttempt.number)).all()
            return [(row.position, row.outcome) for row in rows]

    def kinds(self) -> list[str]:
        with self.database.reading() as session:
            return list(session.scalars(select(CallStep.kind).order_by(CallStep.id)))

    def _latest(self, session: Any) -> Transfer:
        found = transfers.latest(session, CALL)
        assert found is not None
        return found


LIST = {"A": "0877-9601011", "B": "0877-9601012"}
A, B, SECTION = "08779601011", "08779601012", "08779601013"


@pytest.fixture
def hunt(database: Database, settings: Settings) -> Hunt:
    return Hunt(database, settings, Line(database))


def test_each_liaison_is_rung_in_turn_and_noted_before_the_exchange_is_asked(hunt: Hunt) -> None:
    hunt.begins(**LIST)
    hunt.goes(Outcome.BUSY)
    hunt.goes(Outcome.NO_ANSWER, 20)
    assert hunt.rung == hunt.line.noted == [A, B, SECTION]
    assert hunt.line.asked[0] == ("ring", A, "PJSIP/trunk-1", 20)
    hunt.joins()
    assert hunt.state == State.CONNECTED
    assert hunt.outcomes == [("A", "busy"), ("B", "no_answer"), ("section", "answered")]
    assert hunt.kinds() == [Step.BEGAN, Step.TRANSFER_BEGAN, *[Step.TRANSFER_TRIED] * 3, Step.TRANSFER_JOINED]


def test_nothing_is_rung_before_the_caller_waits(hunt: Hunt) -> None:
    hunt.begins(waits=False, **LIST)
    assert hunt.line.asked == []


def test_who_rings_is_not_rung_again_whoever_asks_for_the_next_step(hunt: Hunt) -> None:
    hunt.begins(**LIST)
    town.at_once(hunt.follows, threads=4)
    assert hunt.rung == [A]


@pytest.mark.parametrize(("otherwise", "deed"), [(Otherwise.RECORD, "record"), (Otherwise.OPERATOR, "back")])
def test_when_nobody_comes_the_caller_is_recorded_or_brought_back(hunt: Hunt, otherwise: Otherwise, deed: str) -> None:
    hunt.begins(otherwise=otherwise, A=LIST["A"])
    hunt.goes(Outcome.WRONG_PERSON)
    hunt.goes(Outcome.FAILED)
    assert hunt.state == State.NOBODY
    assert hunt.line.asked[-1] == (deed, "PJSIP/trunk-1")


def test_a_number_that_cannot_be_dialled_is_an_attempt_of_its_own(hunt: Hunt) -> None:
    hunt.begins(A="+852 2123 4567", B=LIST["B"])
    assert hunt.rung == [B]
    assert hunt.outcomes == [("A", "number_invalid"), ("B", "")]


def test_when_the_office_closes_in_the_middle_nobody_else_is_rung(hunt: Hunt) -> None:
    hunt.at = later(seconds=-10)
    hunt.begins(**LIST)
    hunt.goes(Outcome.NO_ANSWER, 20)
    assert (hunt.rung, hunt.state) == ([A], State.OUT_OF_HOURS)
    assert hunt.outcomes == [("A", "no_answer"), ("", "out_of_hours")]
    assert hunt.line.asked[-1] == ("record", "PJSIP/trunk-1")


def test_when_the_caller_hangs_up_the_liaison_rings_no_longer(hunt: Hunt) -> None:
    hunt.begins(**LIST)
    with hunt.database.writing() as session:
        end_call(session, CALL, settings=hunt.settings, at=hunt.at)
    hunt.follows()
    assert (hunt.state, hunt.outcomes) == (State.CALLER_HUNG_UP, [("A", "caller_hung_up")])
    assert hunt.line.asked[-1][0] == "hang_up"
    assert len(hunt.rung) == 1


def test_what_stopped_is_hung_up_until_its_channel_is_gone_and_nothing_follows(hunt: Hunt) -> None:
    hunt.begins(**LIST)
    with hunt.database.writing() as session:
        transfer = transfers.latest(session, CALL)
        assert transfer is not None
        assert transfers.settle(session, transfer, State.STOPPED, at=hunt.at)
        assert not transfers.settle(session, transfer, State.NOBODY, at=hunt.at)
    hunt.follows()
    assert hunt.line.asked[-1][0] == "hang_up"
    with hunt.database.writing() as session:
        transfers.over(session, session.scalars(select(TransferAttempt)).one(), Outcome.NO_ANSWER, at=hunt.at)
    before = len(hunt.line.asked)
    hunt.follows()
    assert len(hunt.line.asked) == before
    assert hunt.outcomes == [("A", "stopped")]


def _attempt(hunt: Hunt) -> str:
    with hunt.database.reading() as session:
        return session.scalars(select(TransferAttempt.id)).one()


def test_after_a_crash_a_channel_that_lives_is_waited_for_and_one_that_is_nowhere_counts_as_made(hunt: Hunt) -> None:
    hunt.begins(**LIST)
    hunt.line.sees = Seen({_attempt(hunt): "liaison"}, frozenset({CALL}))
    hunt.hunter.look(at=hunt.at + timedelta(seconds=60))
    assert hunt.outcomes == [("A", "")]
    hunt.line.sees = Seen({}, frozenset({CALL}))
    hunt.hunter.look(at=hunt.at + timedelta(seconds=3))  # it may not be among the channels yet
    assert hunt.outcomes == [("A", "")]
    hunt.hunter.look(at=hunt.at + timedelta(seconds=60))
    assert hunt.outcomes == [("A", "in_doubt"), ("B", "")]
    assert hunt.rung == [A, B]


def test_after_a_crash_who_met_the_caller_has_met_him(hunt: Hunt) -> None:
    hunt.begins(**LIST)
    hunt.line.sees = Seen({_attempt(hunt): ROOM}, frozenset())
    hunt.hunter.look(at=hunt.at + timedelta(seconds=60))
    assert (hunt.state, hunt.outcomes) == (State.CONNECTED, [("A", "answered")])
    assert len(hunt.line.asked) == 1


def test_after_a_crash_who_went_back_to_his_operator_is_not_hunted_for_any_longer(hunt: Hunt) -> None:
    hunt.begins(**LIST)
    hunt.line.sees = Seen({_attempt(hunt): "liaison"}, frozenset())
    hunt.hunter.look(at=hunt.at + timedelta(seconds=60))
    assert (hunt.state, hunt.outcomes) == (State.STOPPED, [("A", "stopped")])
    assert hunt.line.asked[-1] == ("hang_up", _attempt(hunt))


def test_whom_the_exchange_did_not_lead_on_is_led_on_and_an_officer_not_left_alone_in_the_room(hunt: Hunt) -> None:
    hunt.begins(A=A)
    for _ in hunt.rung + hunt.rung:
        hunt.goes(Outcome.BUSY)
    assert (hunt.state, hunt.line.asked[-1]) == (State.NOBODY, ("record", "PJSIP/trunk-1"))
    before = list(hunt.line.asked)
    hunt.line.sees = Seen({}, frozenset({CALL}), {CALL: ["operator-1"]})
    hunt.hunter.look(at=hunt.at + timedelta(seconds=2))  # what was asked may be under way
    assert hunt.line.asked == before
    hunt.hunter.look(at=hunt.at + timedelta(seconds=7))
    assert hunt.line.asked == [*before, ("hang_up", "operator-1"), ("record", "PJSIP/trunk-1")]
    hunt.line.sees = Seen({}, frozenset())
    hunt.hunter.look(at=hunt.at + timedelta(seconds=12))
    assert len(hunt.line.asked) == len(before) + 2
    assert hunt.hunter.look(at=hunt.at + timedelta(minutes=11)) == []


def row(uniqueid: str, place: str, *, linked: str = "1.1", call: str = CALL) -> dict[str, str]:
    return {"Uniqueid": uniqueid, "Linkedid": linked, "Context": place, "AccountCode": call, "Channel": f"PJSIP/{uniqueid}"}


@pytest.mark.parametrize(("caller", "alone"), [("transfer", {}), (ROOM, {}), ("message", {CALL: ["1.2"]}), (None, {CALL: ["1.2"]})])
def test_who_is_in_a_room_without_its_caller_is_seen(monkeypatch: pytest.MonkeyPatch, caller: str | None, alone: object) -> None:
    rows = [row("1.2", ROOM), row("liaison-9", ROOM, linked="liaison-9"), row("2.1", "queue", linked="2.1", call="other")]
    if caller:
        rows.append(row("1.1", caller))
    monkeypatch.setattr(transfer_line.actions, "core_show_channels", lambda link: rows)
    seen = TransferLine(lambda: None, None).seen()  # type: ignore[arg-type, return-value]
    assert seen is not None
    assert {call: [one for one in ids if one != "liaison-9"] for call, ids in seen.alone.items()} == alone


def test_where_nothing_is_hunted_for_the_exchange_is_not_asked(hunt: Hunt) -> None:
    assert hunt.hunter.look(at=hunt.at) == []


def test_a_new_hunt_ends_one_that_never_came_to_ring(hunt: Hunt) -> None:
    hunt.begins(waits=False, **LIST)
    with hunt.database.writing() as session:
        first = transfers.latest(session, CALL)
        assert first is not None
        call = session.get_one(transfers.Call, CALL)
        wish = Wish(first.department, "consult", "x")
        second = transfers.begin(session, call, wish, channel="c", by=first.account, at=later())
        assert (first.state, second.state) == (State.FAILED, State.RINGING)
