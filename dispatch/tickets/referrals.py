"""What people do with a ticket: refer, dispatch, accept, return, reply, sign, check. Each step is the table's."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.callbacks.callbacks import owe_callback
from dispatch.calls import calls, tellings
from dispatch.calls.calls import Step
from dispatch.clocks import deadlines, dispatching, duty_phones, rules
from dispatch.tickets import caller_told, codes, counties, merging, new_day, reach, reply_versions, secrecy, shares
from dispatch.tickets.complained_of import complains_of
from dispatch.tickets.needs import may_go_out, not_in_service
from dispatch.tickets.states import Action, State
from dispatch.tickets.steps import ReferralError, move, name_of, reasoned, written
from dispatch.tickets.tickets import (
    GUARDED,
    NO_CALL_BACK,
    OWN_TITLE,
    OWN_WORDS,
    Klass,
    Ticket,
    Urgency,
    guarded,
    next_number,
    write_step,
)
from dispatch.transfers import transfers
from hotline import audit, phones
from hotline.accounts.accounts import Account
from hotline.directory.departments import Department
from hotline.settings import Settings
from hotline.telling import sms
from recordings.recordings import Recording

DISSATISFIED = 4
"""The grades 不满意 (4) and 非常不满意 (5)."""


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
    _promise(session, ticket, matter.urgency, settings=settings)
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
    if guarded(ticket) and not reach.inside(by) and not (matter.confidential or matter.klass in GUARDED):
        raise ReferralError("投诉、举报和保密事项只能由热线改为其他类别")
    if secrecy.wished(ticket) and not kept.confidential:
        raise ReferralError("来电人要求保密，不能撤回")
    if ticket.complained_of not in ("", now_is[-1]) and not reach.inside(by):
        raise ReferralError("被反映单位只能由热线修改")
    if matter.urgency != ticket.urgency:
        _promise(session, ticket, matter.urgency, settings=settings)
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


def _note_attempts(session: Session, ticket: Ticket, call_id: str) -> None:
    """Whom the caller could not be handed to stands on his ticket; of what is guarded nothing does."""
    for tried in () if guarded(ticket) else transfers.attempts_of(session, call_id):
        write_step(session, ticket, "transfer_tried", by="hotline", source=ticket.state, at=tried.dialled_at,
                   department=tried.transfer.department.name, position=tried.position, liaison=tried.name,
                   tried=tried.outcome)  # fmt: skip


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
    shares.end_all(session, ticket, why="承办单位退单", by="hotline", at=at)


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


def _promise(session: Session, ticket: Ticket, urgency: Urgency, *, settings: Settings) -> None:
    """What the caller is promised, from the intake, by the rules that the ticket was opened under."""
    own = rules.of(ticket, settings=settings)
    ticket.urgency, ticket.promised_days = urgency, ticket.promised_days or own.days(Klass(ticket.klass))
    ticket.promised_hours = own.hours(urgency)
    deadlines.set_promise(session, ticket, settings=settings)
