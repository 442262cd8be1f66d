"""附件1: the register of departments, by their full names. What `knowledge_base.register` does for one this does for
many, by the same rules."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, aliased

from hotline.directory.departments import Department, Succession
from knowledge_base import register
from knowledge_base.forms import trail, values
from knowledge_base.forms.descriptions import UNITS
from knowledge_base.forms.subject import NOBODYS, Fault, Given, Hand, Key, Known, Subject, Undone, Written, digest
from knowledge_base.register import FIELDS, Taken

SOURCE = "附件1"
BESIDE = {"county_code": ("level",)}
"""What is at fault may be so by another cell."""


@dataclass
class Ground:
    """Whose the codes and names are, and which row of the file has claimed which code."""

    taken: Taken
    claimed: dict[str, int] = field(default_factory=dict)


def known(session: Session, _: Collection[int] | None, lock: bool) -> dict[Key, Known]:
    """Every department, by its full name."""
    query = select(Department).order_by(Department.code)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    before = _predecessors(session)
    found = {}
    for row in session.scalars(query):
        held = {c.key: getattr(row, c.key) for c in FIELDS}
        cells = {c.key: values.show(c, held[c.key]) for c in FIELDS}
        shown = {"standing": _standing(row), "predecessors": "；".join(before.get(row.id, ()))}
        found[NOBODYS, cells["name"]] = Known(row.id, NOBODYS, cells | shown, digest(cells, row.effective_to),
                                              values=held, more={"ends": row.effective_to})  # fmt: skip
    return found


def refusals(given: Given, ground: Ground, hand: Hand) -> list[Fault]:
    """The register's rules, with the column at fault; a cell that nobody changed is no reason to refuse a row."""
    there = given.known
    if there and there.more["ends"] and there.more["ends"] <= hand.today:
        return [("整行", "该部门已撤并，登记内容不再修改")]
    faults = {key: why for key, why in register.unfit(given.values, ground.taken, of=_called(there)).items()
              if given.changes(key, *BESIDE.get(key, ()))}  # fmt: skip
    code = given.values["code"]
    if code and not faults and (first := ground.claimed.setdefault(code, given.number)) != given.number:
        faults["code"] = f"与第 {first} 行相同"
    return [(UNITS.column(key).title, why) for key, why in faults.items()]


def write(session: Session, rows: Sequence[Given], ground: Ground, hand: Hand) -> list[Written]:
    """The departments as the rows say; what a row keeps stays, and who has no code gets the next that is free."""
    new = [row for row in rows if row.known is None]
    taken = {*ground.taken.codes, *(row.values["code"] for row in rows)}
    ids = iter(trail.inserted(session, Department, [_entered(row, taken) for row in new]))
    written, lines = [], []
    for row in rows:
        held = row.known.values if row.known else {}
        key = row.known.id if row.known else next(ids)
        written.append(Written(key, row.known is None, {name: _plain(value) for name, value in held.items()}))
        if row.known:
            lines.append((row.known, _said(row)))
    _change(session, [(there.id, said) for there, said in lines])
    trail.audit(session, "department.registered", "department", [
        (w.id, _texts(row.values) | {"source": SOURCE}) for row, w in zip(rows, written, strict=True) if w.new
    ], by=hand.by, at=hand.at)  # fmt: skip
    _note(session, lines, hand)
    return written


def take_back(session: Session, undone: Sequence[Undone], hand: Hand) -> Collection[int]:
    """What stood before; a new department goes, unless something speaks of it already."""
    left = {u.known.id for u in undone if u.new and register.is_used(session, u.known.id)}
    gone = [u.known for u in undone if u.new and u.known.id not in left]
    session.execute(delete(Department).where(Department.id.in_([one.id for one in gone])))
    trail.audit(session, "department.removed", "department", [
        (one.id, {**one.cells, "source": SOURCE}) for one in gone
    ], by=hand.by, at=hand.at)  # fmt: skip
    back = [(u.known, {**u.old, "effective_from": _day(u.old["effective_from"])}) for u in undone if not u.new]
    _change(session, [(there.id, said) for there, said in back])
    _note(session, back, hand)
    return left


def _called(there: Known | None) -> str:
    return str(there.values["name"]) if there else ""


def _entered(row: Given, taken: set[str]) -> dict[str, Any]:
    code = row.values["code"] or register.next_code(taken)
    taken.add(code)
    return {**row.values, "code": code}


def _said(row: Given) -> dict[str, Any]:
    """What the row says, but for what it keeps by saying nothing."""
    return {c.key: row.values[c.key] for c in FIELDS if row.values[c.key] or not c.keeps}


def _change(session: Session, things: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    if rows := [{"id": key, **said} for key, said in things]:
        session.execute(update(Department), rows)


def _note(session: Session, things: Iterable[tuple[Known, Mapping[str, Any]]], hand: Hand) -> None:
    """A line for each department, with what was there before and is there now."""
    trail.audit(session, "department.changed", "department", [
        (there.id, {"department": there.cells["name"], "source": SOURCE,
                    "changed": {key: [there.cells[key], text] for key, text in _texts(said).items()
                                if text != there.cells[key]}}) for there, said in things
    ], by=hand.by, at=hand.at)  # fmt: skip


def _texts(said: Mapping[str, Any]) -> dict[str, str]:
    return {c.key: values.show(c, said[c.key]) for c in FIELDS if c.key in said}


def _standing(row: Department) -> str:
    return "撤并" if row.effective_to else "现有"


def _predecessors(session: Session) -> dict[int, list[str]]:
    before = aliased(Department)
    rows = select(Succession.successor_id, before.name).join(before, before.id == Succession.predecessor_id)
    found: dict[int, list[str]] = {}
    for successor, name in session.execute(rows.order_by(Succession.on, Succession.id)):
        found.setdefault(successor, []).append(name)
    return found


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _day(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


SUBJECT = Subject(UNITS, known, lambda session, _: Ground(register.taken(session)), refusals, write, take_back)
