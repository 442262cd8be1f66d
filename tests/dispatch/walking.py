"""A walk through the lives of tickets: any step at any time, also such as can't be taken, and crashes in between."""

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import event, func, select
from sqlalchemy.exc import TimeoutError as Busy  # who waited too long for SQLite's one writer took no step
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from dispatch.callbacks import callbacks
from dispatch.callbacks.callbacks import Callback
from dispatch.calls.endings import end_attempt
from dispatch.tickets import (
    asides,
    counties,
    disputes,
    extensions,
    facts,
    intake,
    joint,
    merging,
    referrals,
    shares,
    succeeding,
)
from dispatch.tickets.intake import Matter
from dispatch.tickets.shares import Share
from dispatch.tickets.states import BEGINNINGS, OVER, TRANSITIONS, Action, ImpossibleStep, State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Klass, Ticket, TicketStep, followed
from hotline.accounts.accounts import Account
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.settings import Settings
from hotline.times import local_day
from tests.conftest import NOON
from tests.dispatch.town import Staff

OWED = (callbacks.State.DUE, callbacks.State.CLAIMED, callbacks.State.DIALLING)
RESULTS = [("told", 1), ("told", 5), ("told", 4), ("no_answer", None), ("told", None), ("refused", None)]
Deed = Callable[["Walk", Session, Ticket, int, datetime], object]


class Crash(Exception):
    """The process ends between a step and its commit."""


def _ring(walk: "Walk", session: Session, ticket: Ticket, choice: int, at: datetime) -> None:
    """The caller is rung, and says or doesn't say something: this closes, redoes or disputes the ticket."""
    due = session.scalar(select(Callback).where(Callback.ticket_id == ticket.id, Callback.state.in_(OWED)))
    if due is None:
        raise ReferralError("nothing is owed")
    attempt = callbacks.place(session, due, settings=walk.settings, at=at)
    session.flush()
    outcome, grade = RESULTS[choice % len(RESULTS)]
    end_attempt(session, attempt, outcome=outcome, grade=grade, settings=walk.settings, at=at)


def _main(session: Session, ticket: Ticket) -> Ticket:
    if ticket.merged_into_id is None:
        raise ReferralError("it goes with no other")
    return followed(session, ticket)


def _share(session: Session, ticket: Ticket) -> Share:
    """The latest that was asked of another department, whether or not it is over."""
    found = session.scalars(select(Share).where(Share.ticket_id == ticket.id).order_by(Share.id.desc()).limit(1)).first()
    if found is None:
        raise ReferralError("nobody was asked")
    return found


def _gone(ticket: Ticket, at: datetime, deed: Callable[[], None]) -> None:
    """A step while its department is no more; it is there again before the commit, for all other steps."""
    if (unit := ticket.department) is None:
        raise ReferralError("no department has it")
    unit.effective_to = local_day(at)
    try:
        deed()
    finally:
        unit.effective_to = None


def _counted(session: Session) -> list[TicketStep]:
    """The steps that this session writes, as it writes them: others write some of the same ticket meanwhile."""
    written: list[TicketStep] = []
    event.listen(session, "before_flush", lambda s, *_: written.extend(o for o in s.new if isinstance(o, TicketStep)))
    return written


