"""附件1: the register of departments, by their full names. What `knowledge_base.register` does for one this does for
many, by the same rules."""

from collections.abc import Collection, Iterable, Mapping, Sequence
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
ASIDE = ord("a") - ord("1")


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


def refusals(given: Given, ground: Taken, hand: Hand) -> list[Fault]:
    """The register's rules, but for whose a code is, with the column at fault; a cell that nobody changed is no reason
    to refuse a row."""
    there = given.known
    if there and there.more["ends"] and there.more["ends"] <= hand.today:
        return [("整行", "该部门已撤并，登记内容不再修改")]
    faults = register.unfit(given.values, Taken({}, ground.names), of=_called(there))
    return [(UNITS.column(key).title, why) for key, why in faults.items()
            if given.changes(key, *BESIDE.get(key, ()))]  # fmt: skip


def together(rows: Iterable[Given], ground: Taken) -> dict[int, list[Fault]]:
    """Whose a code is, when all rows have theirs: departments of one file may swap."""
    giving = {_called(row.known) or row.values["name"]: row for row in rows
              if row.values["code"] and row.changes("code")}  # fmt: skip
    wanted = {name: row.values["code"] for name, row in giving.items()}
    title = UNITS.column("code").title
    return {giving[name].number: [(title, f"与第 {giving[whose].number} 行相同" if wanted.get(whose) == wanted[name]
                                   else f"代码{wanted[name]}属于{whose}")]
            for name, whose in register.clashes(wanted, ground.codes).items()}  # fmt: skip


def write(session: Session, rows: Sequence[Given], ground: Taken, hand: Hand) -> list[Written]:
    """The departments as the rows say; what a row keeps stays, and who has no code gets the next that is free."""
    new = [row for row in rows if row.known is None]
    lines = [(row.known, _said(row)) for row in rows if row.known]
    _lay_aside(session, lines)
    taken = {*ground.codes, *(row.values["code"] for row in rows)}
    ids = iter(trail.inserted(session, Department, [_entered(row, taken) for row in new]))
    written = []
    for row in rows:
        held = row.known.values if row.known else {}
        key = row.known.id if row.known else next(ids)
        written.append(Written(key, row.known is None, {name: _plain(value) for name, value in held.items()}))
    _change(session, lines)
    trail.audit(session, "department.registered", "department", [
        (w.id, _texts(row.values) | {"source": SOURCE}) for row, w in zip(rows, written, strict=True) if w.new
    ], by=hand.by, at=hand.at)  # fmt: skip
    _note(session, lines, hand)
    return written


def take_back(session: Session, undone: Sequence[Undone], hand: Hand) -> Collection[int]:
    """What stood before; a new department goes, unless something speaks of it already, and who can't have his code
    back, since another has it by now, stays as he is."""
    left = {u.known.id for u in undone if u.new and register.is_used(session, u.known.id)}
    left |= _without_code(session, undone, left)
    gone = [u.known for u in undone if u.new and u.known.id not in left]
    session.execute(delete(Department).where(Department.id.in_([one.id for one in gone])))
    trail.audit(session, "department.removed", "department", [
        (one.id, {**one.cells, "source": SOURCE}) for one in gone
    ], by=hand.by, at=hand.at)  # fmt: skip
    back = [(u.known, {**u.old, "effective_from": _day(u.old["effective_from"])}) for u in undone
            if not u.new and u.known.id not in left]  # fmt: skip
    _lay_aside(session, back)
    _change(session, back)
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


def _without_code(session: Session, undone: Sequence[Undone], left: Collection[int]) -> set[int]:
    """Who can't have the code back that he had before."""
    gone = {u.known.values["name"] for u in undone if u.new and u.known.id not in left}
    codes = {code: name for code, name in register.taken(session).codes.items() if name not in gone}
    back = {u.known.values["name"]: u for u in undone if not u.new and u.old["code"] != u.known.values["code"]}
    late = register.clashes({name: u.old["code"] for name, u in back.items()}, codes)
    return {back[name].known.id for name in late}


def _lay_aside(session: Session, things: Iterable[tuple[Known, Mapping[str, Any]]]) -> None:
    """Give up the codes that change, before anybody gets another's: a database looks at each row by itself. Until
    then a letter stands in the place of the first digit, which is no code and nobody else's."""
    _change(session, [(there, {"code": chr(ord(code[0]) + ASIDE) + code[1:]}) for there, said in things
                      for code in [there.values["code"]] if said.get("code", code) != code])  # fmt: skip


def _change(session: Session, things: Iterable[tuple[Known, Mapping[str, Any]]]) -> None:
    if rows := [{"id": there.id, **said} for there, said in things]:
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


SUBJECT = Subject(UNITS, known, lambda session, _: register.taken(session), refusals, write, take_back,
                  together=together)  # fmt: skip
