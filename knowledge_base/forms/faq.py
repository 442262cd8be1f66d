"""附件5: questions and answers. A row becomes a draft; what is published stands until that draft has passed.

What `knowledge_base.drafts` does for one entry this does for a thousand, by the same rules: one version under way at
a time, a draft is written on in place, what anybody wrote stands in the ledger with its digest."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from knowledge_base.content import Content, digest_of
from knowledge_base.entries import Approval, Attachment, Entry, EntryVersion, State
from knowledge_base.forms import faq_known, faq_phrasings, trail, trees
from knowledge_base.forms.descriptions import FAQ
from knowledge_base.forms.faq_known import SAID
from knowledge_base.forms.subject import Cells, Fault, Given, Hand, Subject, Undone, Written
from knowledge_base.ledger import Deed, Kind
from knowledge_base.stages import Stage

SOURCE = "form"
WHY = "附件5导入"
TAKEN_BACK = "撤销附件5导入"
_V = EntryVersion


def refusals(given: Given, ground: trees.Tree, _: Hand) -> list[Fault]:
    """The rules that concern more than one cell."""
    row = given.values
    faults: list[Fault] = []
    if given.changes("category") and (reason := ground.not_a_leaf(row["category"])):
        faults.append(("类别", reason))
    if given.changes("valid_from", "valid_to") and row["valid_to"] and row["valid_to"] < row["valid_from"]:
        faults.append(("失效日期", "早于生效日期"))
    if not given.changes("question", "phrasings"):
        return faults
    if row["question"] in row["phrasings"]:
        faults.append(("其他问法", "与问题本身相同，请删去"))
    there = given.known.more["phrasings"] if given.known else ()
    refused = {held.text for held in there if held.approval == Approval.REFUSED}
    return faults + [("其他问法", f"“{text[:20]}”曾被审核退回") for text in row["phrasings"] if text in refused]


def renamed(cells: Cells, ground: trees.Tree) -> Cells:
    """In the category as it is called now: a file that was filled before it was renamed means the same."""
    return {**cells, "category": ground.now(cells["category"])}


def write(session: Session, rows: Sequence[Given], _: Any, hand: Hand) -> list[Written]:
    """Drafts of all rows, in a few statements however many they are: nobody may wait long for the database."""
    entry_of = _entries(session, rows)
    now = {row.number: _says_new(row) for row in rows}
    edited = [row for row in rows if row.known and row.known.more["stage"] == Stage.DRAFT and now[row.number]]
    fresh = [row for row in rows if now[row.number] and not (row.known and row.known.more["stage"] == Stage.DRAFT)]
    before = {row.number: row.known.more["content"] for row in edited if row.known}
    files = _files(session, [row.known.more["version"] for row in fresh if row.known])
    version_of = _begin(session, fresh, entry_of, hand)
    _copy_files(session, fresh, version_of, files)
    _write_on(session, edited, hand)
    _follow(session, [row for row in rows if row.known and row.known.more["state"] == State.DRAFT])
    _note(session, Deed.WRITTEN, [(row, entry_of[row.number]) for row in (*fresh, *edited)], files, hand)
    added, changed = faq_phrasings.write(session, rows, entry_of, hand, source=SOURCE)
    return [Written(entry_of[row.number], row.known is None or row.known.gone, {
        "version": version_of.get(row.number), "added": added.get(row.number, []),
        "content": before.get(row.number),
        "entry": row.known.more["entry"] if row.known and row.known.more["state"] == State.DRAFT else None,
        "phrasings": changed.get(row.number, []),
    }) for row in rows]  # fmt: skip


def take_back(session: Session, undone: Sequence[Undone], hand: Hand) -> None:
    """New drafts are given up, edited ones say again what they said, phrasings stand as before."""
    given_up = [u for u in undone if u.old["version"]]
    session.execute(update(_V).where(_V.id.in_([u.old["version"] for u in given_up]), _V.stage == Stage.DRAFT)
                    .values(stage=Stage.WITHDRAWN, ended_at=hand.at))  # fmt: skip
    put_back = [u for u in undone if u.old["content"]]
    if put_back:
        session.execute(update(_V), [{"id": u.known.more["version"], "written_by": hand.by, "written_at": hand.at,
                                      **_dated(u.old["content"])} for u in put_back])  # fmt: skip
    entries = [u for u in undone if u.old["entry"]]
    if entries:
        session.execute(update(Entry), [{"id": u.known.id, **u.old["entry"]} for u in entries])
    faq_phrasings.take_back(session, [i for u in undone for i in u.old["added"]],
                            [before for u in undone for before in u.old["phrasings"]])  # fmt: skip
    for deed, things in ((Deed.WITHDRAWN, given_up), (Deed.WRITTEN, put_back)):
        said = [(u, u.known.more["content"] if deed is Deed.WITHDRAWN else u.old["content"]) for u in things]
        trail.ledger(session, deed, Kind.ENTRY, [
            {"thing_id": u.known.id, "version": u.known.more["number"], "department_id": u.known.department_id,
             "why": TAKEN_BACK, "digest": digest_of(_content(_dated(content)), u.known.more["files"])}
            for u, content in said
        ], by=hand.by, at=hand.at)  # fmt: skip


def _entries(session: Session, rows: Sequence[Given]) -> dict[int, int]:
    """The entry of each row, new where there is none."""
    new = [row for row in rows if row.known is None]
    ids = trail.inserted(session, Entry, [
        {"department_id": row.department_id, "question": row.values["question"], "category": row.values["category"],
         "keywords": row.values["keywords"], "state": State.DRAFT} for row in new
    ])  # fmt: skip
    made = dict(zip((row.number for row in new), ids, strict=True))
    return made | {row.number: row.known.id for row in rows if row.known}


def _begin(session: Session, rows: Sequence[Given], entry_of: Mapping[int, int], hand: Hand) -> dict[int, int]:
    ids = trail.inserted(session, _V, [
        {"entry_id": entry_of[row.number], "number": _next(row), "stage": Stage.DRAFT, "source": SOURCE,
         **_said(row), "why": _why(row), "written_by": hand.by, "written_at": hand.at} for row in rows
    ])  # fmt: skip
    return dict(zip((row.number for row in rows), ids, strict=True))


def _write_on(session: Session, rows: Sequence[Given], hand: Hand) -> None:
    if rows:
        session.execute(update(_V), [
            {"id": row.known.more["version"], **_said(row), "why": _why(row), "written_by": hand.by,
             "written_at": hand.at} for row in rows if row.known
        ])  # fmt: skip


def _follow(session: Session, rows: Sequence[Given]) -> None:
    """An entry that was never published is listed by what its draft says."""
    if rows:
        session.execute(update(Entry), [{"id": row.known.id, "category": row.values["category"],
                                         "keywords": row.values["keywords"]} for row in rows if row.known])  # fmt: skip


def _files(session: Session, versions: Collection[int]) -> dict[int, list[Attachment]]:
    found: dict[int, list[Attachment]] = {}
    for file in session.scalars(select(Attachment).where(Attachment.entry_version_id.in_(versions))):
        found.setdefault(file.entry_version_id, []).append(file)
    return found


def _copy_files(session: Session, rows: Sequence[Given], version_of: Mapping[int, int],
                files: Mapping[int, Sequence[Attachment]]) -> None:
    """A new version keeps the attachments of the one before it."""
    for row in rows:
        for a in files.get(row.known.more["version"], ()) if row.known else ():
            session.add(Attachment(entry_version_id=version_of[row.number], name=a.name, media_type=a.media_type,
                                   size=a.size, sha256=a.sha256, added_by=a.added_by, added_at=a.added_at))  # fmt: skip


def _note(session: Session, deed: Deed, rows: Sequence[tuple[Given, int]],
          files: Mapping[int, Sequence[Attachment]], hand: Hand) -> None:
    def lines(row: Given) -> list[list[str | int]]:
        held = files.get(row.known.more["version"], ()) if row.known else ()
        return sorted([a.name, a.media_type, a.size, a.sha256] for a in held) or faq_known.files_of(row)

    trail.ledger(session, deed, Kind.ENTRY, [
        {"thing_id": entry_id, "version": _number(row), "department_id": row.department_id, "why": _why(row),
         "digest": digest_of(_content(_said(row)), lines(row))} for row, entry_id in rows
    ], by=hand.by, at=hand.at)  # fmt: skip


def _number(row: Given) -> int:
    editing = row.known is not None and row.known.more["stage"] == Stage.DRAFT
    return int(row.known.more["number"]) if row.known and editing else _next(row)


def _next(row: Given) -> int:
    return row.known.more["last"] + 1 if row.known else 1


def _says_new(row: Given) -> bool:
    """Whether more than the phrasings changes."""
    return row.changes(*SAID, "remark")


def _why(row: Given) -> str:
    return row.values["remark"] or WHY


def _said(row: Given) -> dict[str, Any]:
    return {name: row.values[name] for name in SAID}


def _dated(content: Mapping[str, Any]) -> dict[str, Any]:
    """What was kept as JSON, with its days as days."""
    days = {k: date.fromisoformat(v) if v else None for k, v in content.items() if k in ("valid_from", "valid_to")}
    return {**content, **days}


def _content(said: Mapping[str, Any]) -> Content:
    return Content(**{k: v for k, v in said.items() if k in SAID and k != "keywords"}, keywords=tuple(said["keywords"]))


SUBJECT = Subject(FAQ, faq_known.known, lambda session, _: trees.tree(session), refusals, write, take_back,
                  faq_phrasings.stays, renamed)
