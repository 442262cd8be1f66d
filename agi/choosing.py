"""Which question a caller means: titles are read out, he picks one by its number and confirms it."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from agi.again import ONCE_MORE, READINGS, again
from agi.talk import AGAIN, NO, PERSON, TRIES, YES, Talk
from dispatch.answering.decision import Channel
from dispatch.calls import calls
from dispatch.calls.calls import Step
from hotline.directory.departments import Department
from hotline.times import local_day, now
from knowledge_base import asked
from knowledge_base.asked import Found, Put, Way
from knowledge_base.entries import Entry

OTHERS: Final = 2  # titles that are offered on a no


def numbered(titles: Iterable[list[str]]) -> Iterator[str]:
    """The sounds of titles, each behind its number."""
    for place, sounds in enumerate(titles, start=1):
        yield f"hotline/question_{place}"
        yield from sounds


def keyed(talk: Talk, department: Department, pressed: str) -> tuple[Entry | None, bool]:
    """The question that lies on the pressed keys, if the caller confirms it; and whether he looks on by himself, for
    none lies there. How it went is noted: what he confirms or not, with that step; what he leaves alone, or isn't
    there, when nobody waits for it."""
    candidates, score = _by_keys(talk, department, pressed)
    search = Put(pressed, Channel.MACHINE, Way.KEYS, Found.SHOWN if candidates else Found.NOTHING, now(),
                 score=score, department_id=department.id, call_id=talk.call_id)  # fmt: skip
    decided = False
    try:
        if not candidates:
            return None, talk.voice.say("hotline/nothing_found", interrupt=PERSON) != PERSON
        entry, decided = _chosen(talk, candidates, search)
    finally:  # also when he hangs up
        if not decided:
            talk.house.askings.add(search)
    return entry, False


def _by_keys(talk: Talk, department: Department, pressed: str) -> tuple[list[Entry], float]:
    """The questions on the keys, and the chance in % of the first."""
    with talk.house.database.reading() as session:
        found = talk.house.index.at(session, on=local_day(now())).by_keys(department.id, pressed)
        entries = [entry for match in found if (entry := session.get(Entry, match.entry_id)) is not None]
        return entries, found[0].score if found else 0.0


def choice(talk: Talk, candidates: list[Entry], *before: str) -> Entry | None:
    """The candidate that the caller picks and confirms; None leads to a person. `before`: what he hears first."""
    if not candidates:
        talk.voice.say("hotline/nothing_found")
        return None
    return _chosen(talk, candidates, before=before)[0]


def _chosen(talk: Talk, candidates: list[Entry], search: Put | None = None, *,
            before: Sequence[str] = ()) -> tuple[Entry | None, bool]:  # fmt: skip
    """The candidate that the caller confirms, and whether he was asked to; on a no the next two are offered, once."""
    offered, asked_for = candidates, False
    for _ in range(TRIES):
        if not offered or (picked := _picked(talk, offered, before)) is None:
            break
        before = ()
        asked_for = True
        key = _whether(talk, picked, place=candidates.index(picked) + 1, search=search)
        if key == YES:
            return picked, True
        if key != NO:
            break
        offered = [entry for entry in candidates if entry is not picked][:OTHERS]
    return None, asked_for


def _picked(talk: Talk, candidates: list[Entry], before: Sequence[str]) -> Entry | None:
    """The one whose number he presses, once he has heard the titles as often as he likes."""
    key = AGAIN
    for _ in range(READINGS):
        if key == AGAIN or again(talk.voice, key):
            sounds = numbered(talk.voice.sounds_of(entry.question) for entry in candidates)
            key = talk.voice.ask(*before, *sounds, "hotline/choose_question", timeout=5.0)
    return candidates[int(key) - 1] if key.isdigit() and 1 <= int(key) <= len(candidates) else None


def confirmed(talk: Talk, chosen: Entry, *, place: int) -> Entry | None:
    """The question again, if the caller says that it is the one he means; noted either way."""
    return chosen if _whether(talk, chosen, place=place) == YES else None


def _whether(talk: Talk, chosen: Entry, *, place: int, search: Put | None = None) -> str:
    """The key by which he says whether it is the one he means; noted."""
    key = ONCE_MORE
    for _ in range(READINGS):
        if again(talk.voice, key):
            title = talk.voice.sounds_of(chosen.question)
            key = talk.voice.ask("hotline/candidate_is", *title, "hotline/confirm_yes_no", timeout=5.0)
    note_candidate(talk, chosen, search, place=place, confirmed=key == YES)
    return key


def note_candidate(talk: Talk, chosen: Entry, search: Put | None, *, place: int, confirmed: bool,
                   **detail: object) -> None:  # fmt: skip
    """A question was named to the caller, and whether it is the one he means; with it how the search went."""
    with talk.house.database.writing() as session:
        calls.note(session, talk.call_id, Step.CANDIDATE, at=now(), entry=chosen.id, question=chosen.question,
                   confirmed=confirmed, **detail)  # fmt: skip
        if search is not None:
            asked.note(session, search.words, channel=search.channel, way=search.way, call_id=search.call_id,
                       found=Found.CHOSEN if confirmed else search.found, entry_id=chosen.id if confirmed else None,
                       place=place if confirmed else None, score=search.score, department_id=search.department_id,
                       at=now())  # fmt: skip
