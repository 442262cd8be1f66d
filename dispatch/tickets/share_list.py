"""The list of shares (协办) as one person sees it: what waits, by what is due, and what is over."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from dispatch.tickets import reach
from dispatch.tickets.list_order import says
from dispatch.tickets.shares import Outcome, Share
from hotline.accounts.accounts import Account


def listed(session: Session, account: Account, *, text: str = "", common: bool = False,
           outcome: Outcome | None = None) -> tuple[Select[Share], Select[Share]]:  # fmt: skip
    """Both parts; `text` stands in what is asked for or in the ticket, `common`: in very many of these."""
    query = select(Share).options(joinedload(Share.ticket), joinedload(Share.department))
    seen = reach.shares_of(account), Share.id.not_in(reach.shares_withheld(session, account))
    query = query.where(*seen).order_by(Share.due_at, Share.id)
    if text:
        asked = select(Share.id).where(Share.asked.contains(text, autoescape=True))
        said = select(Share.id).join(Share.ticket).where(says(text, common=common))
        query = query.where(Share.id.in_(asked.union(said)))
    if outcome is not None:
        query = query.where(Share.outcome == outcome)
    return query.where(Share.ended_at.is_(None)), query.where(Share.ended_at.is_not(None))
