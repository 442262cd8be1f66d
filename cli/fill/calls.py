"""An invented call: who rings, what he hears, who answers, and what is left of it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from cli.fill.cast import Asked, Cast, Person, login
from cli.fill.paper import Paper
from dispatch.answering.decision import Channel
from dispatch.calls.calls import Call, CallStep, Leg, Outcome, Step
from dispatch.calls.desk import Offer
from dispatch.calls.handled import Of
from dispatch.calls.tellings import Telling
from dispatch.transfers.transfers import Otherwise, Transfer, TransferAttempt
from dispatch.transfers.transfers import State as TransferState
from hotline.times import local
from knowledge_base.asked import Asked as Search
from knowledge_base.asked import Found, Way
from recordings.recordings import Kind, Recording, State

NODE = "demo"
WAYS = ((Outcome.ANSWERED_BY_MACHINE, 30), (Outcome.DIRECTED, 8), (Outcome.PROGRESS_TOLD, 7),
        (Outcome.ANSWERED_BY_OPERATOR, 38), (Outcome.ABANDONED, 5), (Outcome.HUNG_UP, 10),
        (Outcome.PLACE_KEPT, 2))  # fmt: skip
WITH_TICKET = ((Outcome.ANSWERED_BY_OPERATOR, 3), (Outcome.MESSAGE_LEFT, 1))
ASKED_FOR_PERSON = frozenset({Outcome.ANSWERED_BY_OPERATOR, Outcome.ABANDONED, Outcome.PLACE_KEPT})
HANDED_ON = 0.12  # of what operators answer
RATED, NOT_SAID = 5, 6  # of so many that were answered one is rated, and of one nobody says when it is written up
SHA256 = "0" * 64  # of no sound


@dataclass(frozen=True)
class Rung:
    """A call, as whatever comes of it needs it. Without `id`: 12345 passed the matter on, and nobody rang here."""

    id: str
    caller: str
    began: datetime
    ended: datetime
    outcome: Outcome
    asked: Asked
    operator: Person | None
    recording_id: int


def call(paper: Paper, cast: Cast, chance: Random, *, number: int, began: datetime, telephones: int,
         ticket: bool, kept: bool) -> Rung:
    """Note one incoming call with its timeline, its channel, its recording and what was told; `kept`: what was asked
    is kept still."""
    ways = WITH_TICKET if ticket else WAYS
    outcome = chance.choices([way for way, _ in ways], [weight for _, weight in ways])[0]
    asked = chance.choice(cast.questions)
    queued = began + timedelta(seconds=chance.randint(6, 40)) if outcome in ASKED_FOR_PERSON else None
    operator = chance.choice(cast.operators) if outcome is Outcome.ANSWERED_BY_OPERATOR else None
    answered = queued + timedelta(seconds=round(chance.expovariate(1 / 11))) if queued and operator else None
    ended = (answered or queued or began) + timedelta(seconds=10 + round(chance.expovariate(1 / 100)))
    caller = f"13{int(chance.random() ** 2 * telephones):09d}"
    made = _noted(paper, number, "in", caller, (began, queued, answered, ended), outcome, operator)
    rung = Rung(made[0], caller, began, ended, outcome, asked, operator, made[1])
    _timeline(paper, rung, queued, answered)
    rates = number % RATED == 0
    if operator and answered and queued:
        written_up = ended + timedelta(seconds=5 + number % 60) if number % NOT_SAID else None
        paper.number(Offer, {"call_id": rung.id, "account_id": operator.id, "at": queued, "answered_at": answered,
                             "ended_at": ended, "outcome": "done", "wrapped_up_at": written_up})  # fmt: skip
        if rates:
            _rated(paper, rung, Of.OPERATOR, 1 + number % 5)
        if chance.random() < HANDED_ON:
            _handed_on(paper, cast, chance, rung, operator, answered, grade=2 if rates else 0)
    if outcome is Outcome.ANSWERED_BY_MACHINE or (operator and chance.random() < 0.5):
        _told(paper, chance, rung, kept=kept)
    return rung


def call_out(paper: Paper, *, number: int, caller: str, began: datetime, operator: Person | None) -> str:
    """Note a call-back that reached the citizen; its id."""
    answered = began + timedelta(seconds=9)
    moments = (began, None, answered, answered + timedelta(seconds=75))
    made = _noted(paper, number, "out", caller, moments, Outcome.CALLED_BACK, operator)
    for at, kind in ((began, Step.BEGAN), (answered, Step.ANSWERED), (moments[3], Step.ENDED)):
        paper.number(CallStep, {"call_id": made[0], "at": at, "kind": kind, "detail": {}})
    return made[0]


def _noted(paper: Paper, number: int, direction: str, caller: str,
           moments: tuple[datetime, datetime | None, datetime | None, datetime], outcome: Outcome,
           operator: Person | None) -> tuple[str, int]:
    """The call, its channel and its recording; the ids of call and recording."""
    began, queued, answered, ended = moments
    call_id = f"{local(began):%Y%m%d%H%M%S}-{number:012x}"
    uniqueid = f"{began.timestamp():.0f}.{number}"
    paper.put(Call, {"id": call_id, "direction": direction, "node": NODE, "uniqueid": uniqueid, "caller": caller,
                     "dialled": "96128", "began_at": began, "queued_at": queued, "answered_at": answered,
                     "ended_at": ended, "operator_id": operator.id if operator else None,
                     "outcome": outcome})  # fmt: skip
    paper.put(Leg, {"node": NODE, "uniqueid": uniqueid, "call_id": call_id, "channel": f"PJSIP/trunk-{number:08x}",
                    "began_at": began, "ended_at": ended})  # fmt: skip
    seconds = (ended - began).total_seconds()
    kept = ended + timedelta(days=1095)
    recording_id = paper.number(Recording, {
        "call_id": call_id, "kind": Kind.CALL, "state": State.COMPLETE, "path": f"demo/{call_id}.wav",
        "began_at": began, "seconds": seconds, "size": round(seconds) * 16000 + 44, "sha256": SHA256,
        "taken_in_at": ended, "keep_until": kept, "stored": f"demo/{call_id}.flac",
        "stored_size": round(seconds) * 7000, "packing": "flac",
        "key_id": NODE, "checked_at": ended})  # fmt: skip
    return call_id, recording_id


def _timeline(paper: Paper, rung: Rung, queued: datetime | None, answered: datetime | None) -> None:
    lines: list[tuple[datetime, Step, dict[str, object]]] = [(rung.began, Step.BEGAN, {})]
    if rung.outcome in (Outcome.ANSWERED_BY_MACHINE, Outcome.DIRECTED):
        told = Step.TOLD if rung.outcome is Outcome.ANSWERED_BY_MACHINE else Step.DIRECTED
        lines += [(rung.began + timedelta(seconds=4), Step.DEPARTMENT, {"department": rung.asked.department_id}),
                  (rung.began + timedelta(seconds=8), told, {"entry": rung.asked.id})]  # fmt: skip
    if queued:
        lines.append((queued, Step.QUEUED, {}))
    if answered:
        lines.append((answered, Step.ANSWERED, {"operator": login(rung.operator)}))
    if rung.outcome is Outcome.PLACE_KEPT:
        lines.append((rung.ended, Step.PLACE_KEPT, {}))
    lines.append((rung.ended, Step.ENDED, {}))
    for at, kind, detail in lines:
        paper.number(CallStep, {"call_id": rung.id, "at": at, "kind": kind, "detail": detail})


def _told(paper: Paper, chance: Random, rung: Rung, *, kept: bool) -> None:
    channel = Channel.OPERATOR if rung.operator else Channel.MACHINE
    at = rung.began + timedelta(seconds=9)
    leave, version = rung.asked.leave or (None, None)
    paper.number(Telling, {"call_id": rung.id, "at": at, "channel": channel, "entry_id": rung.asked.id,
                           "entry_version_id": rung.asked.version_id, "authorisation_id": leave,
                           "authorisation_version": version, "form": "full", "words": rung.asked.spoken,
                           "by": login(rung.operator), "number": rung.caller})  # fmt: skip
    if not kept:
        return
    paper.number(Search, {"at": at, "channel": channel, "way": Way.WORDS if rung.operator else Way.KEYS,
                          "words": rung.asked.question[:40], "call_id": rung.id,
                          "department_id": rung.asked.department_id, "found": Found.CHOSEN, "entry_id": rung.asked.id,
                          "place": chance.choice((1, 1, 1, 2, 3)), "score": 90.0})  # fmt: skip


def _rated(paper: Paper, rung: Rung, of: Of, grade: int) -> None:
    paper.number(CallStep, {"call_id": rung.id, "at": rung.ended, "kind": Step.RATED,
                            "detail": {"of": of, "grade": grade}})  # fmt: skip


def _handed_on(paper: Paper, cast: Cast, chance: Random, rung: Rung, operator: Person, answered: datetime, *,
               grade: int) -> None:
    state = chance.choices((TransferState.CONNECTED, TransferState.NOBODY, TransferState.OUT_OF_HOURS), (70, 25, 5))[0]
    at = answered + timedelta(seconds=20)
    unit = chance.choice(cast.departments)
    made = paper.number(Transfer, {
        "call_id": rung.id, "department_id": unit, "account_id": operator.id, "klass": "consult",
        "words": rung.asked.question[:80], "otherwise": Otherwise.RECORD, "state": state, "began_at": at,
        "settled_at": at + timedelta(seconds=40)})  # fmt: skip
    if grade and state is TransferState.CONNECTED:
        _rated(paper, rung, Of.DEPARTMENT, grade)
    for place in range(1 if state is TransferState.CONNECTED else 2):
        reached = state is TransferState.CONNECTED
        paper.put(TransferAttempt, {
            "id": f"liaison-{made:08d}-{place}", "transfer_id": made, "number": place + 1, "position": "AB"[place],
            "name": cast.liaisons[unit][0].login[:40], "phone": "08772600000", "seconds": 20,
            "dialled_at": at + timedelta(seconds=place * 20), "ended_at": at + timedelta(seconds=place * 20 + 20),
            "joined_at": at + timedelta(seconds=12) if reached else None,
            "picked_up_at": at + timedelta(seconds=10) if reached else None,
            "outcome": "answered" if reached else "no_answer"})  # fmt: skip
