"""What people do with a ticket: dispatch, accept, return, reply, sign, check. Each step is the table's."""

from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.callbacks.callbacks import owe_callback
from dispatch.clocks import deadlines, dispatching, duty_phones, rules
from dispatch.tickets import caller_told, counties, joint, merging, new_day, reply_versions
from dispatch.tickets.complained_of import complains_of
from dispatch.tickets.history import write_step
from dispatch.tickets.needs import may_go_out, not_in_service
from dispatch.tickets.states import Action, State
from dispatch.tickets.steps import ReferralError, move, name_of, reasoned, written
from dispatch.tickets.tickets import NO_CALL_BACK, Klass, Ticket, Urgency
from hotline import phones
from hotline.accounts.accounts import Account
from hotline.directory.departments import Department
from hotline.settings import Settings
from hotline.telling import sms

DISSATISFIED = 4
"""The grades 不满意 (4) and 非常不满意 (5)."""


def dispatch(session: Session, ticket: Ticket, *, to: Department, by: Account, settings: Settings, at: datetime,
             why: str = "", action: Action = Action.DISPATCH) -> None:
    """Send the ticket to a department; its clock runs from now, whether or not it is accepted. What is urgent rings
    its duty telephones at once."""
    if complains_of(session, ticket, to):
        raise ReferralError("被反映单位不能作为承办单位")
    given = not_in_service(to, at=at) or may_go_out(ticket) or counties.wrong_hands(session, ticket, to, by=by)
    source = move(ticket, action, by=by, at=at, given=given)
    dispatching.end(ticket)
    ticket.department_id, ticket.dispatched_at = to.id, at
    session.expire(ticket, ["department"])  # whoever was read as its department isn't any more
    _begin_anew(session, ticket, settings=settings, at=at)
    deadlines.set_acceptance(session, ticket, settings=settings)
    ticket.opened_at = None
    written(session, ticket, action, by=by, source=source, at=at, why=why, department=to.name)
    duty_phones.ring(session, ticket, settings=settings, at=at)


def impose(session: Session, ticket: Ticket, *, to: Department, why: str, by: Account, settings: Settings,
           at: datetime) -> None:
    """指定承办: what came back twice goes where the competent office says, and comes back no more."""
    ground = reasoned(why, "请说明指定承办的理由")
    dispatch(session, ticket, to=to, by=by, settings=settings, at=at, why=ground, action=Action.IMPOSE)
    ticket.imposed = True


def opened(session: Session, ticket: Ticket, *, by: Account, at: datetime) -> None:
    """The department has looked at the ticket: from now it can be accepted."""
    if ticket.state == State.TO_ACCEPT and ticket.opened_at is None:
        source = move(ticket, Action.OPEN, by=by, at=at)
        ticket.opened_at = at
        write_step(session, ticket, Action.OPEN, by=by.login, source=source, at=at)


def accept(session: Session, ticket: Ticket, *, by: Account, at: datetime) -> None:
    """The department takes the ticket in hand; only what was opened can be accepted."""
    source = move(ticket, Action.ACCEPT, by=by, at=at)
    written(session, ticket, Action.ACCEPT, by=by, source=source, at=at)


def give_back(session: Session, ticket: Ticket, *, why: str, by: Account, settings: Settings, at: datetime) -> None:
    """退单: the department returns what isn't its own, with a reason and in time; a county's to its county's office."""
    reasoned(why, "退单必须说明理由")
    source = move(ticket, Action.RETURN, by=by, at=at)
    ticket.returned += 1
    written(session, ticket, Action.RETURN, by=by, source=source, at=at, why=why)
    without_department(session, ticket, settings=settings, at=at)
    joint.end_all(session, ticket, why="承办单位退单", by="hotline", at=at)


def without_department(session: Session, ticket: Ticket, *, settings: Settings, at: datetime) -> None:
    """It waits for another department from now on: nothing is owed by the one that had it."""
    session.expire(ticket, ["department"])
    ticket.department_id = ticket.due_from = ticket.due_at = ticket.accept_by = ticket.return_by = None
    ticket.why_due, ticket.extended_days, ticket.extension_asked, ticket.rung = [], 0, None, 0
    dispatching.begin(session, ticket, settings=settings, at=at)


def reply(session: Session, ticket: Ticket, *, text: str, personal: bool, by: Account, at: datetime) -> None:
    """The liaison drafts the department's reply; it goes nowhere until his leader signs."""
    if not text.strip():
        raise ReferralError("请填写答复内容")
    source = move(ticket, Action.REPLY, by=by, at=at)
    ticket.reply, ticket.personal, ticket.replied_by = text.strip(), personal, by.login
    written(session, ticket, Action.REPLY, by=by, source=source, at=at, reply=ticket.reply)


def sign(session: Session, ticket: Ticket, *, no_secrets: bool, by: Account, at: datetime) -> None:
    """The leader in charge signs the reply: somebody else than who drafted it, with the secrecy tick."""
    source = move(ticket, Action.SIGN, by=by, at=at, given="" if no_secrets else "请确认答复不涉密后再签发")
    ticket.signed_by, ticket.extension_asked = by.login, None
    written(session, ticket, Action.SIGN, by=by, source=source, at=at)


