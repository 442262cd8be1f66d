"""All that the machine says: prompts, titles, answers, the menu; each with its sound, and whether it was heard."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.line import menus
from hotline.settings import Settings
from hotline.voice import heard, house_prompts, orders, prompts, takes
from hotline.voice.heard import SoundHeard
from hotline.voice.readings import Readings, standing
from hotline.voice.rendering import sentences
from hotline.voice.takes import PromptTake, Standing
from knowledge_base.entries import Entry
from knowledge_base.speech import published

Row = tuple[str, str, Entry | None]


class Sort(StrEnum):
    """What kind of thing is said."""

    PROMPT = "prompt"
    TITLE = "title"
    ANSWER = "answer"
    SUMMARY = "summary"
    MENU = "menu"


class Look(StrEnum):
    """What is looked for among them."""

    UNHEARD = "unheard"  # nobody of the office has heard it since it changed
    PERSON = "person"  # a person says it
    CORRECTED = "corrected"  # a word in it is read as the office wants
    OUT_OF_DATE = "out_of_date"  # a person said it, of words that are others by now
    WAITING = "waiting"  # a recording of it waits for another person's ear
    UNMADE = "unmade"  # its sound is still to be made


@dataclass(frozen=True)
class Said:
    """One thing that is said. `sound` names the very sound that is heard now."""

    sort: Sort
    key: str
    text: str
    sound: str
    looks: frozenset[Look]
    heard: SoundHeard | None = None
    entry: Entry | None = None

    @property
    def made(self) -> bool:
        return Look.UNMADE not in self.looks


def everything(session: Session, sort: Sort, *, settings: Settings) -> list[Said]:
    """All of one sort, in a fixed order."""
    return _told(session, sort, settings)


def one(session: Session, key: str, *, settings: Settings) -> Said | None:
    """The thing of that key, if it is said."""
    sort = key.partition(":")[0]
    if sort not in set(Sort):
        return None
    return next(iter(_told(session, Sort(sort), settings, only=key)), None)


def _told(session: Session, sort: Sort, settings: Settings, *, only: str = "") -> list[Said]:
    if sort is Sort.PROMPT:
        found = [one for one in _prompts(session, settings) if only in ("", one.key)]
    else:
        rows = [row for row in _rows(session, sort) if only in ("", row[0])]
        found = _texts(session, sort, rows, settings)
    told = heard.heard(session, [one.sound for one in found])
    return [_with(one, told.get(one.sound)) for one in found]


def sound(session: Session, said: Said, *, settings: Settings) -> bytes | None:
    """What callers hear of it now (A-law); None while it isn't made."""
    if said.sort is Sort.PROMPT:
        return _prompt(session, said.key.partition(":")[2], settings)
    names = orders.heard_names(session, said.text, voice=settings.voice)
    return _joined([settings.sounds / f"{name}.alaw" for name in names])


def _joined(files: list[Path]) -> bytes | None:
    return b"".join(file.read_bytes() for file in files) if all(file.is_file() for file in files) else None


def _prompt(session: Session, name: str, settings: Settings) -> bytes:
    own = house_prompts.own(session, sounds=settings.sounds, voice=settings.voice).get(name)
    return own.sound(session, settings.sounds) if own else prompts.sound_path(name).read_bytes()


def _prompts(session: Session, settings: Settings) -> Iterator[Said]:
    own = house_prompts.own(session, sounds=settings.sounds, voice=settings.voice)
    used, lock, readings = takes.used(session), prompts.locked(), standing(session)
    waiting = set(session.scalars(select(PromptTake.prompt).where(PromptTake.approved_at.is_(None),
                                                                  PromptTake.ended_at.is_(None))))  # fmt: skip
    for name, text in prompts.texts().items():
        take, mine, looks = used.get(name), own.get(name), set()
        if take is not None:
            looks.add(Look.PERSON if take.standing(text) is Standing.USED else Look.OUT_OF_DATE)
        wanted = orders.names_said(prompts.spoken()[name], voice=settings.voice, readings=readings.wanted)
        if Look.PERSON not in looks and wanted != orders.names_said(prompts.spoken()[name], voice=settings.voice):
            looks |= {Look.CORRECTED} | ({Look.UNMADE} if mine is None or list(mine.names) != wanted else set())
        sounds = [str(mine.take), *mine.names] if mine else [lock[name]["sound"] if name in lock else ""]
        looks |= {Look.WAITING} if name in waiting else set()
        yield Said(Sort.PROMPT, f"prompt:{name}", text, heard.name_of([name, *sounds]), frozenset(looks))


def _rows(session: Session, sort: Sort) -> Iterator[Row]:
    if sort is Sort.MENU:
        version = menus.current(session)
        texts = version.menu.texts() if version else []
        yield from ((f"menu:{number}", text, None) for number, text in enumerate(texts))
        return
    for entry, version_ in published(session):
        words = {Sort.TITLE: version_.question, Sort.ANSWER: version_.spoken, Sort.SUMMARY: version_.summary}
        if text := words[sort]:
            yield f"{sort}:{entry.id}", text, entry


def _texts(session: Session, sort: Sort, rows: Sequence[Row], settings: Settings) -> list[Said]:
    """Each is named by what is wanted of it: what isn't made anew yet has been heard by nobody."""
    readings = standing(session)
    wanted = {key: _names(text, readings, settings.voice) for key, text, _ in rows}
    missing = set(orders.unmade(session, [name for names in wanted.values() for name in names]))
    return [Said(sort, key, text, heard.name_of(wanted[key]), entry=entry,
                 looks=frozenset(_looks(wanted[key], _names(text, Readings(), settings.voice), missing)))
            for key, text, entry in rows]  # fmt: skip


def _looks(wanted: list[str], plain: list[str], missing: set[str]) -> Iterator[Look]:
    if wanted != plain:
        yield Look.CORRECTED
    if missing.intersection(wanted):
        yield Look.UNMADE


def _names(text: str, readings: Readings, voice: str) -> list[str]:
    return orders.names_said(_sentences(text), voice=voice, readings=readings.wanted)


@lru_cache(maxsize=20_000)
def _sentences(text: str) -> tuple[str, ...]:
    return tuple(sentences(text))


def _with(said: Said, told: SoundHeard | None) -> Said:
    looks = said.looks if told else said.looks | {Look.UNHEARD}
    return replace(said, looks=looks, heard=told)


def counts(found: Sequence[Said]) -> Mapping[Look, int]:
    """How many there are of each look."""
    return {look: sum(look in said.looks for said in found) for look in Look}
