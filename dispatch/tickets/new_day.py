"""延期 is told to the caller: by short message where one can be sent, else by telephone, and by a person where neither
can: he is told the new day, and not what it is about."""

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.callbacks.dialable import dialable
from dispatch.tickets import alerts, caller_sms
from dispatch.tickets.tickets import Ticket
from hotline.accounts.roles import Role
from hotline.phones import extension_of
from hotline.settings import Settings
from hotline.telling import notices, phone, sms
from hotline.telling.notices import Topic
from hotline.telling.phone import Line
from hotline.times import local


def tell(session: Session, ticket: Ticket, *, settings: Settings, at: datetime) -> None:
    """Owe him the day by which he is answered now, once for each day; who left no telephone looks for himself."""
    if not ticket.contact:
        return
    day = local(ticket.promised_by)
    date, about = f"{day.month}月{day.day}日", ("ticket", ticket.number)
    key = f"ticket:{ticket.id}:extended:{day:%Y%m%d}"
    if caller_sms.may(ticket) and sms.sendable(session, sms.EXTENDED, ticket.contact, settings=settings):
        values = {"number": ticket.number, "date": date}
        sms.owe(session, sms.EXTENDED, ticket.contact, values, at, key=key, about=about)
    elif number := _rung(ticket, settings):
        phone.owe(session, [Line(number)], _words(ticket, date, settings), key=key, topic=sms.EXTENDED, about=about,
                  rounds=settings.callback_attempts, pause_minutes=settings.callback_pause_minutes,
                  voice=settings.voice, at=at)  # fmt: skip
    else:
        notices.tell(session, alerts.people(session, Role.SUPERVISOR), Topic.UNHEARD, key=key, about=about,
                     at=at)  # fmt: skip


def _rung(ticket: Ticket, settings: Settings) -> str:
    """The telephone that the machine rings; none behind a switchboard, where it would tell whoever picks up."""
    return "" if extension_of(ticket.contact) else dialable(ticket.contact, may_dial=settings.operators_may_dial)


def _words(ticket: Ticket, date: str, settings: Settings) -> str:
    taken = local(ticket.intake_at)
    return (f"您{taken.month}月{taken.day}日登记的事项，经批准延长办理时间，预计{date}前答复，请您谅解。"
            f"查询进度请凭查询码拨打{settings.number}。")  # fmt: skip
