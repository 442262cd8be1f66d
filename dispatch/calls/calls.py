"""Calls: one row each, joined by our own call id, with a timeline that only grows."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, case, column, insert, or_, select, table, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from hotline import phones
from hotline.database import Base, insert_into
from hotline.times import local

_TELLING = table("telling", column("call_id"), column("number"))  # tellings.py knows us, not we it
_RATED = text("kind = 'rated'")
TELLING = "telling"  # who noted a call of ours in which somebody is told something by telephone


class Outcome(StrEnum):
    """How a call ended, as figures count it."""

    ANSWERED_BY_MACHINE = "answered_by_machine"
    DIRECTED = "directed"  # told who is responsible, no more
    PROGRESS_TOLD = "progress_told"
    ANSWERED_BY_OPERATOR = "answered_by_operator"
    MESSAGE_LEFT = "message_left"
    PLACE_KEPT = "place_kept"  # he waits no longer: we ring him when it is his turn
    CALLED_BACK = "called_back"
    ABANDONED = "abandoned"  # asked for a person and hung up before one came
    HUNG_UP = "hung_up"  # left without asking for anything


class Step(StrEnum):
    """A kind of line in a call's timeline."""

    BEGAN = "began"
    MENU = "menu"
    DEPARTMENT = "department"
    HEARD = "heard"  # what the machine understood
    EMERGENCY = "emergency"  # he was told whom to ring
    CANDIDATE = "candidate"
    TOLD = "told"
    DIRECTED = "directed"
    PROGRESS = "progress"
    CODE_WRONG = "code_wrong"
    QUEUED = "queued"
    NOTICE = "notice"  # an urgent topic, heard while he waited
    OFFERED = "offered"
    MISSED = "missed"
    ANSWERED = "answered"
    LISTENED_IN = "listened_in"  # 监听: a supervisor's telephone is rung to hear it
    LISTENING_CUT = "listening_cut"  # he hears no more: its matter became one that nobody listens in to
    LEFT_QUEUE = "left_queue"
    PLACE_KEPT = "place_kept"
    TRANSFER_BEGAN = "transfer_began"  # 转接承办单位
    TRANSFER_TRIED = "transfer_tried"
    TRANSFER_JOINED = "transfer_joined"
    TRANSFER_ENDED = "transfer_ended"
    MESSAGE = "message"
    REFERRED = "referred"
    TALKED = "talked"  # with him whom nobody had answered
    RATED = "rated"
    ENDED = "ended"
    FAULT = "fault"


class Call(Base):
    """One conversation with a citizen, whichever way it was begun."""

    __tablename__ = "call"
    __table_args__ = (Index("ix_call_operator_began", "operator_id", "began_at",
                            postgresql_include=["answered_at", "ended_at"]),)  # fmt: skip
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    direction: Mapped[str] = mapped_column(String(10), default="in")  # in | out (a call-back)
    node: Mapped[str] = mapped_column(String(40), default="")
    uniqueid: Mapped[str] = mapped_column(String(60), default="")
    caller: Mapped[str] = mapped_column(String(24), default="")
    dialled: Mapped[str] = mapped_column(String(24), default="")
    began_at: Mapped[datetime] = mapped_column(index=True)
    queued_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None] = mapped_column(index=True)
    operator_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    outcome: Mapped[Outcome | None] = mapped_column(String(24), index=True)
    taken_from: Mapped[str] = mapped_column(String(12), default="agi")  # who noted it first: agi | listener | records
    steps: Mapped[list["CallStep"]] = relationship(order_by="CallStep.at, CallStep.id")


class CallStep(Base):
    """One line of a call's timeline."""

    __tablename__ = "call_step"
    __table_args__ = tuple(Index(f"ix_call_step_rated_{by}", by, sqlite_where=_RATED, postgresql_where=_RATED)
                           for by in ("call_id", "at"))  # fmt: skip
    id: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("call.id"), index=True)
    at: Mapped[datetime]
    kind: Mapped[Step] = mapped_column(String(16))
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Leg(Base):
    """One channel of the exchange and the call it belongs to."""

    __tablename__ = "leg"
    node: Mapped[str] = mapped_column(String(40), primary_key=True)
    uniqueid: Mapped[str] = mapped_column(String(60), primary_key=True)
    call_id: Mapped[str] = mapped_column(ForeignKey("call.id"), index=True)
    channel: Mapped[str] = mapped_column(String(100), default="")
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


