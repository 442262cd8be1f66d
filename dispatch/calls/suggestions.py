"""What an operator is offered first: what the caller came across in the machine, else what is asked most."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.answering.answers import Offered, offered_among
from dispatch.answering.decision import Channel
from dispatch.calls.calls import Call, CallStep, Step
from hotline.times import local_day
from knowledge_base.entries import Entry, State, most_asked
from knowledge_base.hot import pinned


def suggested(session: Session, call: Call, *, at: datetime, most: int = 5) -> list[Offered]:
    """Entries for this call with what an operator may say of each: what is pinned for all; the candidates of its
    timeline, latest first; then the most asked of the department that was chosen; then the most asked of all."""
    steps = list(reversed(call.steps))
    met = [entry for s in steps for entry in _met(s)]
    chosen = next((s.detail["department"] for s in steps if s.kind == Step.DEPARTMENT and "department" in s.detail), 0)
    own = [e.id for e in most_asked(session, chosen, on=local_day(at), most=most, at=at)] if chosen else []
    ids = list(dict.fromkeys([*met, *own]))[:most]
    hot = [e.id for e in pinned(session, at=at)]  # beside the others: it crowds nobody out
    return offered_all(session, dict.fromkeys([*hot, *(ids or _asked_most(session, most))]), at=at)


def _met(step: CallStep) -> list[int]:
    """The entries that a line of the timeline speaks of: what was named to him, and what was found for his words."""
    if step.kind == Step.HEARD:
        return list(step.detail.get("offered", ()))
    return [step.detail["entry"]] if step.kind in (Step.CANDIDATE, Step.DIRECTED) and "entry" in step.detail else []


def offered_all(session: Session, ids: Iterable[int], *, at: datetime) -> list[Offered]:
    """What an operator may say of each of these entries that is in force."""
    return list(offered_among(session, ids, channel=Channel.OPERATOR, at=at).values())


def _asked_most(session: Session, most: int) -> list[int]:
    query = select(Entry.id).where(Entry.state == State.PUBLISHED).order_by(Entry.asked.desc(), Entry.id).limit(most)
    return list(session.scalars(query))
