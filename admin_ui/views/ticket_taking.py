"""How a step of a ticket is taken from its page; what can't be done is said there in words."""

from collections.abc import Callable
from datetime import datetime

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from admin_ui.house import me, now, reading, writing
from admin_ui.views.ticket import show
from dispatch.tickets import reach
from dispatch.tickets.states import ImpossibleStep
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Ticket

Deed = Callable[[Session, Ticket, datetime], None]


def take(number: str, deed: Deed) -> ResponseReturnValue:
    """Take one step and go back to the ticket, or to the list when the ticket left one's reach with it."""
    try:
        with writing() as session:
            ticket = reach.ticket(session, number, account=me()) or abort(404)
            as_seen(ticket)
            deed(session, ticket, now())
    except (ReferralError, ImpossibleStep) as error:
        return show(number, trouble=str(error), typed=request.form), 422
    except StaleDataError:
        return show(number, trouble=gettext("工单已被他人更新，请核对后重新操作"), typed=request.form), 422
    flash(gettext("已完成：%(number)s", number=number), "success")
    with reading() as session:
        still = reach.ticket(session, number, account=me()) is not None
    return redirect(url_for("ticket.page", number=number) if still else url_for("tickets.listed"), 303)


def as_seen(ticket: Ticket) -> None:
    """ReferralError when it isn't any more what the person had before his eyes."""
    if str(ticket.version) != request.form.get("version"):
        raise ReferralError(gettext("工单已被他人更新，请核对后重新操作"))
