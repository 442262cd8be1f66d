"""附件6: licence items. A row changes the draft; citizens go on seeing what last passed the review."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from hotline.directory.departments import Department
from knowledge_base.forms import trail, values
from knowledge_base.forms.descriptions import LICENCES
from knowledge_base.forms.subject import Fault, Given, Hand, Key, Known, Subject, Undone, Written, digest
from knowledge_base.ledger import Deed, Kind
from knowledge_base.licence_text import LicenceText, read, text_of
from knowledge_base.licence_text import digest as text_digest
from knowledge_base.licences import Licence
from knowledge_base.stages import UNDER_WAY, Stage

FIELDS = tuple(c.key for c in LICENCES.columns if c.key != "department")
TAKEN_BACK = "撤销附件6导入"


def known(session: Session, departments: Collection[int] | None, lock: bool) -> dict[Key, Known]:
    """Every licence item, by department and name, as its draft stands."""
    query = select(Licence, Department.name).join(Department, Department.id == Licence.department_id)
    if departments is not None:
        query = query.where(Licence.department_id.in_(departments))
    if lock:
        query = query.with_for_update(of=Licence).execution_options(populate_existing=True)
    found = {}
    for row, department in session.execute(query):
        one = _known(row, department)
        found[row.department_id, one.cells["name"]] = one
    return found


def ground(session: Session, departments: Collection[int]) -> dict[Key, str]:
    """How each item is called, by every name that it bears: to citizens, and in what was last written of it."""
    found: dict[Key, str] = {}
    for row in session.scalars(select(Licence).where(Licence.department_id.in_(departments))):
        for name in (row.name, read(row.shown or {}).name):
            found[row.department_id, values.canonical(LICENCES.column("name"), name)] = _text(row).name
    return found


def _text(row: Licence) -> LicenceText:
    """What is under way, else what citizens see; what was dropped or refused is spoken of no more."""
    return read(row.shown) if _over(row) and row.shown else text_of(row)


def _over(row: Licence) -> bool:
    return row.stage in (Stage.WITHDRAWN, Stage.REFUSED)


def _known(row: Licence, department: str) -> Known:
    held = {"department": department, **asdict(_text(row))}
    cells = {c.key: values.show(c, held[c.key]) for c in LICENCES.columns}
    closed = row.stage in UNDER_WAY and row.stage != Stage.DRAFT
    return Known(
        row.id, row.department_id, cells, digest(row.version, row.stage, cells, row.shown),
        gone=_over(row) and row.shown is None,
        closed="该事项有一个版本正在审核，待其结束后再导入" if closed else "", values=held,
        more={"held": {name: getattr(row, name) for name in (*FIELDS, "version", "written_by")}
              | {"stage": str(row.stage)}},
    )  # fmt: skip


def refusals(given: Given, ground: Mapping[Key, str], _: Hand) -> list[Fault]:
    """The rules that concern more than one cell."""
    links = given.values["downloads"] if given.changes("downloads") else ()
    wrong = [one for one in links if not one.lower().startswith(("http://", "https://"))]
    faults = [("表格下载", f"“{one[:40]}”应为以 https:// 开头的网址") for one in wrong]
    called = ground.get((given.department_id, given.values["name"]))
    if given.known is None and called is not None:
        faults.append(("事项名称", f"这是“{called[:40]}”的原名或未通过审查的新名称，请按“{called[:40]}”填写"))
    return faults


def write(session: Session, rows: Sequence[Given], _: Any, hand: Hand) -> list[Written]:
    """Drafts of all rows."""
    new, old = [row for row in rows if row.known is None], [row for row in rows if row.known]
    ids = trail.inserted(session, Licence, [
        {**_said(row, hand), "department_id": row.department_id, "version": 1} for row in new
    ])  # fmt: skip
    if old:
        session.execute(update(Licence), [{**_said(row, hand), "id": row.known.id, "version": _version(row)}
                                          for row in old if row.known])  # fmt: skip
    id_of = dict(zip((row.number for row in new), ids, strict=True)) | {r.number: r.known.id for r in old if r.known}
    _note(session, Deed.WRITTEN, [(id_of[r.number], _version(r), r.department_id, _said(r, hand)) for r in rows], hand)
    return [Written(id_of[row.number], row.known is None or row.known.gone,
                    {"held": row.known.more["held"] if row.known else None}) for row in rows]  # fmt: skip


def take_back(session: Session, undone: Sequence[Undone], hand: Hand) -> None:
    """New items are given up, changed ones say again what they said."""
    session.execute(update(Licence).where(Licence.id.in_([u.known.id for u in undone if not u.old["held"]]))
                    .values(stage=Stage.WITHDRAWN))  # fmt: skip
    put_back = [{"id": u.known.id, **u.old["held"]} for u in undone if u.old["held"]]
    if put_back:
        session.execute(update(Licence), put_back)
    _note(session, Deed.WITHDRAWN, [(u.known.id, u.known.more["held"]["version"], u.known.department_id,
                                     u.known.more["held"]) for u in undone], hand, TAKEN_BACK)  # fmt: skip


def _said(row: Given, hand: Hand) -> dict[str, Any]:
    return {**{name: row.values[name] for name in FIELDS}, "stage": Stage.DRAFT, "written_by": hand.by}


def _version(row: Given) -> int:
    """A draft is written on; what was published or given up gets the next number."""
    if row.known is None:
        return 1
    held = row.known.more["held"]
    return int(held["version"]) + int(held["stage"] != Stage.DRAFT)


def _note(session: Session, deed: Deed, things: Sequence[tuple[int, int, int, dict[str, Any]]], hand: Hand,
          why: str = "附件6导入") -> None:
    trail.ledger(session, deed, Kind.LICENCE, [
        {"thing_id": i, "version": version, "department_id": department, "why": why,
         "digest": text_digest(read(said))} for i, version, department, said in things
    ], by=hand.by, at=hand.at)  # fmt: skip


SUBJECT = Subject(LICENCES, known, ground, refusals, write, take_back)
