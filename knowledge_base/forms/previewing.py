"""A form that was read, compared with what is known: what each row would change, or why it is refused."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from knowledge_base.forms import values
from knowledge_base.forms.columns import Form
from knowledge_base.forms.reading import ReadForm, ReadRow
from knowledge_base.forms.subject import NOBODYS, Cells, Fault, Given, Hand, Key, Known, Subject
from knowledge_base.forms.subjects import SUBJECTS
from knowledge_base.forms.units import UnitError, Units, units

NAMED = 20  # rows, in a note
CHUNK = 50  # rows between two words on how far it is
NEW, CHANGED, SAME = "new", "changed", "same"


@dataclass
class Preview:
    """Accepted and refused rows, as the import keeps them, and the rows that leave out what stays, by the reason."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    refused: list[dict[str, Any]] = field(default_factory=list)
    kept: dict[str, list[int]] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        found = {how: sum(row["how"] == how for row in self.rows) for how in (NEW, CHANGED, SAME)}
        return found | {"refused": len(self.refused)}

    def notes(self) -> list[str]:
        """What stays though rows leave it out, in words."""
        return [f"第 {'、'.join(map(str, rows[:NAMED]))} {'行等' if len(rows) > NAMED else '行'}：{why}"
                for why, rows in self.kept.items()]  # fmt: skip


def preview(session: Session, read: ReadForm, *, hand: Hand,
            passed: Callable[[float], None] = lambda _: None) -> Preview:
    """Compare all rows; nothing is written. `passed` hears how far it is, 0 to 1."""
    subject, found = SUBJECTS[read.form.annex], Preview()
    there = units(session, hand.only, on=hand.today)
    departments = [_department(row, there) if read.form.owned else NOBODYS for row in read.rows]
    concerned = {d for d in departments if isinstance(d, int)}
    known, ground = subject.known(session, concerned, False), subject.ground(session, concerned)
    comparing = _Comparing(subject, hand, known, ground, found)
    for place, (row, department) in enumerate(zip(read.rows, departments, strict=True)):
        if place % CHUNK == 0:
            passed(place / len(read.rows))
        if isinstance(department, str):
            found.refused.append(refusal(row.number, [(_title(read.form), department), *row.faults], row.cells))
            continue
        comparing.take(row, (department, _key(read.form, row, department, there)))
    _together(found, subject, known, ground)
    return found


def refusal(number: int, faults: list[Fault], cells: Cells) -> dict[str, Any]:
    """A refused row as the import keeps it."""
    return {"row": number, "faults": [list(fault) for fault in faults], "cells": cells}


def given(subject: Subject, row: dict[str, Any], known: Known | None) -> Given:
    """An accepted row of an import, its cells read; what can't be and says nothing new is taken as it stands."""
    titles, cells = {title for title, *_ in row["changes"]}, row["cells"]
    changed = frozenset(c.key for c in subject.form.given if row["how"] == NEW or c.title in titles)
    left = frozenset(c.key for c in subject.form.given if c.key not in changed and (cells[c.key] or not c.keeps))
    read: dict[str, Any] = {}
    for column in subject.form.given:
        try:
            read[column.key] = values.read(column, cells[column.key])
        except values.Unfit:
            if column.key not in left:
                raise
    return Given(row["row"], row["department"], read, None, changed, left).beside(known)


@dataclass
class _Comparing:
    """The rows of a form beside what is known; `seen`: the row in which each thing came first."""

    subject: Subject
    hand: Hand
    known: dict[Key, Known]
    ground: Any
    found: Preview
    seen: dict[Key | int, int] = field(default_factory=dict)

    def take(self, row: ReadRow, key: Key) -> None:
        """Accept the row with what it would change, or refuse it with why."""
        subject, thing = self.subject, self.known.get(key)
        stands = thing if thing and not thing.gone else None
        cells, wrong = self._cells(row, key, thing)
        changes = _changes(subject.form, cells, stands)
        said_anew = {title for title, *_ in changes}
        faults = [*row.faults, *(fault for fault in wrong if stands is None or fault[0] in said_anew)]
        first = self.seen.setdefault(thing.id if thing else key, row.number)
        if stands and not changes and not row.faults and first == row.number:
            self.found.rows.append({"row": row.number, "department": key[0], "key": key[1], "how": SAME})
            return
        if key[1] and first != row.number:
            faults = [("整行", f"与第 {first} 行重复（部门和{subject.form.column(subject.form.key).title}相同）")]
        elif not faults and thing and thing.closed:
            faults = [("整行", thing.closed)]
        accepted = {"row": row.number, "department": key[0], "key": key[1], "cells": cells,
                    "how": CHANGED if stands else NEW, "mark": thing.mark if thing else "",
                    "changes": changes}  # fmt: skip
        faults = faults or subject.refusals(given(subject, accepted, thing), self.ground, self.hand)
        if faults:
            self.found.refused.append(refusal(row.number, faults, row.cells))
        else:
            self.found.rows.append(accepted)

    def _cells(self, row: ReadRow, key: Key, thing: Known | None) -> tuple[Cells, list[Fault]]:
        """What the row says, without what stays though it leaves it out, and what is wrong with it cell by cell."""
        cells, wrong = _cells(self.subject.form, row, key)
        cells = self.subject.renamed(cells, self.ground)
        if thing:
            cells, stays = self.subject.stays(cells, thing, self.hand)
            if stays:
                self.found.kept.setdefault(stays, []).append(row.number)
        return cells, wrong


def _together(found: Preview, subject: Subject, known: dict[Key, Known], ground: Any) -> None:
    """Refuse what doesn't fit beside the other accepted rows."""
    rows = {row["row"]: row for row in found.rows if row["how"] != SAME}
    late = subject.together((given(subject, row, known.get((row["department"], row["key"]))) for row in rows.values()),
                            ground)  # fmt: skip
    if late:
        found.rows = [row for row in found.rows if row["row"] not in late]
        found.refused += [refusal(number, faults, rows[number]["cells"]) for number, faults in late.items()]
        found.refused.sort(key=lambda row: row["row"])


def _cells(form: Form, row: ReadRow, key: Key) -> tuple[Cells, list[Fault]]:
    """The cells in their one way to be written, and what is wrong with them one by one."""
    cells: Cells = {}
    faults: list[Fault] = []
    at_fault = {title for title, _ in row.faults}
    for column in form.given:
        text = key[1] if column.key == form.key else row.cells.get(column.key, "")
        try:
            cells[column.key] = values.show(column, values.read(column, text))
        except values.Unfit as reason:
            cells[column.key] = values.clean(text)
            if column.title not in at_fault:
                faults.append((column.title, str(reason)))
    return cells, faults


def _changes(form: Form, cells: Cells, thing: Known | None) -> list[list[str]]:
    """Title, old and new text of each cell that says something else than the thing does."""
    if thing is None:
        return []
    return [
        [c.title, values.canonical(c, thing.cells[c.key]), cells[c.key]] for c in form.given
        if c.key != "department" and values.says_new(c, thing.cells[c.key], cells[c.key])
    ]  # fmt: skip


def _key(form: Form, row: ReadRow, department: int, there: Units) -> str:
    if form.key == "department":
        return there.names[department]
    return values.canonical(form.column(form.key), row.cells.get(form.key, ""))


def _department(row: ReadRow, there: Units) -> int | str:
    """The row's department, or why there is none."""
    try:
        return there.meant(row.cells.get("department", ""))
    except UnitError as reason:
        return str(reason)


def _title(form: Form) -> str:
    return form.column("department").title
