"""The other phrasings of 附件5: what the office hands in stands at once, what a liaison hands in a person approves."""

from collections.abc import Mapping, Sequence

from sqlalchemy import update
from sqlalchemy.orm import Session

from knowledge_base.entries import Approval, Phrasing
from knowledge_base.forms import trail, values
from knowledge_base.forms.descriptions import FAQ
from knowledge_base.forms.faq_known import STANDING
from knowledge_base.forms.subject import Given, Hand


def write(session: Session, rows: Sequence[Given], entry_of: Mapping[int, int], hand: Hand, *,
          source: str) -> tuple[dict[int, list[int]], dict[int, list[tuple[int, str]]]]:
    """What was added, and how what was changed stood before; both by row."""
    return _added(session, rows, entry_of, hand, source), {
        row.number: before for row in rows if (before := _changed(session, row, hand))
    }


def _added(session: Session, rows: Sequence[Given], entry_of: Mapping[int, int], hand: Hand,
           source: str) -> dict[int, list[int]]:
    new = [(row.number, text) for row in rows for text in row.values["phrasings"] if text not in _held(row)]
    ids = trail.inserted(session, Phrasing, [
        {"entry_id": entry_of[number], "text": text, "approval": _approval(hand), "source": source,
         "proposed_at": hand.at, "proposed_by": hand.by, "decided_at": hand.at if hand.office else None,
         "decided_by": hand.by if hand.office else ""} for number, text in new
    ])  # fmt: skip
    found: dict[int, list[int]] = {}
    for (number, _), phrasing_id in zip(new, ids, strict=True):
        found.setdefault(number, []).append(phrasing_id)
    return found


def _changed(session: Session, row: Given, hand: Hand) -> list[tuple[int, str]]:
    """Retire what the row no longer names, take up again what it names."""
    before = []
    for text, (phrasing_id, how) in _held(row).items():
        named = text in row.values["phrasings"]
        if named == (how in STANDING) or how == Approval.REFUSED:
            continue
        now = _approval(hand) if named else Approval.RETIRED
        session.execute(update(Phrasing).where(Phrasing.id == phrasing_id)
                        .values(approval=now, decided_at=hand.at, decided_by=hand.by))  # fmt: skip
        before.append((phrasing_id, str(how)))
    return before


def _held(row: Given) -> dict[str, tuple[int, str]]:
    shown = FAQ.column("question")
    return {values.show(shown, text): (i, how) for i, text, how in (row.known.more["phrasings"] if row.known else ())}


def _approval(hand: Hand) -> Approval:
    return Approval.APPROVED if hand.office else Approval.PROPOSED
