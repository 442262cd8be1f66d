"""Operators who can do what some callers need: each skill has a queue of its own beside the one of all operators, and
so has danger, for which all are there. And those in reserve (后备), whom other callers reach only when too many wait,
or one too long."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from dispatch.line.flags import Skill
from dispatch.line.overflow import HELD, ORDINARY
from hotline import audit
from hotline.accounts.accounts import Account

RESERVE = "reserve"
DANGER = "danger"  # what a caller in danger needs: whoever is free


def skills_of(account: Account) -> frozenset[Skill]:
    """What the operator can do."""
    return frozenset(skill for skill in Skill if skill in account.skills.split(","))


def in_reserve(account: Account) -> bool:
    """Whether he is taken for callers of other groups only when these wait too long, or are too many."""
    return RESERVE in account.skills.split(",")


def give(session: Session, account: Account, skills: Collection[Skill], *, reserve: bool = False, by: str,
         at: datetime) -> None:
    """From now on he can do this, and nothing else in particular."""
    account.skills = ",".join([*(skill for skill in Skill if skill in skills), *([RESERVE] if reserve else [])])
    audit.note(session, "operator.skilled", by=by, at=at, about=("account", account.id), skills=account.skills)


def counts_in(queue: str, of_all: str, *, reserve: bool) -> int:
    """What he counts in a queue: held back in that of all when he is in reserve, like everybody in his own group's."""
    return HELD if reserve and queue == of_all else ORDINARY


def queue_of(queue: str, skill: str) -> str:
    """The queue of those who have a skill, beside the queue of all."""
    return f"{queue}-{skill}"


def queues(queue: str, skills: Collection[Skill] = frozenset(Skill)) -> tuple[str, ...]:
    """The queues that an operator with these skills takes calls of, that of danger first, the one of all last; without
    skills given, every queue there is."""
    return (*(queue_of(queue, skill) for skill in (DANGER, *(one for one in Skill if one in skills))), queue)
