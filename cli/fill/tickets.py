"""An invented ticket: the matter of a call, all that was done with it, and the call-back that it ended with."""

import hashlib
from collections import Counter
from datetime import datetime, timedelta
from random import Random
from typing import Any

from cli.fill import calls, told
from cli.fill.calls import Rung
from cli.fill.cast import Cast, Person
from cli.fill.lives import Deed, live
from cli.fill.paper import Paper, Row
from dispatch.callbacks.callbacks import Attempt, Callback
from dispatch.callbacks.callbacks import State as Owed
from dispatch.tickets.states import OVER, Action, State
from dispatch.tickets.supervision import Supervision
from dispatch.tickets.tickets import DailyNumber, Klass, Ticket, TicketStep, Urgency
from hotline.audit import AuditRow
from hotline.times import local_day

CLASSES = ((Klass.CONSULT, 40), (Klass.HELP, 30), (Klass.COMPLAINT, 18), (Klass.REPORT, 4), (Klass.SUGGESTION, 6),
           (Klass.PRAISE, 2))  # fmt: skip
URGENCIES = ((Urgency.NORMAL, 96), (Urgency.URGENT, 3), (Urgency.CRITICAL, 1))
PLACES = ("玉兴路", "珊瑚路", "东风广场", "高仓街道", "大营街", "研和镇", "北城街道", "春和街道", "洛河乡", "小石桥乡")
DAYS = 7  # calendar days that a department has, roughly
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
    """Note the ticket of a call, as it stands at the moment `until`."""
    deeds = live(chance, since=rung.ended, until=until)
    unit = rung.asked.department_id if rung.asked.department_id in cast.liaisons else chance.choice(cast.departments)
    row = _row(chance, rung, numbers.next(rung.ended))
    ticket_id = paper.number(Ticket, row)
    _step(paper, ticket_id, ("refer", "", row["state"]), _login(rung.operator), rung.ended)
    for deed in deeds:
        by = _doer(cast, deed, unit, ticket_id)
        _done(row, deed, unit, by)
        _step(paper, ticket_id, (deed.action, deed.source, deed.target), by, deed.at)
        if deed.action in AUDITED:
            paper.number(AuditRow, {"at": deed.at, "by": by, "deed": f"ticket.{deed.action}", "kind": "ticket",
                                    "thing": row["number"]})  # fmt: skip
        told.of_step(paper, cast, row, deed)
    if row["state"] in OVER:
        row["rung_at"] = None
    _supervised(paper, row, until)
    _called_back(paper, cast, row, deeds)


def _row(chance: Random, rung: Rung, number: str) -> Row:
    klass = chance.choices([one for one, _ in CLASSES], [weight for _, weight in CLASSES])[0]
    urgency = chance.choices([one for one, _ in URGENCIES], [weight for _, weight in URGENCIES])[0]
    place = f"{chance.choice(PLACES)}{chance.randint(1, 300)}号"
    return {
        "number": number, "code_digest": hashlib.sha256(number.encode()).hexdigest(), "call_id": rung.id,
        "recording_id": rung.recording_id, "klass": klass, "urgency": urgency, "state": State.TO_DISPATCH,
        "title": f"{place}：{rung.asked.question}"[:120],
        "summary": f"来电人住{place}，询问：{rung.asked.question}。来电人已按一次性告知的材料准备，希望尽快答复。",
        "confidential": klass in (Klass.COMPLAINT, Klass.REPORT) and chance.random() < 0.3, "caller": rung.caller,
        "contact": rung.caller, "department_id": None, "intake_at": rung.ended,
        "promised_by": rung.ended + timedelta(days=DAYS + 3), "dispatched_at": None, "due_at": None, "due_from": None,
        "accept_by": None, "return_by": None, "opened_at": None, "reply": "", "replied_by": "", "signed_by": "",
        "checked_by": "", "closed_at": None, "satisfaction": None, "reached": None, "redone": 0, "returned": 0,
        "rung_at": None, "extended_days": 0, "foreign_number": "", "facts_by": None, "version": 1, "why_due": [],
        "personal": False,
    }  # fmt: skip


def _done(row: Row, deed: Deed, unit: int, by: str) -> None:
    """What a step leaves on the ticket."""
    row["state"], row["version"] = deed.target, row["version"] + 1
    match deed.action:
        case Action.DISPATCH:
            due = deed.at + timedelta(days=DAYS)
            row.update(department_id=unit, dispatched_at=deed.at, due_from=deed.at, due_at=due, rung_at=due,
                       accept_by=deed.at + timedelta(days=1), return_by=deed.at + timedelta(days=2),
                       why_due=["演示数据"])  # fmt: skip
        case Action.OPEN:
            row["opened_at"] = deed.at
        case Action.RETURN:
            row.update(department_id=None, due_at=None, due_from=None, rung_at=None, returned=row["returned"] + 1)
        case Action.REPLY:
            row.update(reply="您好，请携带身份证原件到承办单位窗口办理，当日办结。", replied_by=by)
        case Action.SIGN:
            row.update(signed_by=by, rung_at=None)
        case Action.PASS:
            row.update(checked_by=by)
        case Action.REDO:
            row.update(redone=1, reply="", replied_by="", signed_by="", checked_by="")
        case Action.ASK_FACTS:
            row["facts_by"] = deed.at + timedelta(days=5)
        case Action.GIVE_FACTS | Action.GO_ON:
            row["facts_by"] = None
        case Action.EXTEND:
            row["extended_days"] = 3
        case Action.PASS_ON:
            row["foreign_number"] = f"YX{row['number'][6:]}"
    if deed.target in OVER and row["closed_at"] is None:
        row["closed_at"] = deed.at


def _step(paper: Paper, ticket_id: int, line: tuple[str, str, str], by: str, at: datetime) -> None:
    action, source, target = line
    paper.number(TicketStep, {"ticket_id": ticket_id, "at": at, "by": by, "action": action, "source": source,
                              "target": target, "why": "演示数据", "detail": {}})  # fmt: skip


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


def _called_back(paper: Paper, cast: Cast, row: Row, deeds: list[Deed]) -> None:
    """Each reply that was passed owes a call; what is owed still is a person's, so no machine rings who doesn't
    exist."""
    for deed in deeds:
        if deed.action is not Action.PASS:
            continue
        ended = next((d for d in deeds if d.source is State.TO_CALL_BACK and d.at > deed.at), None)
        operator = cast.operators[row["id"] % len(cast.operators)] if row["id"] % 5 == 0 else None
        made = paper.number(Callback, {
            "ticket_id": row["id"], "number": row["caller"], "state": Owed.DONE if ended else Owed.DUE,
            "by_person": ended is None or operator is not None, "due_at": deed.at, "attempts": 1 if ended else 0,
            "holder_id": operator.id if operator and ended else None})  # fmt: skip
        if ended:
            _rung(paper, row, made, ended, operator)


def _rung(paper: Paper, row: Row, callback_id: int, ended: Deed, operator: Person | None) -> None:
    began = ended.at - timedelta(seconds=90)
    number = (1 << 40) + callback_id
    call_id = calls.call_out(paper, number=number, caller=row["caller"], began=began, operator=operator)
    paper.put(Attempt, {"id": f"callback-{callback_id:010d}", "callback_id": callback_id, "call_id": call_id,
                        "dialled_at": began, "ended_at": ended.at, "outcome": "told",
                        "by": _login(operator)})  # fmt: skip
    row.update(reached=True, satisfaction=1 + row["id"] % 7 // 3 if ended.action is Action.CLOSE else 4)


def _login(person: Person | None) -> str:
    return person.login if person else ""
