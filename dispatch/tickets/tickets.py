"""Tickets: a matter handed to a department, and every step that was taken with it."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from dispatch.tickets.states import State
from hotline.database import Base, insert_into
from hotline.directory.departments import Department
from hotline.times import local_day
from recordings.recordings import Recording


class Klass(StrEnum):
    """The class of a matter."""

    CONSULT = "consult"  # 咨询
    HELP = "help"  # 求助
    COMPLAINT = "complaint"  # 投诉
    REPORT = "report"  # 举报
    SUGGESTION = "suggestion"  # 建议
    PRAISE = "praise"  # 表扬


class Urgency(StrEnum):
    """How fast a matter must go; the clocks of the last two run in hours, round the clock."""

    NORMAL = "normal"  # 一般
    URGENT = "urgent"  # 紧急
    CRITICAL = "critical"  # 特急


GUARDED = frozenset({Klass.COMPLAINT, Klass.REPORT})
"""Classes whose recording and caller never reach a department."""
NO_CALL_BACK = frozenset({Klass.SUGGESTION, Klass.PRAISE})
OWN_WORDS = "words"
"""Where the first step of a ticket keeps what the citizen wrote himself, whatever becomes of the summary."""
OWN_TITLE = "title"
"""Where it keeps the title, if it is his own."""
UNHEARD = "来电人留言，请收听录音后填写摘要。"
"""The summary of a question left after the tone, until somebody has listened: nobody knows yet whether it is a
complaint, so it goes to nobody outside before."""
UNSAID = "来电人留言中没有听到内容，请收听整通录音；仍不清楚的，请回拨来电人，问明后填写摘要。"
"""The same of who was told a query code and had said nothing."""
UNWRITTEN = (UNHEARD, UNSAID)
ALONG = "extended_along"
"""In the history: the day by which the caller is answered moved with the main ticket's (随主单延期)."""


class TicketRules(Base):
    """One set of rules for tickets (clocks/rules.py says what is in it), from the day on which it holds to its last;
    without a first day: as the settings had them. What the office enters holds once a second person confirmed it."""

    __tablename__ = "ticket_rules"
    id: Mapped[int] = mapped_column(primary_key=True)
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]  # the last day; None: until another begins
    terms: Mapped[dict[str, Any]] = mapped_column(JSON)
    digest: Mapped[str] = mapped_column(String(64), unique=True)  # of the settings' terms, which stand once
    basis: Mapped[str] = mapped_column(String(200), default="")  # 依据
    by: Mapped[str] = mapped_column(String(60), default="")
    at: Mapped[datetime]
    confirmed_by: Mapped[str] = mapped_column(String(60), default="")
    confirmed_at: Mapped[datetime | None]
    dropped_by: Mapped[str] = mapped_column(String(60), default="")
    dropped_at: Mapped[datetime | None]  # taken back before it held for anything


