"""附件8: authorisations. A row enters one, or the next version of one; it lets nothing be said until a leader signs it.

What `knowledge_base.granting` does for one this does for many, by the same rules."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from hotline.directory.departments import Department
from knowledge_base.authorisations import Authorisation
from knowledge_base.categories import signposts
from knowledge_base.entries import Entry
from knowledge_base.forms import trail, values
from knowledge_base.forms.descriptions import AUTHORISATIONS
from knowledge_base.forms.subject import Cells, Fault, Given, Hand, Key, Known, Subject, Undone, Written, digest
from knowledge_base.leave import Scope
from knowledge_base.licences import Licence
from knowledge_base.terms import categories_of

BY_ID = ("licences", "entries", "exclusions")
"""What a row names by its words, and an authorisation by its key."""
NAMED = {Scope.CATEGORIES: "categories", Scope.LICENCES: "licences", Scope.ENTRIES: "entries"}
"""The column that says what a scope speaks of."""
OVER = "该授权已到期；需要续期的，请改填失效日期"
_A = Authorisation


@dataclass(frozen=True)
class Ground:
    """By department: its questions and licence items by text, and the places of the tree that it has entries in; and
    what places that were renamed are called now."""

    entries: Mapping[int, Mapping[str, int]]
    licences: Mapping[int, Mapping[str, int]]
    categories: Mapping[int, Collection[str]]
    became: Mapping[str, str]


def ground(session: Session, departments: Collection[int]) -> Ground:
    """What rows of these departments may name."""
    entries = select(Entry.department_id, Entry.question, Entry.id).where(Entry.department_id.in_(departments))
    licences = select(Licence.department_id, Licence.name, Licence.id).where(Licence.department_id.in_(departments))
    return Ground(_by_text(session.execute(entries).all()), _by_text(session.execute(licences).all()),
                  {d: categories_of(session, d) for d in departments}, signposts(session))  # fmt: skip


def known(session: Session, departments: Collection[int] | None, lock: bool) -> dict[Key, Known]:
    """Every document by its number, with its latest version that wasn't dropped before it was signed."""
    where = [] if departments is None else [_A.department_id.in_(departments)]
    if lock:  # versions are counted one by one
        units = select(Department.id).order_by(Department.id).with_for_update()
        session.execute(units if departments is None else units.where(Department.id.in_(departments)))
    query = (select(_A, Department.name).join(Department, Department.id == _A.department_id).where(*where)
             .order_by(_A.version).execution_options(populate_existing=lock))  # fmt: skip
    entries = _texts(session.execute(select(Entry.id, Entry.question)))
    licences = _texts(session.execute(select(Licence.id, Licence.name)))
    last = select(_A.department_id, _A.document, func.max(_A.version)).where(*where)
    counted = {(d, document): version for d, document, version in
               session.execute(last.group_by(_A.department_id, _A.document))}  # fmt: skip
    found: dict[Key, Known] = {}
    for row, department in session.execute(query):
        one = _known(row, department, entries, licences, counted[row.department_id, row.document])
        key = (row.department_id, one.cells["document"])
        if key not in found or not one.gone or found[key].gone:
            found[key] = one
    return found


def refusals(given: Given, ground: Ground, hand: Hand) -> list[Fault]:
    """The rules of `terms.check`, with the column at fault."""
    row, faults = given.values, []
    if given.changes("valid_from", "valid_to") and row["valid_to"] < row["valid_from"]:
        faults.append(("失效日期", "早于生效日期"))
    elif row["valid_to"] < hand.today:
        faults.append(("失效日期", "有效期已过") if given.changes("valid_to") else ("整行", OVER))
    for scope, key in NAMED.items():
        if not given.changes("scope", key):
            continue
        title = AUTHORISATIONS.column(key).title
        if row["scope"] == scope and not row[key]:
            faults.append((title, "授权范围为“部分…”时，须填写这一列"))
        if row["scope"] != scope and row[key]:
            faults.append((title, "与所选的授权范围不符，请清空这一列或改选范围"))
    for key, there in _named(ground, given.department_id):
        if not given.changes(key):
            continue
        title = AUTHORISATIONS.column(key).title
        faults += [(title, f"本部门没有“{text[:30]}”") for text in row[key] if text not in there]
    return faults


