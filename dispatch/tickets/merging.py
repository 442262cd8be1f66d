"""合并: a matter that another ticket already follows. Nothing of it is lost: its caller keeps his code, his wish for
secrecy and his call-back, and it can be taken out again."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.clocks import dispatching, promises
from dispatch.tickets import joint
from dispatch.tickets.history import write_step
from dispatch.tickets.needs import may_go_out
from dispatch.tickets.states import Action, State
from dispatch.tickets.steps import ReferralError, move, reasoned, written
from dispatch.tickets.tickets import Ticket, followed, guarded
from hotline import audit
from hotline.accounts.accounts import Account
from hotline.settings import Settings

PROPOSED = "merge_wanted"  # in the ticket's history: 建议合并
MERGING = 96128_48  # the advisory lock of who merges
RECEIVES = frozenset({State.TO_DISPATCH, State.TO_ACCEPT, State.IN_HAND, State.NEEDS_FACTS, State.TO_CHECK})
"""States of a ticket that others may be merged into: its answer is still owed."""


def merge(session: Session, ticket: Ticket, *, into: Ticket, why: str, by: Account, settings: Settings,
          at: datetime) -> None:
    """From now on it goes with the other ticket, whose department reads what its caller said."""
    ground = reasoned(why, "请说明合并的理由")
    _in_turn(session)
    for one in (into, ticket):  # in the order in which an answer goes from the one to the other
        session.refresh(one, with_for_update={"key_share": True})
    source = move(ticket, Action.MERGE, by=by, at=at, given=_wrong(session, ticket, into))
    ticket.merged_into_id = into.id
    written(session, ticket, Action.MERGE, by=by, source=source, at=at, why=ground, into=into.number)
    joint.end_all(session, ticket, why="工单已并入其他工单", by="hotline", at=at)
    _without_department(ticket)  # not before: it is told
    write_step(session, into, "merged_in", by=by.login, source=into.state, at=at, why=ticket.summary[:500],
               merged=ticket.number)  # fmt: skip
    promises.along(session, ticket, into, settings=settings, at=at)


def propose(session: Session, ticket: Ticket, *, into: Ticket, by: Account, at: datetime) -> None:
    """Who writes it down holds it for the same matter as another, and whoever dispatches is to decide."""
    if wrong := _wrong(session, ticket, into):
        raise ReferralError(wrong)
    write_step(session, ticket, PROPOSED, by=by.login, source=ticket.state, at=at, into=into.number)


def proposed(ticket: Ticket) -> str:
    """The number of the ticket that it was proposed to be merged into last; empty where it was into none."""
    named = [str(step.detail["into"]) for step in ticket.steps if step.action == PROPOSED]
    return named[-1] if named else ""


def take_out(session: Session, ticket: Ticket, *, why: str, by: Account, at: datetime) -> None:
    """撤销合并: it is a matter of its own after all and waits to be dispatched; the promise to its caller ran on."""
    ground = reasoned(why, "请说明撤销合并的理由")
    source = move(ticket, Action.UNMERGE, by=by, at=at)
    _apart(session, ticket, by=by.login, at=at)
    dispatching.wait(ticket, at=at)
    written(session, ticket, Action.UNMERGE, by=by, source=source, at=at, why=ground)


def of(session: Session, ticket: Ticket) -> Sequence[Ticket]:
    """What was merged into a ticket and still goes with it."""
    query = select(Ticket).where(Ticket.merged_into_id == ticket.id, Ticket.state == State.MERGED)
    return session.scalars(query.order_by(Ticket.id)).all()


def let_go(session: Session, ticket: Ticket, *, at: datetime) -> None:
    """The ticket ended without an answer: it goes with no other, and what went with it is a matter of its own again."""
    if ticket.merged_into_id is not None:
        _apart(session, ticket, by="hotline", at=at)
    for one in of(session, ticket):
        _out(session, one, why=f"{ticket.number}已结束", at=at)


def alone(session: Session, ticket: Ticket, *, why: str, at: datetime) -> None:
    """It can go with no other any more, nor another with it: each waits to be dispatched as a matter of its own."""
    merged = [ticket] if ticket.merged_into_id is not None else []
    for one in (*merged, *of(session, ticket)):
        _out(session, one, why=why, at=at)


def _out(session: Session, one: Ticket, *, why: str, at: datetime) -> None:
    source = move(one, Action.UNMERGE, by=None, at=at)
    _apart(session, one, by="hotline", at=at)
    dispatching.wait(one, at=at)
    write_step(session, one, Action.UNMERGE, by="hotline", source=source, at=at, why=why)
    audit.note(session, "ticket.unmerge", by="hotline", at=at, about=("ticket", one.number))


def follow(session: Session, ticket: Ticket, *, at: datetime) -> list[Ticket]:
    """The ticket has its answer: so has each that was merged into it, and its own caller is owed it."""
    answered = list(of(session, ticket))
    for one in answered:
        source = move(one, Action.FOLLOW, by=None, at=at)
        one.merged_into_id = None
        one.department_id, one.dispatched_at = ticket.department_id, ticket.dispatched_at
        one.return_by, one.county_code = ticket.return_by, ticket.county_code  # should it be done again
        one.reply, one.personal = ticket.reply, ticket.personal
        one.replied_by, one.signed_by, one.checked_by = ticket.replied_by, ticket.signed_by, ticket.checked_by
        write_step(session, one, Action.FOLLOW, by="hotline", source=source, at=at, why=f"随{ticket.number}答复",
                   reply=one.reply)  # fmt: skip
    return answered


def alike(ticket: Ticket, other: Ticket) -> bool:
    """Whether the one may be merged into the other: what is confidential or guarded never goes with what is not."""
    return kept_apart(ticket) == kept_apart(other)


def kept_apart(ticket: Ticket) -> tuple[bool, bool, str]:
    """What two tickets must share to go together: secrecy, whether the caller is shielded, who is complained of."""
    return ticket.confidential, guarded(ticket), ticket.complained_of


def parted(session: Session, ticket: Ticket, *, before: tuple[bool, bool, str]) -> bool:
    """Whether what goes with the ticket couldn't any more, after it was described anew."""
    return kept_apart(ticket) != before and bool(of(session, ticket))


def _in_turn(session: Session) -> None:
    """One merges at a time: two who merge two tickets crosswise would wait for one another."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(MERGING)))


def _wrong(session: Session, ticket: Ticket, into: Ticket) -> str:
    """In words, why it can't go with that ticket; empty when it can."""
    if ticket.id == into.id or State(into.state) not in RECEIVES:
        return "只能并入尚未答复的另一工单"
    if not alike(ticket, into):
        return "保密要求、类别性质和被反映单位相同的事项才能合并"
    if of(session, ticket):
        return "已有工单并入本工单，请先撤销合并，或反过来合并"
    return may_go_out(ticket)


def _apart(session: Session, ticket: Ticket, *, by: str, at: datetime) -> None:
    main, ticket.merged_into_id = followed(session, ticket), None
    write_step(session, main, "merged_out", by=by, source=main.state, at=at, merged=ticket.number)


def _without_department(ticket: Ticket) -> None:
    ticket.department_id = ticket.due_from = ticket.due_at = ticket.accept_by = ticket.return_by = None
    ticket.extended_days, ticket.extension_asked = 0, None
    dispatching.end(ticket)
    ticket.rung, ticket.facts_by, ticket.county_code = 0, None, ""
