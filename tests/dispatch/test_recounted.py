"""Every figure of the board, of 附件9, of the departments and of an operator is what the raw rows come to when they are
counted by hand: in worlds thrown by dice, whose calls crowd at midnight, at the month's end, and at fifteen seconds."""

import json
import random
from collections import Counter
from collections.abc import Callable, Collection
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from dispatch.callbacks.callbacks import Callback
from dispatch.callbacks.missed import MissedCaller
from dispatch.callbacks.places import Place
from dispatch.calls import own_calls
from dispatch.calls.assessments import Assessment
from dispatch.calls.calls import Call, CallStep
from dispatch.calls.desk import Offer
from dispatch.calls.handled import Handled, Of
from dispatch.calls.own_calls import OwnFigures
from dispatch.calls.tellings import Telling
from dispatch.figures import monthly, own_figures
from dispatch.figures.asked_hours import Window
from dispatch.figures.board import Board, board
from dispatch.figures.department_figures import Figures, Span, of_departments
from dispatch.figures.figures import Share
from dispatch.figures.rates import Rate
from dispatch.tickets.handings import Handing
from dispatch.tickets.states import TRANSITIONS, State
from dispatch.tickets.tickets import Ticket
from dispatch.transfers.transfers import Transfer, TransferAttempt
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.times import day_begins, day_ends
from knowledge_base.entries import Entry, EntryVersion
from knowledge_base.ledger import LedgerRow
from tests.dispatch import town
from tests.dispatch.test_tellings import authorise

Row = dict[str, Any]
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
EDGES = [datetime(2026, *day, 16, tzinfo=UTC) for day in ((10, 30), (10, 31), (11, 1), (11, 30), (12, 31))]
"""Midnights in Yuxi: of these a month ends on the second, the fourth and the last, and a year on the last."""
AT = datetime(2027, 1, 20, 4, tzinfo=UTC)
CALLS = 90


class Dice(random.Random):
    """What happens in a world."""

    def near(self) -> datetime:
        """A moment at a midnight, or about it."""
        return self.choice(EDGES) + self.choice([-SECOND / 1000, SECOND * 0, SECOND, timedelta(minutes=self.uniform(-900, 900))])

    def maybe(self, share: float) -> bool:
        return self.random() < share

    def after(self, moment: datetime | None, *seconds: float, share: float = 0.8) -> datetime | None:
        return moment + self.choice(seconds) * SECOND if moment is not None and self.maybe(share) else None


