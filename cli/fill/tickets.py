"""An invented ticket: the matter of a call or of 12345, and all that was done with it."""

import hashlib
from collections import Counter
from datetime import datetime, timedelta
from random import Random
from typing import Any

from cli.fill import handed, left, passed, rung_back, shared, steps, told
from cli.fill.calls import Rung
from cli.fill.cast import Cast, login
from cli.fill.lives import Deed, live
from cli.fill.paper import Paper, Row
from dispatch.tickets.states import OVER, Action, State
from dispatch.tickets.supervision import Supervision
from dispatch.tickets.tickets import DailyNumber, Klass, Ticket, Urgency
from hotline.audit import AuditRow
from hotline.times import local_day

CLASSES = ((Klass.CONSULT, 40), (Klass.HELP, 30), (Klass.COMPLAINT, 18), (Klass.REPORT, 4), (Klass.SUGGESTION, 6),
           (Klass.PRAISE, 2))  # fmt: skip
URGENCIES = ((Urgency.NORMAL, 96), (Urgency.URGENT, 3), (Urgency.CRITICAL, 1))
PLACES = ("玉兴路", "珊瑚路", "东风广场", "高仓街道", "大营街", "研和镇", "北城街道", "春和街道", "洛河乡", "小石桥乡")
OFFICE, LIAISON, LEADER = "office", "liaison", "leader"
DOERS = {Action.OPEN: LIAISON, Action.ACCEPT: LIAISON, Action.RETURN: LIAISON, Action.REPLY: LIAISON,
         Action.ASK_FACTS: LIAISON, Action.ASK_EXTENSION: LIAISON, Action.SIGN: LEADER}  # fmt: skip
AUDITED = frozenset({Action.DISPATCH, Action.SIGN, Action.PASS})


class Numbers:
    """The tickets' numbers of each day."""

    def __init__(self, prefix: str) -> None:
        self._prefix, self._days = prefix, Counter[Any]()

    def next(self, at: datetime) -> str:
        day = local_day(at)
        self._days[day] += 1
        return f"{self._prefix}-{day:%Y%m%d}-{self._days[day]:04d}"

    def note(self, paper: Paper) -> None:
        """How far each day's have come, so that the next ticket of today gets another."""
        for day, last in self._days.items():
            paper.put(DailyNumber, {"day": day, "last": last})


def ticket(paper: Paper, cast: Cast, chance: Random, rung: Rung, *, numbers: Numbers, until: datetime) -> None:
    """Note the ticket of a call, or of 12345 where there is none, as it stands at the moment `until`."""
    deeds = live(chance, since=rung.ended, until=until)
    unit = rung.asked.department_id if rung.asked.department_id in cast.liaisons else chance.choice(cast.departments)
    row = _row(chance, rung, numbers.next(rung.ended))
    row.update({} if rung.id else passed.foreign(row))
    ticket_id = paper.number(Ticket, row)
    by = login(rung.operator) if rung.id else row["source"]
    steps.note(paper, ticket_id, ("refer", "", row["state"]), by, rung.ended)
    for number, deed in enumerate(deeds):
        _taken(paper, cast, row, deed, unit)
        if deed.action is Action.ACCEPT and chance.random() < shared.OFTEN:
            following = deeds[number + 1].at if deed is not deeds[-1] else None
            shared.asked(paper, cast, chance, row, since=deed.at, following=following, until=until)
    if row["state"] in OVER:
        row["rung_at"] = None
    _supervised(paper, row, until)
    rung_back.of_ticket(paper, cast, row, deeds)
    handed.of_ticket(paper, row, unit, deeds)
    if not rung.id:
        passed.came(paper, cast, chance, row, until=until)


def _row(chance: Random, rung: Rung, number: str) -> Row:
    klass = chance.choices([one for one, _ in CLASSES], [weight for _, weight in CLASSES])[0]
    urgency = chance.choices([one for one, _ in URGENCIES], [weight for _, weight in URGENCIES])[0]
    place = f"{chance.choice(PLACES)}{chance.randint(1, 300)}号"
    return {
        "number": number, "code_digest": hashlib.sha256(number.encode()).hexdigest(), "call_id": rung.id,
        "recording_id": rung.recording_id, "source": "call", "klass": klass, "urgency": urgency,
        "state": State.TO_DISPATCH, "title": f"{place}：{rung.asked.question}"[:120],
        "summary": f"来电人住{place}，询问：{rung.asked.question}。来电人已按一次性告知的材料准备，希望尽快答复。",
        "confidential": klass in (Klass.COMPLAINT, Klass.REPORT) and chance.random() < 0.3, "caller": rung.caller,
        "contact": rung.caller, "department_id": None, "intake_at": rung.ended,
        "promised_by": rung.ended + left.ANSWER + left.MORE, "dispatched_at": None, "due_at": None, "due_from": None,
        "accept_by": None, "return_by": None, "opened_at": None, "reply": "", "replied_by": "", "signed_by": "",
        "checked_by": "", "closed_at": None, "satisfaction": None, "solved": None, "reached": None, "redone": 0,
        "returned": 0,
        "dispatch_since": rung.ended, "rung_at": rung.ended,
        "extended_days": 0, "foreign_number": "", "facts_by": None, "version": 1, "why_due": [],
        "personal": False, "shares_open": 0,
    }  # fmt: skip


def _taken(paper: Paper, cast: Cast, row: Row, deed: Deed, unit: int) -> None:
    """A step is taken: on the ticket, in its history and the trail, and whoever it concerns is told."""
    by = _doer(cast, deed, unit, row["id"])
    left.done(row, deed, unit, by)
    steps.note(paper, row["id"], (deed.action, deed.source, deed.target), by, deed.at)
    if deed.action in AUDITED:
        paper.number(AuditRow, {"at": deed.at, "by": by, "deed": f"ticket.{deed.action}", "kind": "ticket",
                                "thing": row["number"]})  # fmt: skip
    told.of_step(paper, cast, row, deed)


def _doer(cast: Cast, deed: Deed, unit: int, ticket_id: int) -> str:
    match DOERS.get(deed.action, OFFICE):
        case "liaison":
            return cast.liaisons[unit][ticket_id % len(cast.liaisons[unit])].login
        case "leader":
            return cast.leaders[unit][0].login if unit in cast.leaders else "hotline"
    return "hotline" if deed.action in (Action.CLOSE, Action.FILE, Action.REDO) else cast.supervisors[0].login


def _supervised(paper: Paper, row: Row, until: datetime) -> None:
    """What is long over its day and still with its department is on the inspector's list."""
    late = row["state"] == State.IN_HAND and row["due_at"] and row["due_at"] + timedelta(days=3) < until
    if late:
        paper.number(Supervision, {"ticket_id": row["id"], "department_id": row["department_id"],
                                   "at": row["due_at"] + timedelta(days=3), "by": "hotline",
                                   "why": "逾期三个工作日未办结"})  # fmt: skip
