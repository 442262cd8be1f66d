"""核实身份 at the desk: a caller who says what only he knows is shown to be himself, and his matters are found."""

import re
from datetime import datetime

from rapidfuzz import fuzz
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.calls import calls
from dispatch.calls.calls import Call, Step
from dispatch.tickets import progress
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Ticket
from hotline import audit
from hotline.accounts.accounts import Account
from hotline.settings import Settings

AT_MOST = 20
ALIKE = 60
"""How much of the words that he names his matter by must stand in it, in percent."""
_TITLE = re.compile(r"(先生|女士|小姐|同志|老师|师傅)$")


def of(session: Session, call: Call, *, code: str, four: str, name: str, matter: str, by: Account, settings: Settings,
       at: datetime) -> list[Ticket]:
    """By query code the ticket that it opens, also from another telephone with the last four digits (`four`) of the one
    that he left. By name and matter those of this telephone, for it may be a family's or an office's. Each try is
    noted."""
    if code:
        found = _by_code(session, call, code, four, by=by, settings=settings, at=at)
    elif name and matter:
        found = [one for one in _of_telephone(session, call) if _same_name(name, one) and _same_matter(matter, one)]
    else:
        raise ReferralError("请填写查询码，或者来电人的姓名和事项")
    audit.note(session, "caller.verified" if found else "caller.not_verified", by=by.login, at=at,
               about=("call", call.id), how="code" if code else "matter", tickets=[one.number for one in found])
    return found


def _by_code(session: Session, call: Call, code: str, four: str, *, by: Account, settings: Settings,
             at: datetime) -> list[Ticket]:
    if progress.locked(session, call.caller, at=at):
        raise ReferralError("该号码的查询码错误次数过多，请改为核对姓名和事项")
    standing = progress.look_up(session, code, caller=call.caller, four=four, settings=settings)
    if standing is None:
        calls.note(session, call.id, Step.CODE_WRONG, at=at, operator=by.login)
        return []
    return [session.get_one(Ticket, standing.ticket_id)]


def _of_telephone(session: Session, call: Call) -> list[Ticket]:
    if not call.caller:
        return []
    own = (Ticket.caller == call.caller) | (Ticket.contact == call.caller)
    return list(session.scalars(select(Ticket).where(own).order_by(Ticket.intake_at.desc()).limit(AT_MOST)))


def _same_name(said: str, ticket: Ticket) -> bool:
    """王小明 is also whom an operator wrote down as 王先生."""
    theirs, ours = (_TITLE.sub("", "".join(one.split())) for one in (said, ticket.caller_name))
    return bool(theirs and ours) and (theirs.startswith(ours) or ours.startswith(theirs))


def _same_matter(said: str, ticket: Ticket) -> bool:
    words = "".join(said.split())
    return len(words) > 1 and fuzz.partial_ratio(words, ticket.title + ticket.summary) >= ALIKE