DEEDS: dict[Action, Deed] = {
    Action.DISPATCH: lambda w, s, t, n, at: referrals.dispatch(s, t, to=w.staff.office, by=w.hand(t, w.staff.supervisor), settings=w.settings, at=at),
    Action.IMPOSE: lambda w, s, t, n, at: referrals.impose(s, t, to=w.staff.office, why="职责所在", by=w.hand(t, w.competent), settings=w.settings, at=at),
    Action.HAND_DOWN: lambda w, s, t, n, at: counties.hand_down(s, t, county=w.staff.office.county_code, by=w.staff.supervisor, settings=w.settings, at=at),
    Action.HAND_UP: lambda w, s, t, n, at: counties.hand_up(s, t, why="不属本县", by=w.hand(t, w.competent), settings=w.settings, at=at),
    Action.OPEN: lambda w, s, t, n, at: referrals.opened(s, t, by=w.mine(t).liaison, at=at),
    Action.ACCEPT: lambda w, s, t, n, at: referrals.accept(s, t, by=w.mine(t).liaison, at=at),
    Action.RETURN: lambda w, s, t, n, at: referrals.give_back(s, t, why="不属于我局", by=w.mine(t).liaison, settings=w.settings, at=at),
    Action.REPLY: lambda w, s, t, n, at: referrals.reply(s, t, text=f"答复{n}", personal=n % 2 == 0, by=w.mine(t).liaison, at=at),
    Action.SIGN: lambda w, s, t, n, at: referrals.sign(s, t, no_secrets=True, by=w.mine(t).leader, at=at),
    Action.DECLINE: lambda w, s, t, n, at: n % 4 or referrals.decline(s, t, why="措辞不妥", by=w.mine(t).leader, at=at),
    Action.SEND_BACK: lambda w, s, t, n, at: referrals.send_back(s, t, why="未答所问", by=w.staff.supervisor, settings=w.settings, at=at),
    Action.PASS: lambda w, s, t, n, at: referrals.pass_reply(s, t, by=w.staff.supervisor, settings=w.settings, at=at),
    Action.CLOSE: _ring,
    Action.REDO: _ring,
    Action.SETTLE: lambda w, s, t, n, at: disputes.settle(s, t, why="已尽力", by=w.staff.supervisor, at=at),
    Action.REDO_AGAIN: lambda w, s, t, n, at: disputes.redo_again(s, t, why="再办", by=w.staff.supervisor, settings=w.settings, at=at),
    Action.ASK_EXTENSION: lambda w, s, t, n, at: extensions.ask(s, t, days=n % 12, why="须现场勘察", by=w.mine(t).liaison, settings=w.settings, at=at),
    Action.EXTEND: lambda w, s, t, n, at: extensions.grant(s, t, by=w.competent, settings=w.settings, at=at),
    Action.REFUSE_EXTENSION: lambda w, s, t, n, at: extensions.refuse(s, t, why="可如期办结", by=w.competent, at=at),
    Action.ASK_FACTS: lambda w, s, t, n, at: facts.ask(s, t, why="哪个小区", by=w.mine(t).liaison, settings=w.settings, at=at),
    Action.GIVE_FACTS: lambda w, s, t, n, at: facts.give(s, t, words="北门小区", by=w.staff.supervisor, settings=w.settings, at=at),
    Action.GO_ON: lambda w, s, t, n, at: facts.go_on(s, t.id, settings=w.settings, at=at + timedelta(days=30)),
    Action.WITHDRAW: lambda w, s, t, n, at: n % 4 or asides.withdraw(s, t, why="已解决", by=w.staff.supervisor, at=at),
    Action.VOID: lambda w, s, t, n, at: n % 4 or asides.void(s, t, why="误登记", by=w.staff.supervisor, at=at),
    Action.NOT_ACCEPT: lambda w, s, t, n, at: n % 4 or asides.not_accept(s, t, why="诉讼中", where="法院", by=w.staff.supervisor, settings=w.settings, at=at),
    Action.PASS_ON: lambda w, s, t, n, at: n % 4 or asides.pass_on(s, t, number=f"12345-{t.id}", why="不属公开", by=w.staff.supervisor, at=at),
    Action.MERGE: lambda w, s, t, n, at: n % 3 or merging.merge(s, t, into=w.another(s, t, n), why="同一事项", by=w.staff.supervisor, settings=w.settings, at=at),
    Action.UNMERGE: lambda w, s, t, n, at: merging.take_out(s, t, why="并非同一事项", by=w.staff.supervisor, at=at),
    Action.FOLLOW: lambda w, s, t, n, at: referrals.pass_reply(s, _main(s, t), by=w.staff.supervisor, settings=w.settings, at=at),
    Action.SUCCEED: lambda w, s, t, n, at: _gone(t, at, lambda: succeeding.succeed(s, t, to=w.heir(s, t), why="合并", by=w.staff.supervisor, settings=w.settings, at=at)),
    Action.TAKE_AWAY: lambda w, s, t, n, at: n % 3 or _gone(t, at, lambda: succeeding.take_away(s, t, why="撤销", by=w.staff.supervisor, settings=w.settings, at=at)),
    Action.FILE: lambda w, s, t, n, at: referrals.file(s, t, at=at),
}
REMARKS: tuple[Deed, ...] = (
    lambda w, s, t, n, at: joint.ask(s, t, of=s.get_one(Department, w.other.id), words="请说明", by=w.staff.supervisor, settings=w.settings, at=at),
    lambda w, s, t, n, at: joint.give(s, _share(s, t), words=f"意见{n}", by=w.theirs, at=at),
    lambda w, s, t, n, at: joint.give_back(s, _share(s, t), why="不属我局", by=w.theirs, at=at),
    lambda w, s, t, n, at: joint.end(s, _share(s, t), why="不再需要", by=w.staff.supervisor, at=at),
)
"""Steps beside the table: they leave a ticket where it stands."""
SENSIBLE = 30
"""Of a hundred choices, those from here on are steps that the table has from where the ticket stands."""