def mint_id(at: datetime) -> str:
    """A call id of our own, in the form that the dialplan mints too: 20261123090000-0123456789ab."""
    return f"{local(at):%Y%m%d%H%M%S}-{secrets.token_hex(6)}"


def begin(session: Session, call_id: str, *, caller: str = "", dialled: str = "", node: str = "", uniqueid: str = "",
          direction: str = "in", taken_from: str = "agi", at: datetime) -> bool:
    """Make the call's row and first line, unless somebody noted it before; whether this was the first."""
    told = row(call_id, caller=caller, dialled=dialled, node=node, uniqueid=uniqueid, direction=direction,
               taken_from=taken_from, at=at)  # fmt: skip
    return bool(begin_all(session, [told]))


def row(call_id: str, *, caller: str = "", dialled: str = "", node: str = "", uniqueid: str = "",
        direction: str = "in", taken_from: str = "agi", at: datetime) -> dict[str, Any]:
    """The row of a call that begins, for `begin_all`."""
    return {"id": call_id, "caller": phones.normalise(caller), "dialled": dialled[:24], "node": node,
            "uniqueid": uniqueid, "direction": direction, "taken_from": taken_from, "began_at": at}  # fmt: skip


def begin_all(session: Session, rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Make the rows and first lines of calls that nobody noted before; the ids of these.

    Doors may hear of a call in any order, so the insert itself decides who was first. Plain statements, not
    objects: every caller waits for this."""
    told = {row["id"]: row for row in reversed(rows)}
    connection = session.connection()
    statement = insert_into(session, Call).on_conflict_do_nothing(index_elements=[Call.id]).returning(Call.id)
    new = set(connection.execute(statement, list(told.values())).scalars())
    if new:
        lines = [{"call_id": i, "at": told[i]["began_at"], "kind": Step.BEGAN} for i in new]
        connection.execute(insert(CallStep), lines)
    for call_id in told.keys() - new:
        _fill(session, told[call_id])
    return new


def _fill(session: Session, told: Mapping[str, Any]) -> None:
    """What the first who noted the call did not know."""
    columns = (Call.caller, Call.dialled, Call.node, Call.uniqueid)
    lacking = {c.key: case((c == "", told[c.key]), else_=c) for c in columns}
    filled = update(Call).where(Call.id == told["id"], or_(*(c == "" for c in columns))).values(lacking)
    lacked = session.scalars(filled.returning(Call.id), execution_options={"synchronize_session": "fetch"}).first()
    if lacked and (number := phones.first_reachable(told["caller"])):  # he is called about what he was told already
        untold = _TELLING.c.call_id == lacked, _TELLING.c.number == ""
        session.execute(update(_TELLING).where(*untold).values(number=number))


def queue(session: Session, call: Call, *, at: datetime) -> bool:
    """The caller waits for a person; noted once, whoever tells of it. Whether that is new."""
    if call.queued_at is not None:
        return False
    call.queued_at = at
    note(session, call.id, Step.QUEUED, at=at)
    return True


def move(call: Call, *, node: str, uniqueid: str) -> None:
    """He waits on another exchange than the one he came in on: what happens there decides from now on."""
    if call.node != node:
        call.node, call.uniqueid = node, uniqueid


def note(session: Session, call_id: str, kind: Step, *, at: datetime, **detail: Any) -> None:
    """Add a line to the call's timeline."""
    session.add(CallStep(call_id=call_id, at=at, kind=kind, detail=detail))


def before(session: Session, caller: str, *, at: datetime, most: int = 50) -> list[Call]:
    """Earlier calls from the same number, newest first."""
    if not caller:
        return []
    query = select(Call).where(Call.caller == caller, Call.began_at < at).order_by(Call.began_at.desc()).limit(most)
    return list(session.scalars(query))
