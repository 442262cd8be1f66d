"""What goes back to 12345 of the matters that it passed to us: one message a step, owed in its own transaction."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.passed.passed_matters import SOURCE, PassedMatter
from dispatch.tickets.states import Action, State
from dispatch.tickets.tickets import ALONG, Ticket, TicketStep
from hotline.telling import outbox
from hotline.telling.outbox import Channel
from hotline.times import local

TOPIC = "passed"
EVENTS: dict[str, str] = {
    Action.DISPATCH: "dispatched", Action.IMPOSE: "dispatched", Action.EXTEND: "extended", ALONG: "extended",
    Action.PASS: "answered", Action.FOLLOW: "answered",
    Action.CLOSE: "closed", Action.SETTLE: "closed", Action.NOT_ACCEPT: "not_accepted", Action.PASS_ON: "handed_back",
    Action.WITHDRAW: "withdrawn", Action.VOID: "void",
}  # fmt: skip
"""The steps that 12345 hears of, and how they are called there."""
BY_TELEPHONE = "涉及个人信息，由96128核实身份后告知本人"


def of_step(session: Session, ticket: Ticket, step: TicketStep) -> None:
    """Owe what a step brings; nothing, where the matter isn't theirs, or came as a file: then a person tells them."""
    if step.action in EVENTS and (webhook_id := _whom(session, ticket)) is not None:
        owe(session, webhook_id, ticket, step, at=step.at)


def solved(session: Session, ticket: Ticket, *, at: datetime) -> None:
    """Owe what the caller says after his grade, when they have heard already that it is closed."""
    if ticket.state == State.CLOSED and (webhook_id := _whom(session, ticket)) is not None:
        told = _which(ticket, "solved") | {"solved": ticket.solved}
        outbox.owe(session, key=f"passed:{ticket.id}:solved", channel=Channel.WEBHOOK, place=str(webhook_id),
                   topic=TOPIC, about=("ticket", ticket.number), values=told, at=at)  # fmt: skip


def owe(session: Session, webhook_id: int, ticket: Ticket, step: TicketStep, *, at: datetime, key: str = "") -> None:
    """Owe them one step of theirs; with another `key` once more."""
    outbox.owe(session, key=f"passed:{step.id}{key}", channel=Channel.WEBHOOK, place=str(webhook_id), topic=TOPIC,
               about=("ticket", ticket.number), values=_values(ticket, step), at=at)  # fmt: skip


def _whom(session: Session, ticket: Ticket) -> int | None:
    """The interface that the matter came by; None where it isn't theirs, or came as a file."""
    if ticket.source != SOURCE:
        return None
    return session.scalar(select(PassedMatter.webhook_id).where(PassedMatter.ticket_id == ticket.id))


def _values(ticket: Ticket, step: TicketStep) -> dict[str, Any]:
    """What they are told: number and foreign number, what happened, and what belongs to it."""
    told = _which(ticket, EVENTS[step.action])
    match told["event"]:
        case "answered":
            told["answer"] = answer(ticket)
        case "extended":
            told["promised_by"] = local(ticket.promised_by).isoformat()
        case "closed":
            told |= {"reached": ticket.reached, "satisfaction": ticket.satisfaction, "solved": ticket.solved,
                     "answer": answer(ticket)}  # fmt: skip
        case "not_accepted" | "handed_back" | "void" | "withdrawn":
            told |= {"reason": step.why, "where": str(step.detail.get("where", ""))}
    return told


def _which(ticket: Ticket, event: str) -> dict[str, Any]:
    return {"number": ticket.number, "foreign_number": ticket.foreign_number, "event": event}


def answer(ticket: Ticket) -> str:
    """The reply as they may have it: what is personal is told to the caller alone."""
    return BY_TELEPHONE if ticket.personal else ticket.reply
