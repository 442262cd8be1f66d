"""The other phrasings of 附件5: whoever hands them in, another person approves them, as on the page; and only who may
decide takes away what somebody else proposed or approved."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from knowledge_base.entries import Approval, Phrasing
from knowledge_base.forms import trail, values
from knowledge_base.forms.descriptions import FAQ
from knowledge_base.forms.faq_known import STANDING, Held
from knowledge_base.forms.subject import Cells, Given, Hand, Known

STAYS = "未列出的问法予以保留；停用已审定的或他人提出的问法，由部门分管领导或市主管部门决定"
Before = dict[str, Any]


def stays(cells: Cells, known: Known, hand: Hand) -> tuple[Cells, str]:
    """The cells with the phrasings that the row leaves out and that aren't this hand's to take away."""
    column = FAQ.column("phrasings")
    named = values.split(cells["phrasings"])
    there = {text: held for text, held in _held(known).items() if held.approval in STANDING}
    kept = [text for text, held in there.items() if text not in named and not _may_drop(held, hand)]
    if not kept:
        return cells, ""
    texts = [text for text in there if text in named or text in kept] + [text for text in named if text not in there]
    return {**cells, "phrasings": values.show(column, texts)}, STAYS


def write(session: Session, rows: Sequence[Given], entry_of: Mapping[int, int], hand: Hand, *,
          source: str) -> tuple[dict[int, list[int]], dict[int, list[Before]]]:
    """What was added, and how what was changed stood before; both by row."""
    changed = {row.number: before for row in rows if (before := _changed(session, row, hand))}
    _note(session, rows, changed, hand)
    return _added(session, rows, entry_of, hand, source), changed


def take_back(session: Session, added: Sequence[int], changed: Sequence[Before]) -> None:
    """What was added goes, what was changed stands as before; but for what a person has decided on since."""
    session.execute(delete(Phrasing).where(Phrasing.id.in_(added), Phrasing.approval == Approval.PROPOSED))
    for before in changed:
        said = {**before, "decided_at": _moment(before["decided_at"])}
        as_left = (Phrasing.id == said.pop("id"), Phrasing.approval == said.pop("became"))
        session.execute(update(Phrasing).where(*as_left).values(said))


def _added(session: Session, rows: Sequence[Given], entry_of: Mapping[int, int], hand: Hand,
           source: str) -> dict[int, list[int]]:
    new = [(row.number, text) for row in rows for text in row.values["phrasings"] if text not in _held(row.known)]
    ids = trail.inserted(session, Phrasing, [
        {"entry_id": entry_of[number], "text": text, "approval": Approval.PROPOSED, "source": source,
         "proposed_at": hand.at, "proposed_by": hand.by} for number, text in new
    ])  # fmt: skip
    found: dict[int, list[int]] = {}
    for (number, _), phrasing_id in zip(new, ids, strict=True):
        found.setdefault(number, []).append(phrasing_id)
    return found


def _changed(session: Session, row: Given, hand: Hand) -> list[Before]:
    """Retire what the row no longer names, as far as it is this hand's to do so; propose again what it names."""
    before = []
    for text, held in _held(row.known).items():
        named = text in row.values["phrasings"]
        if named == (held.approval in STANDING) or held.approval == Approval.REFUSED:
            continue
        if not named and not _may_drop(held, hand):
            continue
        now = ({"approval": Approval.PROPOSED, "proposed_by": hand.by, "decided_by": "", "decided_at": None} if named
               else {"approval": Approval.RETIRED, "decided_by": hand.by, "decided_at": hand.at})  # fmt: skip
        session.execute(update(Phrasing).where(Phrasing.id == held.id).values(now))
        before.append({"id": held.id, "became": str(now["approval"]), "approval": str(held.approval),
                       "proposed_by": held.proposed_by, "decided_by": held.decided_by,
                       "decided_at": held.decided_at.isoformat() if held.decided_at else None})  # fmt: skip
    return before


def _may_drop(held: Held, hand: Hand) -> bool:
    """The office decides on phrasings; anybody takes his own proposal back while nobody has decided on it."""
    return hand.office or (held.approval == Approval.PROPOSED and held.proposed_by == hand.by)


def _note(session: Session, rows: Sequence[Given], changed: Mapping[int, Sequence[Before]], hand: Hand) -> None:
    """Each that changed has its line in the audit trail, as on the page."""
    for row in rows:
        named = {held.id: text for text, held in _held(row.known).items()}
        for before in changed.get(row.number, ()):
            deed = "proposed" if named[before["id"]] in row.values["phrasings"] else "retired"
            trail.audit(session, f"phrasing.{deed}", "entry", [
                (row.known.id if row.known else 0, {"phrasing": before["id"], "text": named[before["id"]]})
            ], by=hand.by, at=hand.at)  # fmt: skip


def _held(known: Known | None) -> dict[str, Held]:
    shown = FAQ.column("question")
    return {values.show(shown, held.text): held for held in (known.more["phrasings"] if known else ())}


def _moment(given: str | None) -> datetime | None:
    return datetime.fromisoformat(given) if given else None
