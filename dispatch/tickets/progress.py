"""How a matter stands, for a caller who keys his query code; a wrong code and a wrong telephone sound alike."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.calls.calls import Call, CallStep, Step
from dispatch.tickets import codes
from dispatch.tickets.states import OVER, Action, State
from dispatch.tickets.tickets import UNSAID, Ticket, TicketStep, followed
from hotline.phones import last_four
from hotline.settings import Settings

MOST_WRONG = 6
WITHIN = timedelta(hours=1)


@dataclass(frozen=True)
class Standing:
    """What the caller may hear: which matter, its state, when an answer is due; and where it may be sent to him."""

    ticket_id: int
    number: str
    state: State
    promised_by: datetime
    extended: bool = False  # 延期: the promise is longer than it was
    sent_to: tuple[str, ...] = ()  # the telephones that it was lodged with; of a confidential one nothing is sent
    instead: str = ""  # 不予受理: where he should go instead
    provisional: bool = False  # 暂定: the promise runs into a year without a plan

    @property
    def answered(self) -> bool:
        """Whether no answer is waited for any more."""
        return self.state in OVER | {State.TO_CALL_BACK}


def look_up(session: Session, code: str, *, caller: str, four: str, settings: Settings) -> Standing | None:
    """The standing of the matter behind a code, keyed from the telephone it was lodged with, or with that
    telephone's last four digits; None for anything else."""
    ticket = session.scalar(select(Ticket).where(Ticket.code_digest == codes.digest(code, settings=settings)))
    if ticket is None:
        return None
    own = _telephones(ticket)
    if caller not in own and four not in {last_four(n) for n in own}:
        return None
    return _standing(session, ticket)


def by_number(session: Session, number: str, code: str, *, settings: Settings) -> Standing | None:
    """The standing of the matter with this number and this query code; None for anything else, found with the same
    one question whether the number or the code is wrong, so that neither the answer nor its time tells which."""
    kept = codes.digest(code, settings=settings)
    ticket = session.scalar(select(Ticket).where(Ticket.number == number, Ticket.code_digest == kept))
    return None if ticket is None else _standing(session, ticket)


def _standing(session: Session, ticket: Ticket) -> Standing:
    state = State(followed(session, ticket).state)
    if state == State.NEEDS_FACTS and ticket.state == State.MERGED:  # another caller is asked, not he
        state = State.IN_HAND
    if state == State.TO_DISPATCH and ticket.summary == UNSAID:  # nobody but he knows what it is about
        state = State.NEEDS_FACTS
    where = _instead(session, ticket) if state in (State.NOT_ACCEPTED, State.FILED) else ""
    if where:  # filed or not: closed it is not
        state = State.NOT_ACCEPTED
    sent_to = () if ticket.confidential else _telephones(ticket)
    return Standing(ticket.id, ticket.number, state, ticket.promised_by, bool(ticket.promise_extended), sent_to, where,
                    ticket.promise_provisional)  # fmt: skip


def _instead(session: Session, ticket: Ticket) -> str:
    ended = TicketStep.ticket_id == ticket.id, TicketStep.action == Action.NOT_ACCEPT
    step = session.scalar(select(TicketStep).where(*ended).order_by(TicketStep.id.desc()).limit(1))
    return str(step.detail.get("where", "")) if step is not None else ""


def _telephones(ticket: Ticket) -> tuple[str, ...]:
    return tuple(number for number in (ticket.caller, ticket.contact) if number)


def locked(session: Session, caller: str, *, at: datetime) -> bool:
    """Whether too many wrong codes came from this number within the hour; anonymous callers share one count."""
    query = (
        select(func.count()).select_from(CallStep).join(Call)
        .where(Call.caller == caller, CallStep.kind == Step.CODE_WRONG, CallStep.at > at - WITHIN)
    )  # fmt: skip
    return (session.scalar(query) or 0) >= MOST_WRONG
