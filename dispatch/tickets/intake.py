"""A matter becomes a ticket: what a citizen asks is written down, and made better until a department sees it."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.calls import calls, tellings
from dispatch.calls.calls import Step
from dispatch.clocks import deadlines, dispatching, rules
from dispatch.tickets import caller_told, codes, merging, reach, secrecy
from dispatch.tickets.history import write_step
from dispatch.tickets.states import State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import GUARDED, OWN_TITLE, OWN_WORDS, Klass, Ticket, Urgency, guarded, next_number
from dispatch.transfers import transfers
from hotline import audit, phones
from hotline.accounts.accounts import Account
from hotline.settings import Settings
from recordings.recordings import Recording


@dataclass(frozen=True)
class Matter:
    """What a citizen asks of a department, as it is written down."""

    klass: Klass
    title: str
    summary: str
    confidential: bool = False
    complained_of: str = ""
    contact: str = ""
    caller_name: str = ""
    urgency: Urgency = Urgency.NORMAL

    def kept(self) -> "Matter":
        """As it is kept: no blanks around it, and no longer than it may be; ReferralError where it says nothing."""
        if not self.title.strip() or not self.summary.strip():
            raise ReferralError("请填写标题和事项摘要")
        return replace(self, title=self.title.strip()[:120], summary=self.summary.strip(),
                       complained_of=self.complained_of.strip()[:120],
                       caller_name=self.caller_name.strip()[:40])  # fmt: skip


def refer(session: Session, matter: Matter, *, call: calls.Call | None, recording: Recording | None, code: str,
          by: str, settings: Settings, at: datetime, own: str = "", own_title: str = "") -> Ticket:
    """A new ticket, waiting to be dispatched, with the caller's promise and the clock of its dispatch running from
    now.

    `code` is the query code that the caller was or will be told; empty when he was told none. `own` and `own_title`:
    what the citizen wrote himself."""
    ticket = _written_down(session, matter.kept(), call, settings=settings, at=at)
    ticket.recording_id = recording.id if recording else None
    ticket.code_digest = codes.digest(code, settings=settings) if code else None
    session.add(ticket)
    session.flush()
    his = {name: words for name, words in ((OWN_WORDS, own), (OWN_TITLE, own_title)) if words}
    write_step(session, ticket, "refer", by=by, source="", at=at, **his)
    if call is not None:
        calls.note(session, call.id, Step.REFERRED, at=at, ticket=ticket.number)
        tellings.called_at(session, ticket)
        _note_attempts(session, ticket, call.id)
    audit.note(session, "ticket.referred", by=by, at=at, about=("ticket", ticket.number), klass=matter.klass)
    return ticket


def _written_down(session: Session, matter: Matter, call: calls.Call | None, *, settings: Settings,
                  at: datetime) -> Ticket:  # fmt: skip
    """The row of a matter, its two clocks running."""
    held, caller = rules.in_force(session, settings=settings, at=at), call.caller if call else ""
    ticket = Ticket(
        number=next_number(session, prefix=settings.ticket_prefix, at=at), state=State.TO_DISPATCH,
        call_id=call.id if call else None, klass=matter.klass, title=matter.title, summary=matter.summary,
        confidential=matter.confidential, complained_of=matter.complained_of, caller=caller,
        contact=phones.normalise(matter.contact) or caller, caller_name=matter.caller_name, intake_at=at,
        promised_by=at, promise_extended=0, returned=0, rules_id=held.id, rules=held,
    )  # fmt: skip
    promise(session, ticket, matter.urgency, settings=settings)
    dispatching.begin(session, ticket, settings=settings, at=at)
    return ticket


def describe(session: Session, ticket: Ticket, matter: Matter, *, by: Account, settings: Settings,
             at: datetime) -> None:
    """What the hotline writes of a matter before any department sees it: its class, what it is about, secrecy, whom it
    complains of."""
    if ticket.state != State.TO_DISPATCH:
        raise ReferralError("工单派发后不能再修改类别和摘要")
    kept = matter.kept()
    now_is = (kept.klass, kept.title, kept.summary, kept.confidential, kept.urgency, kept.complained_of)
    if now_is == (ticket.klass, ticket.title, ticket.summary, ticket.confidential, ticket.urgency,
                  ticket.complained_of):  # fmt: skip
        return
    if wrong := _barred(ticket, kept, by=by):
        raise ReferralError(wrong)
    if matter.urgency != ticket.urgency:
        promise(session, ticket, matter.urgency, settings=settings)
        dispatching.count(session, ticket, settings=settings)
    before, secret = merging.kept_apart(ticket), kept.confidential and not ticket.confidential
    ticket.klass, ticket.title, ticket.summary, ticket.confidential, ticket.urgency, ticket.complained_of = now_is
    with session.no_autoflush:
        if merging.parted(session, ticket, before=before):
            raise ReferralError("已有工单并入本工单，不能改变保密要求、类别性质和被反映单位；请先撤销合并")
    write_step(session, ticket, "describe", by=by.login, source=ticket.state, at=at, klass=matter.klass,
               urgency=matter.urgency)  # fmt: skip
    if secret:
        caller_told.hush(session, ticket, at=at)
    audit.note(session, "ticket.describe", by=by.login, at=at, about=("ticket", ticket.number), klass=matter.klass)


def _barred(ticket: Ticket, matter: Matter, *, by: Account) -> str:
    """Why it may not be written so by him; empty where it may."""
    if guarded(ticket) and not reach.inside(by) and not (matter.confidential or matter.klass in GUARDED):
        return "投诉、举报和保密事项只能由热线改为其他类别"
    if secrecy.wished(ticket) and not matter.confidential:
        return "来电人要求保密，不能撤回"
    if ticket.complained_of not in ("", matter.complained_of) and not reach.inside(by):
        return "被反映单位只能由热线修改"
    return ""


def promise(session: Session, ticket: Ticket, urgency: Urgency, *, settings: Settings) -> None:
    """What the caller is promised, from the intake, by the rules that the ticket was opened under."""
    own = rules.of(ticket, settings=settings)
    ticket.urgency, ticket.promised_days = urgency, ticket.promised_days or own.days(Klass(ticket.klass))
    ticket.promised_hours = own.hours(urgency)
    deadlines.set_promise(session, ticket, settings=settings)


def _note_attempts(session: Session, ticket: Ticket, call_id: str) -> None:
    """Whom the caller could not be handed to stands on his ticket; of what is guarded nothing does."""
    for tried in () if guarded(ticket) else transfers.attempts_of(session, call_id):
        write_step(session, ticket, "transfer_tried", by="hotline", source=ticket.state, at=tried.dialled_at,
                   department=tried.transfer.department.name, position=tried.position, liaison=tried.name,
                   tried=tried.outcome)  # fmt: skip