class World:
    """Two departments, one of them a county's, and whatever befell them; `account` by who looks."""

    def __init__(self, session: Session, dice: Dice) -> None:
        self.session, self.dice = session, dice
        self.units = [town.unit(session, "201", "市甲局"), town.unit(session, "202", "县乙局", county="530402")]
        self.operators = [town.somebody(session, Role.OPERATOR, login=f"operator{n}") for n in range(2)]
        self.account: dict[str, Account] = {
            "city": town.somebody(session, Role.SUPERVISOR), "unit": town.somebody(session, Role.LEADER, of=self.units[0]),
            "county": town.somebody(session, Role.COUNTY_OFFICE, county="530402"),
        }  # fmt: skip
        self.leave = [authorise(session, one).id for one in self.units]
        self.versions = [self._entry(one.id, n) for n in range(8) for one in self.units]
        for n in range(CALLS):
            self._call(f"call{n:03}")
        for _ in range(40):
            self._handed(None)
        session.flush()

    def reach(self, who: str) -> list[int]:
        """The departments whose rows an account counts."""
        return {"city": [one.id for one in self.units], "unit": [self.units[0].id], "county": [self.units[1].id]}[who]

    def _add(self, row: Any) -> Any:
        self.session.add(row)
        self.session.flush()
        return row

    def _entry(self, unit: int, n: int) -> EntryVersion:
        entry = self._add(Entry(department_id=unit, question=f"问题{n}"))
        for number in range(1, self.dice.randint(2, 4)):
            published = self.dice.near() if self.dice.maybe(0.8) else None
            version = EntryVersion(entry_id=entry.id, number=number, answer="答", spoken="答", written_by="x", valid_from=date(2026, 1, 1),
                                   published_at=published, ended_at=self.dice.after(published, 1, 86_400, 40 * 86_400, share=0.5))  # fmt: skip
            self._add(version)
            self._add(LedgerRow(kind="entry", thing_id=entry.id, version=number, department_id=unit, at=self.dice.near(), by="x",
                                deed=self.dice.choice(["passed", "refused", "referred_up", "swept", "pulled", "written", "checked"])))
        return version

    def _call(self, call_id: str) -> None:
        dice, began = self.dice, self.dice.near()
        direction = "out" if dice.maybe(0.2) else "in"
        queued = dice.after(began, 0, 3.5, 12)
        answered = dice.after(queued, 0, 14.999, 15, 15.001, 40)
        ended = dice.after(answered or queued or began, 0.5, 200, 90_000, share=0.9)
        person = dice.choice(self.operators).id if answered else None
        left = ["abandoned", "message_left", "place_kept"] if queued else ["answered_by_machine", "directed", "progress_told", "hung_up"]
        outcome = "called_back" if direction == "out" else "answered_by_operator" if answered else dice.choice(left)
        self._add(Call(id=call_id, direction=direction, caller="13800000000", began_at=began, queued_at=queued, answered_at=answered,
                       ended_at=ended, operator_id=person, outcome=outcome if ended else None))
        if outcome == "place_kept" and ended:
            over = dice.choice(["", "answered", "refused", "message", "taken_over", "not_reached", "expired"])
            back = self._add(Callback(number="1", due_at=ended))
            self._add(Place(call_id=call_id, callback_id=back.id, number="1", queued_at=queued, kept_at=ended, over=over))
        if outcome == "abandoned" and ended:
            self._missed(began, ended)
        for _ in range(dice.randint(0, 2) if queued else 0):
            self._rang(call_id, person, queued, answered)
        moment = ended or began
        for _ in range(dice.choice([0, 0, 0, 1, 2])):
            self._told(call_id, moment)
            self._handed_on(call_id, moment)
            self._handed(call_id, at=moment)
            self._add(CallStep(call_id=call_id, at=moment, kind="rated", detail={"of": dice.choice(["operator", "department", "machine"]),
                                                                                 "grade": dice.choice([1, 2, 3, 4, 5, None])}))
        if person and dice.maybe(0.4):
            self._add(Assessment(call_id=call_id, operator_id=person, drawn=True, by="x", at=moment, score=dice.choice([None, 60, 95])))

    def _rang(self, call_id: str, person: int | None, queued: datetime | None, answered: datetime | None) -> None:
        taker = self.dice.choice(self.operators).id
        took = answered if taker == person else None
        over = self.dice.after(took or queued, 1, 30, 86_400, share=0.9)
        self._add(Offer(call_id=call_id, account_id=taker, at=queued, answered_at=took, ended_at=over,
                        outcome="done" if took else "missed", wrapped_up_at=self.dice.after(over, 0, 45.5, share=0.6) if took else None))

    def _missed(self, began: datetime, ended: datetime) -> None:
        dice, owed = self.dice, ended + timedelta(minutes=30)
        back = self._add(Callback(number="1", due_at=ended, by_person=True))
        over = dice.after(ended, 5, 1800, 1801, 9000)
        self._add(MissedCaller(callback_id=back.id, number=f"1{back.id}", first_at=began, last_at=began, owed_until=owed, over_at=over,
                               rung_at=dice.after(ended, 5, 1800, 1801, share=0.6), over="called_back" if over else ""))

    def _told(self, call_id: str, moment: datetime) -> None:
        version, leave = self.dice.choice(self.versions), self.dice.choice([None, *self.leave])
        self._add(Telling(call_id=call_id, at=moment, channel=self.dice.choice(["machine", "operator", "web"]), entry_id=version.entry_id,
                          entry_version_id=version.id, authorisation_id=leave, form="full", words="答"))

    def _handed_on(self, call_id: str, moment: datetime) -> None:
        states = ["ringing", "connected", "nobody", "out_of_hours", "stopped", "caller_hung_up", "failed"]
        hunt = self._add(Transfer(call_id=call_id, department_id=self.dice.choice(self.units).id, account_id=self.operators[0].id, words="",
                                  klass="consult", otherwise="record", state=self.dice.choice(states), began_at=moment))
        for number in range(self.dice.randint(0, 2)):
            self._add(TransferAttempt(id=f"{hunt.id}-{number}", transfer_id=hunt.id, number=number, dialled_at=moment,
                                      seconds=self.dice.choice([0, 25])))

    def _handed(self, call_id: str | None, at: datetime | None = None) -> None:
        dice, intake = self.dice, at or self.dice.near()
        unit = dice.choice(self.units).id
        source = dice.choice(["call", "correction"] if call_id else ["web", "12345"])
        ticket = self._add(Ticket(number=f"96128-20261101-{dice.randrange(10**9)}", call_id=call_id, source=source, klass="consult",
                                  title="题", summary="事", state=State.TO_DISPATCH, intake_at=intake, promised_by=intake + 9 * DAY,
                                  department_id=dice.choice([None, unit]), due_at=dice.choice([None, AT - SECOND, AT, AT + SECOND]),
                                  dispatch_by=dice.choice([None, AT - SECOND, AT])))  # fmt: skip
        for _ in range(dice.randint(0, 7)):
            ticket.state = dice.choice([line.target for line in TRANSITIONS if line.source == ticket.state] or [ticket.state])
            self.session.flush()
        for _ in range(dice.randint(0, 2)):
            handed, due = dice.near(), self.dice.near()
            over = dice.after(handed, 3600, 86_400, 31 * 86_400, share=0.7)
            self._add(Handing(ticket_id=ticket.id, department_id=dice.choice(self.units).id, way=dice.choice(["handed", "again", "passed", "along"]),
                              at=handed, accept_by=dice.choice([None, handed + DAY]), accepted_at=dice.after(handed, 1, 86_400, 86_400.001),
                              due_at=dice.choice([None, due]), answered_at=dice.choice([None, due, due + SECOND / 1000, due - DAY]),
                              extended_days=dice.choice([0, 3]), reached=dice.choice([None, True, False]), solved=dice.choice([None, True, False]),
                              satisfaction=dice.choice([None, 1, 2, 3, 4, 5]), over_at=over,
                              ended=dice.choice(["return", "close", "redo", "redo_again", "succeed", "withdraw"]) if over else ""))