class Ticket(Base):
    """One matter. `summary` is what the department reads; the caller's own lines stay with the hotline."""

    __tablename__ = "ticket"
    __table_args__ = (Index("ix_ticket_department_intake", "department_id", "intake_at"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[str] = mapped_column(String(30), unique=True)
    code_digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    call_id: Mapped[str | None] = mapped_column(ForeignKey("call.id"), index=True)
    recording_id: Mapped[int | None] = mapped_column(ForeignKey("recording.id"))
    source: Mapped[str] = mapped_column(String(12), default="call")  # call | web | correction (更正告知) | 12345
    klass: Mapped[Klass] = mapped_column(String(12))
    urgency: Mapped[Urgency] = mapped_column(String(8), default=Urgency.NORMAL)
    rules_id: Mapped[int | None] = mapped_column(ForeignKey("ticket_rules.id"))  # the rules that it was opened under
    state: Mapped[State] = mapped_column(String(14), index=True)
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(Text)
    confidential: Mapped[bool] = mapped_column(default=False)
    complained_of: Mapped[str] = mapped_column(String(120), default="")  # 被反映单位
    caller: Mapped[str] = mapped_column(String(24), default="", index=True)
    contact: Mapped[str] = mapped_column(String(24), default="", index=True)
    caller_name: Mapped[str] = mapped_column(String(40), default="")
    department_id: Mapped[int | None] = mapped_column(ForeignKey("department.id"), index=True)
    intake_at: Mapped[datetime] = mapped_column(index=True)
    promised_by: Mapped[datetime]
    promised_days: Mapped[int | None]  # as the rules were at intake; None: from before they were kept
    promised_hours: Mapped[int | None]  # instead of the days, for what is urgent
    promise_extended: Mapped[int] = mapped_column(default=0)  # 延期: working days that the caller was told of
    promise_provisional: Mapped[bool] = mapped_column(default=False)  # it runs into a year without a plan
    why_promised: Mapped[list[str]] = mapped_column(JSON, default=list)
    dispatched_at: Mapped[datetime | None]
    accept_by: Mapped[datetime | None]
    return_by: Mapped[datetime | None]
    due_from: Mapped[datetime | None]  # when the department's time began
    due_days: Mapped[int | None]
    due_hours: Mapped[int | None]  # instead of the days, for what is urgent
    extension_asked: Mapped[int | None]  # 延期: working days that the department asks for
    extended_days: Mapped[int] = mapped_column(default=0)  # 延期: working days granted on top
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    provisional: Mapped[bool] = mapped_column(default=False)
    why_due: Mapped[list[str]] = mapped_column(JSON, default=list)
    rung: Mapped[int] = mapped_column(default=0)  # how many rungs of the ladder were climbed for this deadline
    rung_at: Mapped[datetime | None] = mapped_column(index=True)  # when the next is
    returned: Mapped[int] = mapped_column(default=0)  # how often departments gave it back
    imposed: Mapped[bool] = mapped_column(default=False)  # 指定承办: it can't be given back any more
    facts_by: Mapped[datetime | None] = mapped_column(index=True)  # 待补充: until when it waits
    county_code: Mapped[str] = mapped_column(String(6), default="", index=True)  # 转派: whose office has it
    dispatch_since: Mapped[datetime | None]  # since when it waits for the hotline, or that office, to dispatch it
    dispatch_by: Mapped[datetime | None]  # by when they do
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("ticket.id"), index=True)  # 合并: what it goes with
    shares_open: Mapped[int] = mapped_column(default=0)  # 协办: how many other departments still owe their share
    foreign_number: Mapped[str] = mapped_column(String(40), default="", index=True)  # what 12345 calls it
    opened_at: Mapped[datetime | None]
    reply: Mapped[str] = mapped_column(Text, default="")
    personal: Mapped[bool] = mapped_column(default=False)  # 涉个人信息: told by an operator, never by the machine
    replied_by: Mapped[str] = mapped_column(String(60), default="")  # none: it is to be written, or written again
    signed_by: Mapped[str] = mapped_column(String(60), default="")
    checked_by: Mapped[str] = mapped_column(String(60), default="")
    redone: Mapped[int] = mapped_column(default=0)
    satisfaction: Mapped[int | None]  # 1 (very satisfied) to 5 (very dissatisfied), as keyed
    solved: Mapped[bool | None]  # whether it is, as he says; None: not asked, or no answer
    operator_satisfaction: Mapped[int | None]  # the same of who took the call; `satisfaction` is the department's
    disputed_at: Mapped[datetime | None]  # dissatisfied again: the supervisor decides
    reached: Mapped[bool | None]  # whether the call-back reached the caller; None where none was needed
    closed_at: Mapped[datetime | None]
    version: Mapped[int] = mapped_column(default=1)
    department: Mapped[Department | None] = relationship()
    recording: Mapped[Recording | None] = relationship()
    rules: Mapped[TicketRules | None] = relationship()
    steps: Mapped[list["TicketStep"]] = relationship(order_by="TicketStep.id")
    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 (SQLAlchemy's own name)


class TicketStep(Base):
    """One step of a ticket: who, when, why; never overwritten."""

    __tablename__ = "ticket_step"
    id: Mapped[int] = mapped_column(primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    at: Mapped[datetime]
    by: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(16))
    source: Mapped[str] = mapped_column(String(14))
    target: Mapped[str] = mapped_column(String(14))
    why: Mapped[str] = mapped_column(String(500), default="")
    detail: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class DailyNumber(Base):
    """The last ticket number given out on a day."""

    __tablename__ = "daily_number"
    day: Mapped[date] = mapped_column(primary_key=True)
    last: Mapped[int]


def next_number(session: Session, *, prefix: str, at: datetime) -> str:
    """The next number of the day: 96128-20261123-0001."""
    day = local_day(at)
    statement = insert_into(session, DailyNumber).values(day=day, last=1)
    raised = statement.on_conflict_do_update(index_elements=[DailyNumber.day], set_={"last": DailyNumber.last + 1})
    last = session.execute(raised.returning(DailyNumber.last)).scalar_one()
    return f"{prefix}-{day:%Y%m%d}-{last:04d}"


def followed(session: Session, ticket: Ticket) -> Ticket:
    """Where the matter is worked at: the ticket that this one was merged into (合并), or itself."""
    return session.get_one(Ticket, ticket.merged_into_id) if ticket.merged_into_id is not None else ticket


def guarded(ticket: Ticket) -> bool:
    """Whether nothing that identifies the caller may reach a department."""
    return ticket.confidential or Klass(ticket.klass) in GUARDED


def own_words(ticket: Ticket) -> str:
    """What the citizen wrote himself; empty where somebody of the hotline wrote the matter down."""
    return str(ticket.steps[0].detail.get(OWN_WORDS, "")) if ticket.steps else ""


def own_title(ticket: Ticket) -> str:
    """The title that the citizen gave it himself; empty where the hotline did."""
    return str(ticket.steps[0].detail.get(OWN_TITLE, "")) if ticket.steps else ""
