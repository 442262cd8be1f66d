"""An import put in by one transaction, and taken back by one; what others changed in between stays."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, update
from sqlalchemy.orm import Session

from hotline import audit
from hotline.times import local_day
from knowledge_base.forms.errors import FormError
from knowledge_base.forms.imports import PATIENCE, FormImport, State
from knowledge_base.forms.previewing import CHUNK, SAME, given, refusal
from knowledge_base.forms.subject import Given, Hand, Key, Known, Undone
from knowledge_base.forms.subjects import SUBJECTS

CLASH = "预览之后被他人修改过，请重新上传"
LEFT = "撤销时这些行未恢复，因为入库后又被修改或使用过"


@dataclass(frozen=True)
class Prepared:
    """The rows of an import that write something, read before the database is held."""

    rows: list[dict[str, Any]]
    values: list[Given]


def prepare(form: FormImport, passed: Callable[[float], None] = lambda _: None) -> Prepared:
    """Read the accepted rows; long, and without any database. `passed` hears how far it is, 0 to 1."""
    subject = SUBJECTS[form.form]
    rows = [row for row in form.rows if row["how"] != SAME]
    found = []
    for place, row in enumerate(rows):
        if place % CHUNK == 0:
            passed(place / len(rows))
        found.append(given(subject, row, None))
    return Prepared(rows, found)


def claim(session: Session, form: FormImport, *, at: datetime) -> None:
    """Begin to apply: once only, but again when the first try was cut off. FormError when it is too late."""
    _claim(session, form, State.PREVIEWED, State.APPLYING, "这次导入已经入库、撤销或正在入库", at=at)


def claim_undo(session: Session, form: FormImport, *, at: datetime) -> None:
    """The same for taking it back."""
    _claim(session, form, State.APPLIED, State.UNDOING, "这次导入还没有入库，或者已经撤销、正在撤销", at=at)


def apply(session: Session, form: FormImport, prepared: Prepared, *, hand: Hand) -> None:
    """Write all rows but those whose things were changed since the preview: these are refused, each named."""
    _step(session, form, State.APPLYING, State.APPLIED)
    subject = SUBJECTS[form.form]
    concerned = {row.department_id for row in prepared.values}
    known = subject.known(session, concerned, True)
    fit, clashes = _sorted(prepared, known)
    ground = subject.ground(session, concerned)
    rows = [row.beside(known.get(key)) for key, row in fit]
    late = {row.number: faults for row in rows if (faults := subject.refusals(row, ground, hand))}
    late |= subject.together([row for row in rows if row.number not in late], ground)
    written = subject.write(session, kept, ground, hand) if (kept := [r for r in rows if r.number not in late]) else []
    now = {one.id: one for one in subject.known(session, concerned, False).values()}
    form.before = [{"row": row.number, "department": row.department_id, "mark": now[one.id].mark, **vars(one)}
                   for row, one in zip(kept, written, strict=True)]  # fmt: skip
    _refuse(form, prepared, {number: [("整行", CLASH)] for number in clashes} | late)
    form.applied_at, form.moved_at, form.percent, form.trouble = hand.at, hand.at, 100, ""
    audit.note(session, "form.applied", by=hand.by, at=hand.at, about=("form_import", form.id), form=form.form,
               rows=len(written), refused=len(form.refused))  # fmt: skip


def undo(session: Session, form: FormImport, *, hand: Hand) -> None:
    """Restore what was there before, but for what somebody changed since: that is left alone, and named."""
    _step(session, form, State.UNDOING, State.UNDONE)
    subject = SUBJECTS[form.form]
    now = {k.id: k for k in subject.known(session, {b["department"] for b in form.before}, True).values()}
    fit = [b for b in form.before if b["id"] in now and now[b["id"]].mark == b["mark"]]
    left = subject.take_back(session, [Undone(now[b["id"]], b["new"], b["old"]) for b in fit], hand) if fit else ()
    fit = [b for b in fit if b["id"] not in (left or ())]
    alone = sorted({b["row"] for b in form.before} - {b["row"] for b in fit})
    if alone:
        form.notes = [*form.notes, f"{LEFT}：第 {'、'.join(map(str, alone))} 行"]
    form.undone_at, form.moved_at, form.percent, form.trouble = hand.at, hand.at, 100, ""
    audit.note(session, "form.undone", by=hand.by, at=hand.at, about=("form_import", form.id), form=form.form,
               rows=len(fit), left_alone=len(alone))  # fmt: skip


def hand_of(by: str, only: int | None, *, at: datetime) -> Hand:
    """Who hands in; `only` is a liaison's department."""
    return Hand(by, at, local_day(at), only)


def _sorted(prepared: Prepared, known: dict[Key, Known]) -> tuple[list[tuple[Key, Given]], list[int]]:
    """The rows whose things are as they were in the preview, and the numbers of the others."""
    fit: list[tuple[Key, Given]] = []
    clashes = []
    for row, one in zip(prepared.rows, prepared.values, strict=True):
        key = (row["department"], row["key"])
        thing = known.get(key)
        if (thing.mark if thing else "") == row["mark"]:
            fit.append((key, one))
        else:
            clashes.append(row["row"])
    return fit, clashes


def _refuse(form: FormImport, prepared: Prepared, why: Mapping[int, Sequence[tuple[str, str]]]) -> None:
    """Rows that came too late leave the accepted ones."""
    if why:
        refused = [refusal(row["row"], list(why[row["row"]]), row["cells"]) for row in prepared.rows
                   if row["row"] in why]  # fmt: skip
        form.rows = [row for row in form.rows if row["row"] not in why]
        form.refused = sorted([*form.refused, *refused], key=lambda row: row["row"])
    form.counts = {how: sum(row["how"] == how for row in form.rows) for how in ("new", "changed", "same")}
    form.counts = form.counts | {"refused": len(form.refused)}


def _claim(session: Session, form: FormImport, frm: State, to: State, late: str, *, at: datetime) -> None:
    held = session.get_one(FormImport, form.id, with_for_update=True, populate_existing=True)
    waits = held.state == to and held.moved_at is not None and at - held.moved_at >= PATIENCE
    if held.state != frm and not waits:
        raise FormError(late)
    held.state, held.percent, held.moved_at = to, 0, at


def _step(session: Session, form: FormImport, from_state: State, to: State) -> None:
    """Take the step once, whoever else tries; FormError when it was taken already."""
    done: CursorResult[Any] = session.execute(  # type: ignore[assignment]
        update(FormImport).where(FormImport.id == form.id, FormImport.state == from_state).values(state=to)
    )
    if done.rowcount != 1:
        raise FormError("这次导入的状态已经改变，请刷新页面")
    session.refresh(form, ["state"])  # not its rows: reading a thousand takes long, and they change no more

