"""Who takes part in what is invented: the people, departments and questions that the database has."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.directory.departments import Department
from knowledge_base.authorisations import Authorisation
from knowledge_base.entries import Entry


@dataclass(frozen=True)
class Person:
    """An account, as rows name it."""

    id: int
    login: str
    department_id: int | None


@dataclass(frozen=True)
class Asked:
    """A question of a department, with the version that is told."""

    id: int
    version_id: int
    question: str
    spoken: str
    department_id: int
    leave: tuple[int, int] | None  # the authorisation that lets it be told, and its version


@dataclass(frozen=True)
class Cast:
    """All of them; whoever is missing does nothing."""

    operators: tuple[Person, ...]
    supervisors: tuple[Person, ...]
    liaisons: dict[int, tuple[Person, ...]]
    leaders: dict[int, tuple[Person, ...]]
    departments: tuple[int, ...]
    questions: tuple[Asked, ...]


def login(person: Person | None) -> str:
    """Whom a row names; empty: the machine."""
    return person.login if person else ""


class NobodyThere(Exception):
    """Without operators, liaisons and questions nothing can be invented; the text is fit for a person."""


def cast(session: Session) -> Cast:
    """Read them; departments are those that have a liaison."""
    people = session.execute(select(Account.id, Account.login, Account.department_id, Account.role)
                             .order_by(Account.id)).all()  # fmt: skip
    of: dict[str, list[Person]] = defaultdict(list)
    for row in people:
        of[row.role].append(Person(row.id, row.login, row.department_id))
    liaisons, leaders = _by_department(of[Role.LIAISON]), _by_department(of[Role.LEADER])
    units = session.scalars(select(Department.id).where(Department.id.in_(liaisons)).order_by(Department.id)).all()
    found = Cast(tuple(of[Role.OPERATOR]), tuple(of[Role.SUPERVISOR]), liaisons, leaders, tuple(units),
                 _questions(session))  # fmt: skip
    if not (found.operators and found.supervisors and found.departments and found.questions):
        raise NobodyThere("Operators, a supervisor, liaisons and questions must be there: load the demonstration first")
    return found


def _by_department(people: list[Person]) -> dict[int, tuple[Person, ...]]:
    found: dict[int, list[Person]] = defaultdict(list)
    for one in people:
        if one.department_id is not None:
            found[one.department_id].append(one)
    return {unit: tuple(theirs) for unit, theirs in found.items()}


def _questions(session: Session) -> tuple[Asked, ...]:
    signed = select(Authorisation).where(Authorisation.signed_at.is_not(None)).order_by(Authorisation.id)
    leaves = {one.department_id: (one.id, one.version) for one in session.scalars(signed)}
    rows = session.scalars(select(Entry).where(Entry.published.is_not(None)).order_by(Entry.id)).unique()
    return tuple(Asked(e.id, e.versions[-1].id, e.question, e.versions[-1].spoken, e.department_id,
                       leaves.get(e.department_id)) for e in rows)  # fmt: skip