def renamed(cells: Cells, ground: Ground) -> Cells:
    """With the categories as they are called now, as the page leads them on."""
    now = {key: [ground.became.get(path, path) for path in values.split(cells[key])]
           for key in ("categories", "excluded_categories")}  # fmt: skip
    return {**cells, **{key: values.show(AUTHORISATIONS.column(key), list(dict.fromkeys(paths)))
                        for key, paths in now.items()}}  # fmt: skip


def write(session: Session, rows: Sequence[Given], ground: Ground, hand: Hand) -> list[Written]:
    """A new version of each, unsigned."""
    ids = trail.inserted(session, _A, [_said(row, ground, hand) for row in rows])
    trail.audit(session, "authorisation.entered", "authorisation", [
        (i, {"department": row.department_id, "document": row.values["document"], "version": _version(row)})
        for i, row in zip(ids, rows, strict=True)
    ], by=hand.by, at=hand.at)  # fmt: skip
    return [Written(i, row.known is None or row.known.gone, {}) for i, row in zip(ids, rows, strict=True)]


def take_back(session: Session, undone: Sequence[Undone], hand: Hand) -> None:
    """What nobody has signed yet is dropped; an authorisation is never deleted."""
    session.execute(
        update(_A).where(_A.id.in_([u.known.id for u in undone]), _A.signed_at.is_(None))
        .values(revoked_at=hand.at, revoked_by=hand.by, revoked_because="撤销附件8导入")
    )  # fmt: skip
    trail.audit(session, "authorisation.revoked", "authorisation", [(u.known.id, {"unsigned": True}) for u in undone],
                by=hand.by, at=hand.at)  # fmt: skip


def _known(row: Authorisation, department: str, entries: Mapping[int, str], licences: Mapping[int, str],
           last: int) -> Known:
    held = {name: getattr(row, name) for name in ("document", "signer", "form", "scope", "categories", "valid_from",
                                                  "excluded_categories", "valid_to", "remark", "version")}  # fmt: skip
    ids = {key: list(getattr(row, key) or ()) for key in BY_ID}
    texts = {"licences": licences, "entries": entries, "exclusions": entries}
    held |= {key: [texts[key].get(i, f"（编号{i}）") for i in ids[key]] for key in BY_ID} | {"department": department}
    cells = {c.key: values.show(c, held[c.key]) for c in AUTHORISATIONS.columns}
    dropped = row.signed_at is None and row.revoked_at is not None
    waits = row.signed_at is None and row.revoked_at is None
    return Known(row.id, row.department_id, cells, digest(row.id, row.signed_at, row.revoked_at, cells),
                 closed="该文号还有待签发的版本，请先签发或撤销" if waits else "", gone=dropped,
                 values=held, more={"last": last, "ids": ids})  # fmt: skip


def _said(row: Given, ground: Ground, hand: Hand) -> dict[str, Any]:
    same = ("document", "signer", "scope", "form", "categories", "excluded_categories", "valid_from", "valid_to",
            "remark")  # fmt: skip
    there = dict(_named(ground, row.department_id))
    ids = {key: [there[key][text] for text in row.values[key]] for key in BY_ID if row.changes(key)}
    ids = {**(row.known.more["ids"] if row.known else {}), **ids}
    return {**{name: row.values[name] for name in same}, **ids, "department_id": row.department_id,
            "version": _version(row), "entered_by": hand.by, "entered_at": hand.at}  # fmt: skip


def _version(row: Given) -> int:
    return row.known.more["last"] + 1 if row.known else 1


def _named(ground: Ground, department: int) -> list[tuple[str, Mapping[str, int]]]:
    places = dict.fromkeys(ground.categories.get(department, ()), 0)
    entries = ground.entries.get(department, {})
    return [("categories", places), ("excluded_categories", places), ("entries", entries), ("exclusions", entries),
            ("licences", ground.licences.get(department, {}))]  # fmt: skip


def _texts(rows: Iterable[Any]) -> dict[int, str]:
    return {thing: text for thing, text in rows}  # noqa: C416 (rows are no pairs to a type checker)


def _by_text(rows: Sequence[Any]) -> dict[int, dict[str, int]]:
    found: dict[int, dict[str, int]] = {}
    for department, text, thing in rows:
        found.setdefault(department, {})[" ".join(values.clean(text).split("\n"))] = thing
    return found


SUBJECT = Subject(AUTHORISATIONS, known, ground, refusals, write, take_back, renamed=renamed)
