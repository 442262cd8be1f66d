"""What was committed and said before something broke, held against what is there afterwards."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

from click.testing import CliRunner
from sqlalchemy import select

from cli.main import main
from dispatch.reconciling.reconciler import Reconciler
from dispatch.tickets.tickets import Ticket
from dispatch.transfers.transfers import PREFIX
from hotline.times import now
from hotline.voice import alaw
from recordings.archive import archive
from recordings.findings import Finding
from recordings.recordings import Kind, Recording, State
from tests.journeys import ears
from tests.journeys.conftest import House
from tests.journeys.ears import Ears
from tests.recordings.proof import rows
from tests.recordings.proof.crowd import Person
from tests.recordings.proof.lives import Life, Lives
from tests.recordings.proof.rows import Look
from tests.recordings.proof.staircase import CALLER, HEIGHTS, LIAISON, MUSIC, OPERATOR, STEP, Samples, Voice, heard
from tests.recordings.proof.testimony import BEGINS, Testimony

TWO_AT_MOST = 2  # half seconds that who is led from one place to the next may be heard in neither
RECORDED = {"handed": 3, "leaves": 2}  # the call, and his operator and the liaison, or the message
SOON = 1.5  # seconds after the liaison's first word within which the operator is heard beside him
ASKED = ("to_operator",)
SAID_TO = {
    "talks": ASKED, "handed": ASKED, "waits": ASKED, "leaves": ("leave_question",), "rung": ("callback_answer_is",),
    "asks": ("self_service_intro", "say_your_question"),
}  # fmt: skip
"""What each has heard to its end before anything breaks: one of these prompts."""


@dataclass(frozen=True)
class Witness:
    """Listens to all that there is of some people's calls, and tells it."""

    house: House
    lives: Lives
    told: Testimony
    seconds: float

    def call(self, person: Person) -> None:
        """One person's: the whole call, both sides of it, what was left in it, and who met him there."""
        call_id = person.call_id or self.house.call_of(person.number, seconds=self.seconds).id
        mine = self._taken_in(call_id, RECORDED.get(person.does, 1))
        whole = [one for one in mine if one.kind == Kind.CALL and one.state == State.COMPLETE]
        if not whole or len(mine) < RECORDED.get(person.does, 1) or call_id not in self.lives.of:
            self.told.faults.append(f"{person.does}: {[(str(one.kind), str(one.state)) for one in mine]}")
            return
        self.told.calls += 1
        life, (theirs, ours) = self.lives.of[call_id], self._sides(whole[0])
        self.told.lasted(person.does, whole[0], life)
        if person.does == "rung":
            self.told.goes_on(person.does, theirs, LIAISON, life)
        else:
            self.told.spoke(person.does, heard(theirs, CALLER), range(min(HEIGHTS, life.steps)), life)
        if person.does in SAID_TO:
            said = [Ears(self.house, ours).hears_file(ears.PROMPTS / f"{name}.alaw") for name in SAID_TO[person.does]]
            self.told.holds(f"{person.does}: {SAID_TO[person.does]} was not heard", any(said))
        legs = {one.leg: one for one in mine if one.kind == Kind.LEG}
        match person.does:
            case "talks":
                self.told.goes_on("talks, his operator", ours, OPERATOR, life)
            case "waits":
                self.told.plays("waits", ours, MUSIC)
            case "leaves":
                self._message(person, call_id, [one for one in mine if one.kind == Kind.MESSAGE])
            case "handed":
                self._handed(call_id, ours, life, legs)

    def _taken_in(self, call_id: str, many: int) -> list[Recording]:
        """All that was recorded of a call, once so many are taken in; what there is, when they never are."""
        end = time.monotonic() + self.seconds
        while True:
            with self.house.database.reading() as session:
                found = list(session.scalars(select(Recording).where(Recording.call_id == call_id).order_by(Recording.id)))
            running = [one for one in found if one.state == State.RUNNING]
            if (len(found) >= many and not running) or time.monotonic() > end:
                return found
            time.sleep(0.2)

    def _message(self, person: Person, call_id: str, messages: list[Recording]) -> None:
        """What was left: from the tone to the moment of the look at least, and a ticket speaks of it."""
        if [one.state for one in messages] != [State.COMPLETE]:
            self.told.faults.append(f"leaves: {[str(one.state) for one in messages]} messages")
            return
        (message,) = messages
        self.told.others += 1
        (only,) = self._sides(message)
        self.told.goes_on("leaves, the message", only, CALLER, Life.of(len(only) / alaw.RATE), first=HEIGHTS)
        last = max(heard(only, CALLER).moments, default=0)
        told_by_then = int((person.at - self.lives.began[call_id] - self.lives.lost) / STEP) - 1
        self.told.holds(f"leaves: his message ends with {last}, and he had said {told_by_then}", last >= told_by_then)
        of = select(Ticket.id).where(Ticket.call_id == call_id, Ticket.recording_id == message.id)
        with self.house.database.reading() as session:
            self.told.holds("leaves: no ticket speaks of his message", session.scalar(of) is not None)

    def _handed(self, call_id: str, ours: Samples, life: Life, legs: Mapping[str, Recording]) -> None:
        """Three in a room: each is in the recording of the whole and in his own, and heard by the others. What an operator
        says before, alone in it, is heard by nobody, and the exchange records none of it."""
        liaisons, operators = ([one for one in legs.values() if one.leg.startswith(PREFIX) is so] for so in (True, False))
        if [one.state for one in (*liaisons, *operators)] != [State.COMPLETE] * 2 or len(liaisons) != 1:
            self.told.faults.append(f"handed: {[(leg, str(one.state)) for leg, one in legs.items()]}")
            return
        self.told.others += 2
        joined = self.told.goes_on("handed, the liaison", ours, LIAISON, life, first=HEIGHTS)
        self.told.goes_on("handed, the operator in the room", ours, OPERATOR, life, since=joined, first=HEIGHTS, within=SOON)
        to_liaison, by_liaison = self._leg("the liaison's leg", liaisons[0], LIAISON, first=1)
        to_operator, by_operator = self._leg("the operator's leg", operators[0], OPERATOR, first=HEIGHTS)
        talked, goes = heard(ours, OPERATOR), self.lives.began[operators[0].leg] - self.lives.began[call_id]
        met, parted = talked.begin or 0, talked.moments.get(talked.first_gap - 1, 0.0) + STEP
        self.told.holds(f"handed: the operator is heard from {met} on", met <= BEGINS)
        self.told.holds(f"handed: the operator went at {goes:.2f} s, and is heard until {parted} s", abs(goes - parted) <= TWO_AT_MOST * STEP)
        room, begun = heard(by_operator, OPERATOR).start, heard(to_operator, CALLER).start
        self.told.holds(f"handed: in the room the operator is heard at {room} s, the caller at {begun} s", abs(room - begun) <= TWO_AT_MOST * STEP)
        let_in, spoke = heard(ours, LIAISON).begin or 0, heard(by_liaison, LIAISON).at(heard(to_liaison, CALLER).start)
        self.told.holds(f"handed: the liaison is heard from {let_in} on, and was let in at {spoke}", abs(let_in - spoke) <= 2 * TWO_AT_MOST)
        one, other = (heard(side, CALLER).begin or 0 for side in (to_liaison, to_operator))
        self.told.holds(f"handed: the room begins with the caller's {one} and {other}", abs(one - other) <= 2 * TWO_AT_MOST)

    def _leg(self, what: str, leg: Recording, own: Voice, *, first: int) -> tuple[Samples, Samples]:
        """What he heard, and what he said, of one who met a caller: himself from the beginning, the others to the end."""
        life, (heard_by_him, said_by_him) = self.lives.of[leg.leg], self._sides(leg)
        self.told.lasted(what, leg, life)
        self.told.goes_on(what, said_by_him, own, life, first=first)
        other = OPERATOR if own is LIAISON else LIAISON
        for voice in (CALLER, other):
            self.told.goes_on(f"{what}, the other side", heard_by_him, voice, life, first=HEIGHTS)
        return heard_by_him, said_by_him

    def _sides(self, recording: Recording) -> list[Samples]:
        return list(ears.samples(ears.opened(self.house, Path(recording.path))).T)


