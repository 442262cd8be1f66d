"""Which questions there are, each with the version that a form speaks of: the one under way, else what stands."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.directory.departments import Department
from knowledge_base.categories import signposts
from knowledge_base.entries import Approval, Attachment, Entry, EntryVersion, Phrasing
from knowledge_base.forms import values
from knowledge_base.forms.descriptions import FAQ
from knowledge_base.forms.subject import Given, Key, Known, digest
from knowledge_base.stages import UNDER_WAY, Stage

SAID = ("question", "category", "keywords", "answer", "spoken", "summary", "legal_basis", "section", "phone",
        "valid_from", "valid_to")  # fmt: skip
"""What a version says."""
STANDING = frozenset({Approval.APPROVED, Approval.PROPOSED})
_V = EntryVersion


class Held(NamedTuple):
    """A phrasing as it stands."""

    id: int
    text: str
    approval: str
    proposed_by: str
    decided_by: str
    decided_at: datetime | None


def known(session: Session, departments: Collection[int] | None, lock: bool) -> dict[Key, Known]:
    """Every question, by department and text; one whose draft puts it otherwise by either, unless what the draft says
    is another's already: of two drafts that say the same the second's is known by what stands."""
    query = select(Entry.id, Entry.department_id, Entry.question, Entry.category, Entry.keywords, Entry.state,
                   Entry.published, Department.name).join(Department, Department.id == Entry.department_id)  # fmt: skip
    query = query.order_by(Entry.id)
    if departments is not None:
        query = query.where(Entry.department_id.in_(departments))
    if lock:
        query = query.with_for_update(of=Entry)
    entries = [row._mapping for row in session.execute(query)]
    chosen, last = _chosen(session, departments, {row["id"]: row["published"] for row in entries})
    phrasings, files = _phrasings(session, departments), _files(session, departments)
    became = signposts(session)
    owner = {(row["department_id"], _shown(row["question"])): row["id"] for row in entries}
    found = {}
    for row in entries:
        if row["id"] in chosen:
            version = chosen[row["id"]]
            put = version["question"] or row["question"]
            free = owner.setdefault((row["department_id"], _shown(put)), row["id"]) == row["id"]  # nobody else's words
            one = _known(row, version, put if free else row["question"], last[row["id"]],
                         phrasings.get(row["id"], ()), files.get(version["id"], []), became)  # fmt: skip
            found[one.department_id, _shown(row["question"])] = found[one.department_id, one.cells["question"]] = one
    return found


def _shown(question: str) -> str:
    return values.show(FAQ.column("question"), question)


def _chosen(session: Session, departments: Collection[int] | None,
            published: Mapping[int, int | None]) -> tuple[dict[int, Mapping[Any, Any]], dict[int, int]]:
    """The version that counts of each entry, and its last number."""
    query = select(_V.entry_id, _V.id, _V.number, _V.stage, _V.published_at, _V.why, _V.publish_at, _V.corrects,
                   *(getattr(_V, name) for name in SAID)).order_by(_V.number)  # fmt: skip
    if departments is not None:
        query = query.join(Entry, Entry.id == _V.entry_id).where(Entry.department_id.in_(departments))
    best: dict[int, Mapping[Any, Any]] = {}
    last: dict[int, int] = {}
    for row in session.execute(query):
        version = row._mapping
        entry_id = version["entry_id"]
        last[entry_id] = version["number"]
        if entry_id not in best or _weight(version, published.get(entry_id)) >= _weight(best[entry_id],
                                                                                        published.get(entry_id)):
            best[entry_id] = version
    return best, last


def _weight(version: Mapping[Any, Any], published: int | None) -> int:
    if version["stage"] in UNDER_WAY:
        return 3
    if version["number"] == published:
        return 2
    return 1 if version["published_at"] is not None else 0


def _known(row: Mapping[Any, Any], version: Mapping[Any, Any], question: str, last: int, phrasings: Sequence[Held],
           files: list[list[str | int]], became: Mapping[str, str]) -> Known:
    """As its cells say, in the category as it is called now; `content` is what the version says."""
    said = {name: version[name] for name in SAID} | {"question": question}
    now = became.get(said["category"], said["category"])
    held = said | {"department": row["name"], "category": now, "remark": version["why"],
                   "phrasings": [_shown(one.text) for one in phrasings if one.approval in STANDING]}  # fmt: skip
    cells = {c.key: values.show(c, held[c.key]) for c in FAQ.columns}
    own = said | {"question": version["question"] or row["question"], "why": version["why"]}
    content = {k: v.isoformat() if hasattr(v, "isoformat") else v for k, v in own.items()}
    closed = version["stage"] in UNDER_WAY and version["stage"] != Stage.DRAFT
    beside = (sorted(files), version["publish_at"], version["corrects"])  # what no cell says, and people change, too
    gone = _weight(version, row["published"]) == 0
    return Known(
        row["id"], row["department_id"], cells, digest(version["id"], version["stage"], row["state"], cells, beside),
        closed="该问题有一个版本正在审核，待其结束后再导入" if closed else "", gone=gone,
        values=held | {"question": own["question"]},
        more={"number": version["number"], "last": last, "stage": version["stage"], "version": version["id"],
              "state": row["state"], "phrasings": phrasings, "content": content, "files": sorted(files),
              "entry": {"category": row["category"], "keywords": row["keywords"]}},
    )  # fmt: skip


def _phrasings(session: Session, departments: Collection[int] | None) -> dict[int, list[Held]]:
    query = select(Phrasing.entry_id, *(getattr(Phrasing, name) for name in Held._fields)).order_by(Phrasing.id)
    if departments is not None:
        query = query.join(Entry, Entry.id == Phrasing.entry_id).where(Entry.department_id.in_(departments))
    found: dict[int, list[Held]] = {}
    for entry_id, *held in session.execute(query):
        found.setdefault(entry_id, []).append(Held(*held))
    return found


def _files(session: Session, departments: Collection[int] | None) -> dict[int, list[list[str | int]]]:
    query = select(Attachment.entry_version_id, Attachment.name, Attachment.media_type, Attachment.size,
                   Attachment.sha256)  # fmt: skip
    if departments is not None:
        query = (query.join(_V, _V.id == Attachment.entry_version_id).join(Entry, Entry.id == _V.entry_id)
                 .where(Entry.department_id.in_(departments)))  # fmt: skip
    found: dict[int, list[list[str | int]]] = {}
    for version_id, name, media_type, size, sha256 in session.execute(query):
        found.setdefault(version_id, []).append([name, media_type, size, sha256])
    return found


def files_of(row: Given) -> list[list[str | int]]:
    """The attachments of the row's version, as its digest counts them."""
    return list(row.known.more["files"]) if row.known else []
