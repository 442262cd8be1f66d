"""A matter written down by an operator: the ticket, its query code, and its way to the department in one commit."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.calls.calls import Call
from dispatch.tickets import caller_sms, codes, intake, referrals
from dispatch.tickets.intake import Matter
from dispatch.tickets.tickets import Ticket
from hotline.accounts.accounts import Account
from hotline.directory.departments import Department
from hotline.settings import Settings
from hotline.telling import sms
from recordings import recordings
from recordings.recordings import Kind


@dataclass(frozen=True)
class Lodged:
    """A new ticket and the code that the caller is told, once."""

    ticket: Ticket
    code: str
    sent: bool = False  # it goes to his mobile, too


def lodge(session: Session, matter: Matter, *, call: Call, to: Department | None, by: Account, settings: Settings,
          at: datetime, told_closed: bool = False) -> Lodged:
    """Write the matter down with the call's recording, and send it to the department when one is chosen. Who left a
    mobile number is sent his code; `told_closed`: and wishes a short message when the matter is closed."""
    sound = recordings.expect(session, call.id, kind=Kind.CALL, spool=settings.spool, at=call.began_at)
    code = codes.mint_free(session, settings=settings)
    ticket = intake.refer(session, matter, call=call, recording=sound, code=code, by=by.login, settings=settings,
                             at=at)  # fmt: skip
    sent = caller_sms.lodged(session, ticket, code, at=at)
    if told_closed:
        caller_sms.wish(session, ticket, at=at)
    if to is not None:
        referrals.dispatch(session, ticket, to=to, by=by, settings=settings, at=at)
    return Lodged(ticket, code, sent and sms.sendable(session, sms.CODE, ticket.contact, settings=settings))