@dataclass
class Walk:
    """Tickets on their way, and how many steps of each were committed."""

    database: Database
    settings: Settings
    staff: Staff
    numbers: list[str] = field(default_factory=list)
    ids: dict[int, str] = field(default_factory=dict)
    taken: Counter[str] = field(default_factory=Counter)
    doubtful: Counter[str] = field(default_factory=Counter)  # of whom it isn't known whether he was killed before the commit
    refused: int = 0
    clock: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def theirs(self) -> Account:
        """The liaison of another department, that is asked for its share."""
        assert self.staff.theirs is not None
        return self.staff.theirs

    @property
    def other(self) -> Department:
        """That department."""
        assert self.staff.other is not None
        return self.staff.other

    @property
    def competent(self) -> Account:
        """Who decides for the competent office."""
        assert self.staff.competent is not None
        return self.staff.competent

    def mine(self, ticket: Ticket) -> Staff:
        """The people of the department that has it: those of the former one, or of who stands for it."""
        heir = self.staff.heir
        return heir if heir is not None and ticket.department_id == heir.office.id else self.staff

    def heir(self, session: Session, ticket: Ticket) -> Department:
        """Who stands for its department: of these two, each for the other."""
        assert self.staff.heir is not None
        here = self.mine(ticket) is self.staff.heir
        return session.get_one(Department, (self.staff if here else self.staff.heir).office.id)

    def hand(self, ticket: Ticket, city: Account) -> Account:
        """Who dispatches: what a county's office has, that office."""
        return self.staff.county if ticket.county_code and self.staff.county else city

    def begin(self, *classes: Klass) -> None:
        """So many tickets more, of these classes."""
        with self.database.writing() as session:
            tickets = [self._referred(session, klass) for klass in classes]
        with self.lock:
            for ticket in tickets:
                self.numbers.append(ticket.number)
                self.ids[ticket.id] = ticket.number
                self.taken[ticket.number] = 1

    def _referred(self, session: Session, klass: Klass) -> Ticket:
        matter = Matter(klass, "事项", "来电人询问。", contact="13888888888")
        return intake.refer(session, matter, call=None, recording=None, code="", by="operator",
                               settings=self.settings, at=NOON)  # fmt: skip

    def step(self, which: int, choice: int, *, crash: bool = False) -> bool:
        """Try one step with one ticket; whether it was taken."""
        number = self.numbers[which % len(self.numbers)]
        with self.lock:
            self.clock += 1
            at = NOON + timedelta(minutes=self.clock)
        try:
            with self.database.writing() as session:
                ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
                written = _counted(session)
                self._deed(ticket, choice)(self, session, ticket, choice, at)
                session.flush()
                if crash:
                    raise Crash
                self._about_to(written)
        except (ImpossibleStep, ReferralError, StaleDataError, Crash, Busy):
            self.refused += 1
            return False
        self._count(written)
        return True

    def _deed(self, ticket: Ticket, choice: int) -> Deed:
        possible = [t.action for t in TRANSITIONS if t.source == ticket.state] if choice >= SENSIBLE else []
        beside = REMARKS if not possible or ticket.state in shares.JOINABLE else ()
        deeds = [*(DEEDS[action] for action in possible or Action), *beside]
        return deeds[choice % len(deeds)]

    def another(self, session: Session, ticket: Ticket, choice: int) -> Ticket:
        """One of the walk's tickets; perhaps the same."""
        number = self.numbers[choice // 3 % len(self.numbers)]
        return session.scalars(select(Ticket).where(Ticket.number == number)).one()

    def _about_to(self, written: list[TicketStep]) -> None:
        """The commit comes next: who may be killed before he counts writes it down."""

    def _count(self, written: list[TicketStep]) -> None:
        with self.lock:
            for step in written:
                self.taken[self.ids[step.ticket_id]] += 1

    def check(self) -> None:
        """No ticket is lost, none doubled, and each stands where its history says, by lines of the table alone."""
        with self.database.reading() as session:
            assert session.scalar(select(func.count()).select_from(Ticket).where(Ticket.number.in_(self.numbers))) == len(self.numbers)
            for ticket in session.scalars(select(Ticket).where(Ticket.number.in_(self.numbers))):
                self._whole(session, ticket)

    def _whole(self, session: Session, ticket: Ticket) -> None:
        lines = {(t.source, t.action, t.target) for t in TRANSITIONS}
        states = [(step.source, step.action, step.target) for step in ticket.steps]
        assert 0 <= len(states) - self.taken[ticket.number] <= self.doubtful[ticket.number], "a step was lost, or taken twice"
        assert (states[0][0], states[0][2] in BEGINNINGS) == ("", True)
        for before, (source, action, target) in pairwise(states):
            assert source == before[2], (before, action)
            assert (source, action, target) in lines or (source == target and action not in set(Action))
        assert states[-1][2] == ticket.state
        assert (ticket.state == State.TO_DISPATCH) == (ticket.dispatch_since is not None and ticket.state not in OVER), "who dispatches has a clock"
        self._joined(session, ticket)
        self._together(session, ticket)
        owed = session.scalar(select(func.count()).select_from(Callback).where(
            Callback.ticket_id == ticket.id, Callback.state.in_(OWED)))  # fmt: skip
        assert owed == (ticket.state == State.TO_CALL_BACK and ticket.disputed_at is None), "who is owed a call is rung once"

    def _together(self, session: Session, ticket: Ticket) -> None:
        main = followed(session, ticket)
        assert (main is not ticket) == (ticket.state == State.MERGED)
        assert main is ticket or main.state in merging.RECEIVES, "it goes with a ticket that is still owed an answer"

    def _joined(self, session: Session, ticket: Ticket) -> None:
        still = session.scalar(select(func.count()).select_from(Share).where(Share.ticket_id == ticket.id, Share.ended_at.is_(None)))
        assert still == ticket.shares_open, "the ticket counts what others owe"
        assert not still or ticket.state in shares.JOINABLE, "nobody owes a share of what is signed or gone"

    def end(self) -> None:
        """No ticket is stuck: from wherever it stands, somebody can lead it to its end."""
        onward: dict[State, list[Action | str]] = {State.TO_DISPATCH: [Action.DISPATCH, Action.IMPOSE], State.TO_ACCEPT: [Action.OPEN, Action.ACCEPT],
                  State.IN_HAND: ["share", Action.REPLY, Action.SIGN], State.TO_CHECK: [Action.PASS],
                  State.TO_CALL_BACK: [Action.SETTLE, Action.CLOSE], State.CLOSED: [Action.FILE],
                  State.NEEDS_FACTS: [Action.GIVE_FACTS], State.WITHDRAWN: [Action.FILE], State.VOID: [Action.FILE],
                  State.MERGED: [Action.UNMERGE], State.NOT_ACCEPTED: [Action.FILE], State.PASSED_ON: [Action.FILE]}  # fmt: skip
        for number in self.numbers:
            state = State.TO_DISPATCH
            for _ in range(len(State) * 2):
                for action in onward.get(state, []):
                    state = self._led(number, action)
            assert state == State.FILED, number
        self.check()

    def _led(self, number: str, action: Action | str) -> State:
        try:
            with self.database.writing() as session:
                ticket = session.scalars(select(Ticket).where(Ticket.number == number)).one()
                written = _counted(session)
                deed = DEEDS[action] if isinstance(action, Action) else REMARKS[-1]
                deed(self, session, ticket, 0, NOON + timedelta(minutes=self.clock))
                session.flush()
            self._count(written)
        except (ImpossibleStep, ReferralError):
            pass
        with self.database.reading() as session:
            return State(session.scalars(select(Ticket.state).where(Ticket.number == number)).one())