class Raw:
    """The rows as the database holds them, and nothing of ours between."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._read: dict[str, list[Row]] = {}

    def __call__(self, table: str, so: Callable[[Row], object] = lambda _: True) -> list[Row]:
        if table not in self._read:
            found = self._session.execute(text(f'SELECT * FROM "{table}"')).mappings()  # noqa: S608 - a name of our own
            self._read[table] = [{key: _moment(key, value) for key, value in one.items()} for one in found]
        return [row for row in self._read[table] if so(row)]

    def has(self, table: str, call_id: str, so: Callable[[Row], object] = lambda _: True) -> bool:
        return bool(self(table, lambda row: row["call_id"] == call_id and so(row)))


def _moment(key: str, value: Any) -> Any:
    if isinstance(value, str) and (key in {"at", "accept_by", "promised_by", "dispatch_by", "owed_until"} or key.endswith("_at")):
        value = datetime.fromisoformat(value)
    return value.replace(tzinfo=value.tzinfo or UTC) if isinstance(value, datetime) else value


DAYS = [(date(2026, 10, 31), date(2026, 10, 31)), (date(2026, 11, 1), date(2026, 11, 1)), (date(2026, 11, 1), date(2026, 11, 30)),
        (date(2026, 12, 31), date(2027, 1, 1))]  # fmt: skip


@pytest.fixture(params=range(2))
def world(session: Session, request: pytest.FixtureRequest) -> World:
    return World(session, Dice(request.param))


def within(moment: datetime | None, since: datetime, until: datetime) -> bool:
    return moment is not None and since <= moment < until


def mean(lengths: list[timedelta]) -> Any:
    """To the tenth of a second that is shown."""
    return pytest.approx(sum(lengths, timedelta()).total_seconds() / len(lengths), abs=0.051) if lengths else None


def good_hunt(raw: Raw, hunt: Row) -> bool:
    """A transfer attempted in office hours whose caller did not hang up."""
    rang = bool(raw("transfer_attempt", lambda one: one["transfer_id"] == hunt["id"] and one["seconds"] > 0))
    return hunt["state"] in {"connected", "nobody", "stopped", "failed"} or (hunt["state"] == "out_of_hours" and rang)


OWED = {"to_dispatch", "to_accept", "in_hand", "needs_facts", "to_check"}
"""Where a ticket stands while its caller still waits for an answer."""


def late_department(one: Row) -> bool:
    return one["state"] in {"to_accept", "in_hand"} and one["due_at"] is not None and one["due_at"] < AT


def late_ticket(one: Row) -> bool:
    ours = one["state"] == "to_dispatch" and one["dispatch_by"] is not None and one["dispatch_by"] < AT
    return late_department(one) or ours or (one["state"] in OWED and one["promised_by"] < AT)


def test_the_board_is_what_the_calls_come_to(world: World) -> None:
    raw = Raw(world.session)
    for first, last in DAYS:
        _board(raw, board(world.session, day=first, until=last, at=AT), day_begins(first), day_ends(last))


def _board(raw: Raw, shown: Board, since: datetime, until: datetime) -> None:
    came = raw("call", lambda c: c["direction"] == "in" and within(c["began_at"], since, until))
    known = [c for c in came if c["queued_at"] and (c["answered_at"] or c["ended_at"])]
    spoken = [c for c in known if c["answered_at"]]
    quick = [c for c in spoken if c["answered_at"] - c["queued_at"] <= 15 * SECOND]
    gave_up = [c for c in known if not c["answered_at"] and c["outcome"] == "abandoned"]
    waits = [(c["answered_at"] or c["ended_at"]) - c["queued_at"] for c in known]
    assert (shown.answered.part, shown.answered.whole) == (len(spoken), len(known))
    assert (shown.quick.part, shown.abandoned.part) == (len(quick), len(gave_up))
    assert shown.wait == mean(waits)
    assert shown.before == mean([c["queued_at"] - c["began_at"] for c in known])
    assert (shown.longest[1] if shown.longest else None) == (pytest.approx(max(waits).total_seconds(), abs=0.002) if waits else None)
    over = [c for c in spoken if c["ended_at"]]
    assert shown.talk == mean([c["ended_at"] - c["answered_at"] for c in over])
    assert shown.outcomes == Counter(c["outcome"] for c in came if c["outcome"])
    assert shown.calls == len(came)
    assert [sum(of) for of in zip(*(column.counts for column in shown.columns), strict=True)] == [
        len(spoken), len(known) - len(spoken), len(came) - len(known)]  # fmt: skip
    assert [c.calls for c in shown.columns] == [sum(within(one["began_at"], c.begins, c.ends) for one in came) for c in shown.columns]
    _handled(raw, over, shown)
    _windows(raw, shown.windows)
    _transfers(raw, shown.transfers, {row["department_id"] for row in raw("transfer")}, since, until)
    _missed(raw("missed_caller", lambda one: within(one["first_at"], since, until)), shown)
    _rung(raw("offer", lambda one: within(one["ended_at"], since, until)), shown)
    assert shown.now.tickets == Counter(one["state"] for one in raw("ticket"))
    assert shown.now.overdue == len(raw("ticket", late_ticket))


def _handled(raw: Raw, over: list[Row], shown: Board) -> None:
    referred = [c for c in over if raw.has("ticket", c["id"], lambda one: one["source"] == "call")]
    moved = [c for c in over if raw.has("transfer", c["id"])]
    told = [c for c in over if raw.has("telling", c["id"], lambda one: one["authorisation_id"] and one["channel"] != "web")]
    direct = [c for c in over if c not in referred and c not in moved]
    wrote = [one for one in raw("offer", lambda one: one["wrapped_up_at"]) if one["call_id"] in {c["id"] for c in over}]
    spent = sum((one["wrapped_up_at"] - one["ended_at"] for one in wrote), timedelta())
    calls = len({one["call_id"] for one in wrote})
    for kind, some in ((Handled.DIRECT, direct), (Handled.AUTHORISED, told), (Handled.TRANSFERRED, moved), (Handled.REFERRED, referred)):
        assert (shown.talks.shares[kind].part, shown.talks.shares[kind].whole) == (len(some), len(over)), kind
    assert shown.talks.wrapped_up == calls
    assert shown.talks.wrap_up == pytest.approx(spent.total_seconds(), abs=0.01)
    for of in Of:
        last: dict[str, int] = {}
        for step in sorted(raw("call_step", lambda one: one["kind"] == "rated"), key=lambda one: int(one["id"])):
            detail = step["detail"] if isinstance(step["detail"], dict) else json.loads(step["detail"])
            if step["call_id"] in {c["id"] for c in over} and detail["of"] == of and detail["grade"] is not None:
                last[step["call_id"]] = detail["grade"]
        assert (shown.grades[of].part, shown.grades[of].whole) == (sum(grade <= 3 for grade in last.values()), len(last)), of


def _windows(raw: Raw, windows: list[Window]) -> None:
    asked = raw("call", lambda c: c["direction"] == "in" and c["queued_at"] and (c["answered_at"] or c["ended_at"]))
    for one in windows:
        own = [c for c in asked if within(c["began_at"], one.begins, one.begins + DAY)]
        assert (one.share.part, one.share.whole) == (sum(bool(c["answered_at"]) for c in own), len(own)), one


def _missed(found: list[Row], shown: Board) -> None:
    rung = [one for one in found if one["rung_at"]]
    late = [one for one in found if not one["rung_at"] and one["owed_until"] < AT and not (one["over_at"] and one["over_at"] <= one["owed_until"])]
    assert (shown.missed.part, shown.missed.whole) == (sum(one["rung_at"] <= one["owed_until"] for one in rung), len(rung) + len(late))
    assert shown.missed_waiting == sum(one["over_at"] is None for one in found)


def _rung(found: list[Row], shown: Board) -> None:
    for one in shown.rung:
        own = [row for row in found if row["account_id"] == one.account_id]
        took = [row for row in own if row["answered_at"]]
        assert (one.rang, one.taken, one.wrapped_up) == (len(own), len(took), sum(bool(row["wrapped_up_at"]) for row in own))
        assert one.talk == mean([row["ended_at"] - row["answered_at"] for row in took])
        assert one.wrap_up == mean([row["wrapped_up_at"] - row["ended_at"] for row in own if row["wrapped_up_at"]])
    assert sum(one.rang for one in shown.rung) == len(found)


def test_the_month_and_its_year_are_what_the_rows_come_to(world: World) -> None:
    raw, january = Raw(world.session), day_begins(date(2026, 1, 1))
    for who, account in world.account.items():
        for first in (date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1)):
            own, until = set(world.reach(who)), day_begins((first + 31 * DAY).replace(day=1))
            lines = [line for line in monthly.lines(world.session, first, account=account) if line.month is not None]
            assert {line.indicator.code: line.month for line in lines} == _month(raw, who, own, day_begins(first), until)
            assert {line.indicator.code: line.year for line in lines} == _month(raw, who, own, january, until)


def _month(raw: Raw, who: str, own: set[int], since: datetime, until: datetime) -> dict[str, int]:
    def some(table: str, moment: str, so: Callable[[Row], object] = lambda _: True) -> list[Row]:
        rows = raw(table, lambda row: within(row[moment], since, until) and so(row))
        return [row for row in rows if row.get("department_id", next(iter(own))) in own or (table == "ticket" and who == "city")]

    units = {row["id"]: row["department_id"] for row in raw("entry")}
    web = {row["id"] for row in raw("ticket", lambda row: row["source"] == "web")}
    spoken_with = {row["call_id"] for row in raw("queue_place", lambda row: row["over"] == "answered")}
    first_of: dict[int, datetime] = {}
    versions = raw("entry_version", lambda row: row["published_at"] and units[row["entry_id"]] in own)
    for row in versions:
        first_of[row["entry_id"]] = min(row["published_at"], first_of.get(row["entry_id"], row["published_at"]))
    heard = some("call", "began_at", lambda row: row["direction"] == "in" and row["outcome"] and (
        row["outcome"] not in {"abandoned", "hung_up", "place_kept"} or row["id"] in spoken_with))  # fmt: skip
    hunts = [hunt for hunt in some("transfer", "began_at") if good_hunt(raw, hunt)]
    answered, ended, reviews = some("handing", "answered_at"), some("handing", "over_at"), some("ledger_row", "at")
    published = [row for row in versions if within(row["published_at"], since, until)]
    new = [row for row in published if row["published_at"] == first_of[row["entry_id"]]]
    deeds = Counter(row["deed"] for row in reviews)
    told = some("telling", "at", lambda row: row["channel"] != "web" and row["authorisation_id"] and units[row["entry_id"]] in own)
    return ({"3": len(heard)} if who == "city" else {}) | {
        "3.1": len(told), "3.2": len(hunts), "3.3": sum(hunt["state"] == "connected" for hunt in hunts),
        "3.4": len(some("handing", "at", lambda row: row["way"] == "handed")),
        "3.5": sum(bool(row["due_at"]) and row["answered_at"] <= row["due_at"] for row in answered),
        "3.6": sum(bool(row["due_at"]) and row["answered_at"] > row["due_at"] for row in answered),
        "3.7": sum(row["satisfaction"] is not None for row in ended), "3.8": sum((row["satisfaction"] or 9) <= 3 for row in ended),
        "4": len(new), "4.1": len(published) - len(new),
        "4.2": sum(row["published_at"] < until and not (row["ended_at"] and row["ended_at"] < until) for row in versions),
        "5": len(some("ticket", "intake_at", lambda row: row["source"] == "web")),
        "5.1": sum(row["ticket_id"] in web for row in answered),
        "6": sum(deeds[deed] for deed in ("passed", "swept", "refused", "pulled", "referred_up")),
        "6.1": deeds["passed"] + deeds["swept"], "6.2": deeds["refused"] + deeds["pulled"], "6.3": deeds["referred_up"],
    }  # fmt: skip


def test_the_departments_rates_are_what_their_handings_come_to(world: World) -> None:
    raw, span = Raw(world.session), Span(day_begins(date(2026, 11, 1)), day_begins(date(2026, 12, 1)))
    for who, account in world.account.items():
        shown = of_departments(world.session, span, account=account, at=AT)
        assert {one.department_id for one in shown} <= set(world.reach(who))
        for one in shown:
            _rates(raw, one, span)


def _rates(raw: Raw, one: Figures, span: Span) -> None:
    tickets = {row["id"]: row for row in raw("ticket")}
    own = [row for row in raw("handing") if row["department_id"] == one.department_id and within(row["at"], span.since, span.until)]
    assert one.handed == len(own)
    for rate, (whole, part) in _judged(tickets).items() if own else ():
        counted = [row for row in own if whole(row)]
        assert (one.rates[rate].part, one.rates[rate].whole) == (sum(bool(part(row)) for row in counted), len(counted)), rate
    _transfers(raw, one.transfers, {one.department_id}, span.since, span.until)
    assert one.overdue == sum(late_department(row) for row in raw("ticket") if row["department_id"] == one.department_id)


def _transfers(raw: Raw, shown: Share, units: Collection[int | None], since: datetime, until: datetime) -> None:
    hunts = [row for row in raw("transfer") if row["department_id"] in units and within(row["began_at"], since, until)]
    good = [hunt for hunt in hunts if good_hunt(raw, hunt)]
    assert (shown.part, shown.whole) == (sum(hunt["state"] == "connected" for hunt in good), len(good))


def _judged(tickets: dict[int, Row]) -> dict[Rate, tuple[Callable[[Row], object], Callable[[Row], object]]]:
    def still(row: Row, *states: str) -> bool:
        return row["over_at"] is None and tickets[row["ticket_id"]]["state"] in states

    def unaccepted(row: Row) -> bool:
        return row["accepted_at"] is None and row["accept_by"] < AT and still(row, "to_accept")

    def unanswered(row: Row) -> bool:
        due = tickets[row["ticket_id"]]["due_at"]
        return row["answered_at"] is None and due is not None and due < AT and still(row, "to_accept", "in_hand")

    return {
        Rate.ACCEPTED: (lambda row: row["accept_by"] and (row["accepted_at"] or unaccepted(row)),
                        lambda row: row["accepted_at"] and row["accepted_at"] <= row["accept_by"]),
        Rate.ANSWERED: (lambda row: (row["answered_at"] and row["due_at"]) or unanswered(row),
                        lambda row: row["answered_at"] and row["answered_at"] <= row["due_at"]),
        Rate.RETURNED: (lambda row: row["way"] == "handed", lambda row: row["ended"] == "return"),
        Rate.EXTENDED: (lambda row: row["way"] != "along" and row["ended"] != "succeed", lambda row: row["extended_days"] > 0),
        Rate.REDONE: (lambda row: row["reached"], lambda row: row["ended"] in {"redo", "redo_again"}),
        Rate.REACHED: (lambda row: row["reached"] is not None, lambda row: row["reached"]),
        Rate.SOLVED: (lambda row: row["solved"] is not None, lambda row: row["solved"]),
        Rate.SATISFIED: (lambda row: row["satisfaction"] is not None, lambda row: row["satisfaction"] <= 3),
    }  # fmt: skip


def test_an_operators_figures_and_an_offices_board_are_what_their_rows_come_to(world: World) -> None:
    raw, first, last = Raw(world.session), date(2026, 10, 31), date(2026, 11, 30)
    since, until = day_begins(first), day_ends(last)
    for one in world.operators:
        _operator(raw, own_calls.figures(world.session, one, since=since, until=until), one.id,
                  raw("call", lambda row: within(row["began_at"], since, until)))  # fmt: skip
    for who in ("unit", "county"):
        shown = own_figures.own_board(world.session, account=world.account[who], day=first, until=last, at=AT)
        own = [row for row in raw("ticket") if row["department_id"] in world.reach(who)]
        assert (shown.tickets, shown.overdue) == (Counter(row["state"] for row in own), sum(map(late_ticket, own)))
        _transfers(raw, shown.transfers, world.reach(who), since, until)


def _operator(raw: Raw, seen: OwnFigures, operator: int, calls: list[Row]) -> None:
    own = [row for row in calls if row["operator_id"] == operator]
    ids = {row["id"] for row in own}
    scores = [row["score"] for row in raw("assessment") if row["score"] is not None and row["call_id"] in ids]
    rang = {row["call_id"] for row in raw("offer") if row["account_id"] == operator and row["outcome"] == "missed"}
    lost = [row for row in calls if row["id"] in rang - ids]
    assert (seen.taken, seen.missed, seen.judged) == (len(own), len(lost), len(scores))
    assert seen.talk == mean([row["ended_at"] - row["answered_at"] for row in own if row["ended_at"]])
    assert seen.score == (pytest.approx(sum(scores) / len(scores)) if scores else None)