def decline(session: Session, ticket: Ticket, *, why: str, by: Account, at: datetime) -> None:
    """The leader in charge doesn't sign what was drafted: it is his liaison's to write again, and he reads why."""
    ground = reasoned(why, "请说明不予签发的理由")
    source = move(ticket, Action.DECLINE, by=by, at=at)
    ticket.replied_by = ""
    written(session, ticket, Action.DECLINE, by=by, source=source, at=at, why=ground)


def send_back(session: Session, ticket: Ticket, *, why: str, by: Account, settings: Settings, at: datetime) -> None:
    """The hotline finds that the reply doesn't answer the question: it is its liaison's to write again before anybody
    signs it; the department's clock goes on from where it stood."""
    reasoned(why, "请说明退回原因")
    source = move(ticket, Action.SEND_BACK, by=by, at=at)
    ticket.replied_by = ticket.signed_by = ""
    written(session, ticket, Action.SEND_BACK, by=by, source=source, at=at, why=why)
    deadlines.set_due(session, ticket, settings=settings)


def pass_reply(session: Session, ticket: Ticket, *, by: Account, settings: Settings, at: datetime) -> None:
    """The hotline finds the question answered: the citizen is owed a call-back in this same commit, or the ticket is
    closed where none is needed or none is possible; so for each whose matter was merged into it."""
    source = move(ticket, Action.PASS, by=by, at=at)
    ticket.checked_by = by.login
    written(session, ticket, Action.PASS, by=by, source=source, at=at)
    for one in (ticket, *merging.follow(session, ticket, at=at)):
        new_day.over(session, one, at=at)
        one.solved = None  # of this reply nobody has said yet whether it helped
        reply_versions.note_repeated(session, one, at=at)
        _tell_or_close(session, one, settings=settings, at=at)


def _tell_or_close(session: Session, ticket: Ticket, *, settings: Settings, at: datetime) -> None:
    if ticket.klass in NO_CALL_BACK:
        close(session, ticket, reached=None, at=at, why="表扬、建议无需回访")
    elif not phones.is_reachable(ticket.contact):
        close(session, ticket, reached=False, at=at, why="来电人未留可回拨的号码")
    else:
        owe_callback(session, ticket, settings=settings, at=at)


def close(session: Session, ticket: Ticket, *, reached: bool | None, satisfaction: int | None = None, at: datetime,
          why: str, by: Account | None = None, action: Action = Action.CLOSE) -> None:
    """The end of the matter: whether the caller was reached, and how satisfied he said he was (1 best to 5)."""
    source = move(ticket, action, by=by, at=at)
    ticket.reached, ticket.satisfaction, ticket.closed_at, ticket.disputed_at = reached, satisfaction, at, None
    write_step(session, ticket, action, by=name_of(by), source=source, at=at, why=why)


def told(session: Session, ticket: Ticket, *, grade: int | None, settings: Settings, at: datetime) -> None:
    """The caller has heard the reply and rated it (1 best to 5; None: he didn't). Dissatisfied: the department
    does it again, once; after that the supervisor decides, and the ticket waits for him."""
    caller_told.drop(session, ticket, sms.AHEAD, at=at)  # that he is going to be rung
    if grade is not None and grade >= DISSATISFIED and ticket.redone == 0:
        redo(session, ticket, satisfaction=grade, settings=settings, at=at, why="来电人不满意，重办一次")
    elif grade is not None and grade >= DISSATISFIED:
        ticket.reached, ticket.satisfaction, ticket.disputed_at = True, grade, at
        write_step(session, ticket, "disputed", by="hotline", source=ticket.state, at=at, why="再次不满意，由班长决定")
    else:
        close(session, ticket, reached=True, satisfaction=grade, at=at, why="已回访")


def redo(session: Session, ticket: Ticket, *, satisfaction: int | None, settings: Settings, at: datetime, why: str,
         by: Account | None = None, action: Action = Action.REDO) -> None:
    """The department does it again. It is handed the matter anew, so its deadline runs anew from now; the promise to
    the caller doesn't. What was replied before stands in the history. What is urgent rings its duty telephones."""
    source = move(ticket, action, by=by, at=at)
    _begin_anew(session, ticket, settings=settings, at=at)
    ticket.redone, ticket.satisfaction, ticket.disputed_at = ticket.redone + 1, satisfaction, None
    write_step(session, ticket, action, by=name_of(by), source=source, at=at, why=why)
    duty_phones.ring(session, ticket, settings=settings, at=at)


def file(session: Session, ticket: Ticket, *, at: datetime) -> None:
    """归档: what was closed a while ago is put away."""
    source = move(ticket, Action.FILE, by=None, at=at)
    write_step(session, ticket, Action.FILE, by="hotline", source=source, at=at)


def _begin_anew(session: Session, ticket: Ticket, *, settings: Settings, at: datetime) -> None:
    """A department is handed the matter: its clock runs from now, and it owes a reply of which nothing stands yet."""
    own = rules.of(ticket, settings=settings)
    ticket.due_from, ticket.due_days, ticket.extended_days = at, own.days(Klass(ticket.klass)), 0
    ticket.due_hours, ticket.extension_asked, ticket.rung = own.hours(Urgency(ticket.urgency)), None, 0
    deadlines.set_due(session, ticket, settings=settings)
    ticket.reply, ticket.replied_by, ticket.signed_by, ticket.checked_by = "", "", "", ""
    ticket.personal = False