def heard_of(house: House, people: Iterable[Person], lives: Lives, *before: Look, seconds: float = 30) -> Testimony:
    """Hold each person's one call against what he lived through, and every row against what it was at each look before,
    and is again when all have gone; `seconds`: how long it may take until a call is noted."""
    told = Testimony(rows=before[-1].count, tables=before[-1].tables)
    meanwhile = rows.committed(house.database)
    witness = Witness(house, lives, told, seconds)
    for person in people:
        witness.call(person)
    after = rows.committed(house.database)
    found = [fault for one, next_one in pairwise((*before, meanwhile, after)) for fault in rows.faults(one, next_one)]
    told.rows -= len(found)
    told.faults += found
    return told


def reconciles(house: House, *, later: timedelta = timedelta(hours=2), silent: str = "") -> None:
    """Some hours later, when nothing is young any more, all agrees: by the rows, and by the command. `silent`: the call
    of which there need be no recording, and which then waits for a person."""
    before, found = rows.committed(house.database), list[str]()
    Reconciler(house.settings, house.database, archive(house.settings), whole=True, say=found.append).run(by="proof", at=now() + later)
    with house.database.reading() as session:
        waiting = set(session.scalars(select(Finding.call_id).where(Finding.open.is_(True))))
    assert waiting <= {silent} - {""}, found
    told = CliRunner().invoke(main, ["recordings", "reconcile", "--whole"], env=dict(house.here.environment))
    assert told.exit_code == bool(waiting), told.output
    assert rows.faults(before, rows.committed(house.database)) == []
