"""An answer that was given in a ticket becomes a draft entry: of general interest, and without the person who asked."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.tickets import reply_versions
from dispatch.tickets.states import State
from dispatch.tickets.tickets import Ticket, guarded
from hotline.accounts.accounts import Account
from hotline.directory.departments import Department
from hotline.times import local_day
from knowledge_base import drafts
from knowledge_base.content import LONGEST, Content
from knowledge_base.entries import EntryVersion
from knowledge_base.personal import GONE, masked
from knowledge_base.transitions import LifeError

ANSWERED = frozenset({State.TO_CALL_BACK, State.CLOSED, State.FILED})


def drafted_from(session: Session, ticket: Ticket) -> EntryVersion | None:
    """The draft that this ticket's answer became; None when nobody made one."""
    query = select(EntryVersion).where(EntryVersion.source == ticket.number)
    return session.scalar(query.order_by(EntryVersion.id).limit(1))


def fit_to_draft(ticket: Ticket) -> bool:
    """Whether the ticket's answer may become an entry: answered, and nobody's complaint, secret or personal matter."""
    return (State(ticket.state) in ANSWERED and bool(ticket.reply) and ticket.department_id is not None
            and ticket.source != "correction" and not guarded(ticket) and not ticket.personal)  # fmt: skip


def draft_from(session: Session, ticket: Ticket, *, by: Account, at: datetime) -> EntryVersion:
    """A draft of the ticket's title and reply, from which what points to a person is taken out; the rest is for who
    edits it. LifeError when there is one already, or the answer is no matter of general interest."""
    session.flush()
    session.refresh(ticket, with_for_update=True)  # of two who press at once, one hears that there is a draft
    if drafted_from(session, ticket) is not None:
        raise LifeError("该工单的答复已生成条目草稿")
    if not fit_to_draft(ticket):
        raise LifeError("投诉、举报、保密和涉个人信息的工单，以及尚未答复的工单，不能生成条目")
    unit = session.get_one(Department, ticket.department_id)
    answer = _without(ticket, ticket.reply)
    question = _without(ticket, ticket.title)
    content = Content(question=question[: LONGEST["question"]], answer=answer[: LONGEST["answer"]],
                      spoken=answer if len(answer) <= LONGEST["spoken"] else "", valid_from=local_day(at),
                      phone=unit.phone[: LONGEST["phone"]])  # fmt: skip
    draft = drafts.begin(session, content, department=unit, by=by, at=at, why=f"由工单{ticket.number}的答复生成",
                         source=ticket.number)  # fmt: skip
    reply_versions.note(session, ticket, draft, at=at)
    return draft


def _without(ticket: Ticket, words: str) -> str:
    """The words without numbers, names and whatever else the ticket knows of its caller."""
    for known in (ticket.caller_name, ticket.caller, ticket.contact):
        if len(known) > 1:
            words = words.replace(known, GONE)
    return masked(words)
