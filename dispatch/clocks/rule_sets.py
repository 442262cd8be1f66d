"""The sets of rules that the office enters: checked, shown before they hold, confirmed by a second person, kept."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from dispatch.clocks import rules
from dispatch.clocks.rules import OPTIONAL, WITHOUT, Rules
from dispatch.tickets.states import OVER, Action, State
from dispatch.tickets.steps import ReferralError, reasoned
from dispatch.tickets.tickets import Ticket, TicketRules
from hotline import audit
from hotline.accounts.accounts import Account
from hotline.settings import Settings
from hotline.times import local_day

MOST_DAYS, MOST_HOURS = 60, 720
NAMES = tuple(field.name for field in fields(Rules))
ORDERED = (
    ("critical_hours", "urgent_hours"), ("accept_days", "return_days"), ("chase_days", "supervise_days"),
    ("chase_hours", "supervise_hours"), ("urgent_accept_hours", "urgent_hours"),
    ("critical_accept_hours", "critical_hours"), ("accept_days", "consult_days"), ("accept_days", "answer_days"),
)  # fmt: skip
"""Of each pair the first is never longer than the second."""


@dataclass(frozen=True)
class Draft:
    """A set as somebody enters it: from its first day to its last, how long everybody has, and what is no step."""

    valid_from: date | None
    valid_to: date | None
    terms: Mapping[str, int | None]
    without: Sequence[str]
    basis: str

    @property
    def rules(self) -> Rules:
        """Its times; once there are no faults."""
        return Rules(**{name: self.terms[name] or 0 for name in NAMES})


def least(name: str) -> int:
    """The least that a time may be: as its setting has it, 1 where that says nothing."""
    return next((int(bound.ge) for bound in Settings.model_fields[name].metadata if hasattr(bound, "ge")), 1)


def most(name: str) -> int:
    """The most that a time may be."""
    return MOST_HOURS if name.endswith("_hours") else MOST_DAYS


def faults(draft: Draft, *, today: date) -> Iterator[tuple[str, str, str]]:
    """What is wrong with it: the field, in words, and the field that it is compared with, if any. Nothing, when it can
    be put down."""
    if not draft.basis.strip():
        yield "basis", "请填写依据", ""
    if draft.valid_from is None or draft.valid_from < today:
        yield "valid_from", "开始日期不能早于今天", ""
    elif draft.valid_to is not None and draft.valid_to < draft.valid_from:
        yield "valid_to", "结束日期不能早于开始日期", ""
    for name in NAMES:
        given = draft.terms.get(name)
        if given is None or not least(name) <= given <= most(name):
            yield name, f"应为{least(name)}至{most(name)}", ""
    for shorter, longer in ORDERED:
        if (draft.terms.get(shorter) or 0) > (draft.terms.get(longer) or 0):
            yield shorter, "不能长于", longer
    if not set(draft.without) <= set(OPTIONAL):
        yield WITHOUT, "该步骤不能取消", ""


def propose(session: Session, draft: Draft, *, by: Account, at: datetime) -> TicketRules:
    """Put a set down; it holds for nothing before another person confirms it. ReferralError where it has faults."""
    for _ in faults(draft, today=local_day(at)):
        raise ReferralError("规则还有问题，不能保存")
    terms = asdict(draft.rules) | {WITHOUT: sorted(set(draft.without))}
    row = TicketRules(valid_from=draft.valid_from, valid_to=draft.valid_to, terms=terms, by=by.login, at=at,
                      basis=draft.basis.strip()[:200], digest=secrets.token_hex(32),
                      confirmed_by="", dropped_by="")  # fmt: skip
    session.add(row)
    session.flush()
    _noted(session, row, "proposed", by=by, at=at, why=row.basis)
    return row


def confirm(session: Session, row: TicketRules, *, by: Account, at: datetime) -> None:
    """Put it in force from its first day on: somebody else than who entered it, and not after that day."""
    if row.confirmed_at is not None or row.dropped_at is not None:
        raise ReferralError("该规则已确认或已撤回")
    if row.by == by.login:
        raise ReferralError("录入人不能确认自己录入的规则")
    if row.valid_from is None or row.valid_from < local_day(at):
        raise ReferralError("开始日期已过，请撤回后重新录入")
    if _stands(session, row.valid_from):
        raise ReferralError("已有从该日起执行的规则，请先撤回")
    row.confirmed_by, row.confirmed_at = by.login, at
    session.flush()
    _noted(session, row, "confirmed", by=by, at=at)


def drop(session: Session, row: TicketRules, *, why: str, by: Account, at: datetime) -> None:
    """Take one back that holds for nothing yet. What held stays: tickets were opened under it."""
    ground = reasoned(why, "请说明撤回的理由")
    begun = row.confirmed_at is not None and (row.valid_from is None or row.valid_from <= local_day(at))
    if row.valid_from is None or row.dropped_at is not None or begun:
        raise ReferralError("已执行或已撤回的规则不能撤回，请录入新的规则")
    row.dropped_by, row.dropped_at = by.login, at
    _noted(session, row, "dropped", by=by, at=at, why=ground)


def listed(session: Session) -> Sequence[TicketRules]:
    """Every set that there is or was, the latest first; the settings' among them."""
    return session.scalars(select(TicketRules).order_by(TicketRules.id.desc())).all()


def kept_by(session: Session) -> dict[int, int]:
    """How many open tickets keep which set, by its id; 0: from before sets were kept."""
    query = select(func.coalesce(Ticket.rules_id, 0), func.count()).where(Ticket.state.in_(sorted(set(State) - OVER)))
    return {int(kept): int(many) for kept, many in session.execute(query.group_by(Ticket.rules_id))}


def terms_of(row: TicketRules, *, settings: Settings) -> Draft:
    """A kept set as it was entered; what it didn't know yet is as the settings have it."""
    kept = rules.read(row, settings)
    return Draft(row.valid_from, row.valid_to, asdict(kept), [str(a) for a in rules.without(row)], row.basis)


def steps() -> tuple[Action, ...]:
    """The steps that a set may be without, in the order of the table."""
    return tuple(action for action in Action if action in OPTIONAL)


def _stands(session: Session, day: date) -> bool:
    query = select(TicketRules.id).where(TicketRules.valid_from == day, TicketRules.confirmed_at.is_not(None),
                                         TicketRules.dropped_at.is_(None))  # fmt: skip
    return session.scalar(query.limit(1)) is not None


def _noted(session: Session, row: TicketRules, deed: str, *, by: Account, at: datetime, why: str = "") -> None:
    audit.note(session, f"ticket_rules.{deed}", by=by.login, at=at, about=("ticket_rules", row.id), reason=why,
               valid_from=str(row.valid_from), valid_to=str(row.valid_to or ""), terms=dict(row.terms))  # fmt: skip
