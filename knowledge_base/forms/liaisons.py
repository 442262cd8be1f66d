"""附件2: the roster of liaisons, by department and name. What `knowledge_base.roster` does for one this does for many,
by the same rules."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from hotline.directory.departments import Department
from hotline.directory.liaisons import Liaison
from knowledge_base import roster
from knowledge_base.forms import trail, values
from knowledge_base.forms.descriptions import LIAISONS
from knowledge_base.forms.subject import Fault, Given, Hand, Key, Known, Subject, Undone, Written, digest
from knowledge_base.roster import FIELDS

SOURCE = "附件2"
BESIDE = {"section": ("position",)}
"""What is at fault may be so by another cell."""


def known(session: Session, departments: Collection[int] | None, lock: bool) -> dict[Key, Known]:
    """Every liaison; of two of one name in a department, whom a succession may bring, the one who came first."""
    query = select(Liaison, Department.name).join(Department, Department.id == Liaison.department_id)
    if departments is not None:
        query = query.where(Liaison.department_id.in_(departments))
    if lock:
        query = query.with_for_update(of=Liaison).execution_options(populate_existing=True)
    found: dict[Key, Known] = {}
    for row, department in session.execute(query.order_by(Liaison.id)):
        held = {c.key: getattr(row, c.key) for c in FIELDS}
        cells = {"department": department} | {c.key: values.show(c, held[c.key]) for c in FIELDS}
        one = Known(row.id, row.department_id, cells, digest(cells), values=held)
        found.setdefault((row.department_id, cells["name"]), one)
    return found


def refusals(given: Given, _: Any, __: Hand) -> list[Fault]:
    """The roster's rules, with the column at fault; a cell that nobody changed is no reason to refuse a row."""
    return [(LIAISONS.column(key).title, why) for key, why in roster.unfit(given.values, ()).items()
            if given.changes(key, *BESIDE.get(key, ()))]  # fmt: skip


def write(session: Session, rows: Sequence[Given], _: Any, hand: Hand) -> list[Written]:
    """The liaisons as the rows say."""
    new = [row for row in rows if row.known is None]
    ids = iter(trail.inserted(session, Liaison, [{**_said(row), "department_id": row.department_id} for row in new]))
    written = [Written(row.known.id if row.known else next(ids), row.known is None,
                       dict(row.known.values) if row.known else {}) for row in rows]  # fmt: skip
    named = _names(session, {row.department_id for row in new})
    trail.audit(session, "liaison.added", "liaison", [
        (w.id, {"department": named[row.department_id], "source": SOURCE, **_texts(_said(row))})
        for row, w in zip(rows, written, strict=True) if w.new
    ], by=hand.by, at=hand.at)  # fmt: skip
    _change(session, [(row.known, _said(row)) for row in rows if row.known], hand)
    return written


def take_back(session: Session, undone: Sequence[Undone], hand: Hand) -> None:
    """The roster as it was."""
    gone = [u.known for u in undone if u.new]
    session.execute(delete(Liaison).where(Liaison.id.in_([one.id for one in gone])))
    trail.audit(session, "liaison.removed", "liaison", [(one.id, {**one.cells, "source": SOURCE}) for one in gone],
                by=hand.by, at=hand.at)  # fmt: skip
    _change(session, [(u.known, u.old) for u in undone if not u.new], hand)


def _change(session: Session, things: Sequence[tuple[Known, Mapping[str, Any]]], hand: Hand) -> None:
    if things:
        session.execute(update(Liaison), [{"id": there.id, **said} for there, said in things])
    trail.audit(session, "liaison.changed", "liaison", [
        (there.id, {"department": there.cells["department"], "source": SOURCE,
                    "changed": {key: [there.cells[key], text] for key, text in _texts(said).items()
                                if text != there.cells[key]}}) for there, said in things
    ], by=hand.by, at=hand.at)  # fmt: skip


def _said(row: Given) -> dict[str, Any]:
    said = {c.key: row.values[c.key] for c in FIELDS}
    return roster.kept(said) if row.changes("phone") else said


def _texts(said: Mapping[str, Any]) -> dict[str, str]:
    return {c.key: values.show(c, said[c.key]) for c in FIELDS}


def _names(session: Session, departments: Iterable[int]) -> dict[int, str]:
    rows = session.execute(select(Department.id, Department.name).where(Department.id.in_(list(departments))))
    return {key: name for key, name in rows}  # noqa: C416 (rows are no pairs to a type checker)


SUBJECT = Subject(LIAISONS, known, lambda *_: None, refusals, write, take_back)
