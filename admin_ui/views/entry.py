"""One entry as a page: what stands, what is under way, who may do what to it now, and what became of it before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from flask import abort, render_template
from sqlalchemy import select
from sqlalchemy.orm import Session

from admin_ui.house import house, me, now, reading
from dispatch.answering.answers import Offered, offered
from dispatch.answering.decision import Answer, Channel, Contact
from dispatch.callbacks import corrections
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission
from hotline.times import local_day
from knowledge_base import approving, drafts, due, hands
from knowledge_base.authorisations import Form
from knowledge_base.content import digest
from knowledge_base.due import State as DueState
from knowledge_base.entries import Approval, Entry, EntryVersion, Phrasing
from knowledge_base.ledger import Kind, LedgerRow
from knowledge_base.stages import Stage
from knowledge_base.turns import plan


def show(entry_id: int, *, trouble: str = "", typed: Mapping[str, str] | None = None) -> str:
    """The entry's page, with what went wrong and what was typed when a step could not be taken."""
    with reading() as session:
        entry, grace = find(session, entry_id), house().settings.update_grace_days
        inside = hands.sees_inside(session, me(), entry)
        standing = next((v for v in entry.versions if v.number == entry.published), None)
        coming = drafts.under_way(session, entry) if inside else None
        shown = standing or (coming or (entry.versions[-1] if entry.versions else None) if inside else None)
        rows = _ledger(session, entry) if inside else []
        channels = {c: offered(session, entry.id, channel=c, at=now(), grace_days=grace) for c in Channel}
        return render_template(
            "entry.html", entry=entry, standing=standing, coming=coming, shown=shown, inside=inside, at=now(),
            trouble=trouble, typed=typed or {}, versions=_versions(entry, standing, inside), rows=rows,
            due=_due(entry, standing) if standing is not None and inside else None,
            channels=channels, told=_told(channels[Channel.OPERATOR]),
            may={v.id: hands.doable(session, v, entry, by=me()) for v in (coming, standing) if v is not None},
            seen={v.id: digest(v) for v in (coming, standing) if v is not None},
            wrong=_wrong(session, entry), names=names_of(session, [row.by for row in rows]), Stage=Stage,
            phrasings=_phrasings(entry, inside), writes=inside and me().may(Permission.WRITE_ENTRY),
            decides=inside and approving.may_decide(me()),
        )  # fmt: skip


@dataclass(frozen=True)
class Told:
    """Which of an entry's texts an operator may tell: the full one, the summary, or only who is in charge; and why."""

    full: bool = False
    summary: bool = False
    contact: bool = False
    reason: str = ""


def _told(offer: Offered | None) -> Told:
    match offer:
        case Offered(decision=Answer(form=form, reason=reason)):
            return Told(full=form is Form.FULL, summary=True, contact=True, reason=reason)
        case Offered(decision=Contact(reason=reason)):
            return Told(contact=True, reason=reason)
    return Told()


def find(session: Session, entry_id: int) -> Entry:
    """The entry, if it is one that the person who looks may see; otherwise there is none."""
    found = session.scalar(select(Entry).where(Entry.id == entry_id, hands.entries_of(me())))
    return found or abort(404)


def find_version(session: Session, entry_id: int, number: int) -> EntryVersion:
    """A version of it, if the person sees more than what stands."""
    entry = find(session, entry_id)
    if not hands.sees_inside(session, me(), entry):
        abort(404)
    query = select(EntryVersion).where(EntryVersion.entry_id == entry.id, EntryVersion.number == number)
    return session.scalar(query) or abort(404)


def names_of(session: Session, logins: Sequence[str]) -> dict[str, str]:
    """Who the logins are."""
    rows = session.execute(select(Account.login, Account.name).where(Account.login.in_(set(logins))))
    return {str(login): str(name) for login, name in rows}


def _due(entry: Entry, standing: EntryVersion) -> tuple[date, DueState]:
    """By when the department must confirm it, and how near that day is."""
    began = local_day(standing.published_at) if standing.published_at else standing.valid_from
    months = entry.department.update_every_months
    day = due.due_on(entry.confirmed_on, began, every_months=months, due_by=entry.due_by)
    settings = house().settings
    return day, due.state(day, on=local_day(now()), grace_days=settings.update_grace_days,
                          soon_days=plan(settings).lead)  # fmt: skip


def _versions(entry: Entry, standing: EntryVersion | None, inside: bool) -> list[EntryVersion]:
    return entry.versions[::-1] if inside else [standing] if standing else []


def _phrasings(entry: Entry, inside: bool) -> list[Phrasing]:
    shown = (Approval.APPROVED, Approval.PROPOSED) if inside else (Approval.APPROVED,)
    return [p for p in entry.phrasings if p.approval in shown]


def _wrong(session: Session, entry: Entry) -> list[EntryVersion]:
    if not me().may(Permission.CORRECT):
        return []
    return [v for v in entry.versions if corrections.was_wrong(session, v)]


def _ledger(session: Session, entry: Entry) -> list[LedgerRow]:
    query = select(LedgerRow).where(LedgerRow.kind == Kind.ENTRY, LedgerRow.thing_id == entry.id)
    return list(session.scalars(query.order_by(LedgerRow.id.desc()).limit(50)))
