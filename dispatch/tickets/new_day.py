"""The caller is told the new day by which he is answered: of an extension (延期), and when a day that was provisional
turns out to be later."""

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.tickets import caller_told
from dispatch.tickets.caller_told import Word
from dispatch.tickets.tickets import Ticket
from hotline.settings import Settings
from hotline.telling import sms
from hotline.times import local


def tell(session: Session, ticket: Ticket, *, settings: Settings, at: datetime,
         ground: str = "经批准延长办理时间") -> None:
    """Owe him the day by which he is answered now, once for each day, unless it has passed by now; an earlier
    one that he hasn't heard of yet, he doesn't."""
    day = local(ticket.promised_by)
    date = f"{day.month}月{day.day}日" + ("（暂定）" if ticket.promise_provisional else "")
    spoken = (f"{caller_told.which(ticket)}，{ground}，预计{date}前答复，请您谅解。"
              f"查询进度请凭查询码拨打{settings.number}。")  # fmt: skip
    word = Word(sms.EXTENDED, {"number": ticket.number, "date": date}, spoken)
    key = f"ticket:{ticket.id}:extended:{day:%Y%m%d}"
    caller_told.drop(session, ticket, sms.EXTENDED, but=key, at=at)
    if ticket.promised_by > at:
        caller_told.owe(session, ticket, word, key=key, settings=settings, at=at)


def over(session: Session, ticket: Ticket, *, at: datetime) -> None:
    """It is answered, or nobody answers it: no day need be told any more."""
    caller_told.drop(session, ticket, sms.EXTENDED, at=at)
