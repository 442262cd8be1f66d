"""The prompts that sound otherwise here than they were shipped: said by a person, or read as the office wants."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from sqlalchemy.orm import Session

from hotline.voice import orders, prompts, takes
from hotline.voice.readings import Readings, standing
from hotline.voice.rendering import write_whole
from hotline.voice.takes import PromptTake, TakeError


@dataclass(frozen=True)
class Own:
    """One such prompt: the version that a person said, or the sounds of its sentences."""

    take: int | None = None
    names: tuple[str, ...] = ()

    def sound(self, session: Session, sounds: Path) -> bytes:
        """What is played; TakeError if it is there no more."""
        if self.take is None:
            return prompts.joined([(sounds / f"{name}.alaw").read_bytes() for name in self.names])
        row = session.get(PromptTake, self.take)
        if row is None:
            raise TakeError("没有这个录音")
        return row.sound


def folder(house: Path) -> Path:
    """Where the exchange of a house looks for them first: the sounds of its language, before those of its image."""
    return house.resolve() / "exchange/generated/prompts"


def own(session: Session, *, sounds: Path, voice: str) -> dict[str, Own]:
    """All of them by name. A version whose prompt has other words by now is not said; what isn't made anew yet sounds
    as before."""
    words = _texts()
    said = {name: Own(row.id) for name, row in takes.used(session).items() if row.text == words.get(name)}
    return {**dict(_corrected(standing(session), sounds, voice)), **said}


def keep(session: Session, kept: dict[str, Own], *, house: Path, sounds: Path, voice: str) -> None:
    """Have the exchange say them, and no others. `kept` is what lies there already, as this process knows."""
    wanted, there = own(session, sounds=sounds, voice=voice), folder(house)
    _make_room(there)
    for name, one in wanted.items():
        if kept.get(name) != one:
            write_whole(there / "hotline" / f"{name}.alaw", one.sound(session, sounds))
    for path in (there / "hotline").rglob("*.alaw"):
        if str(path.relative_to(there / "hotline").with_suffix("")) not in wanted:
            path.unlink()
    kept.clear()
    kept.update(wanted)


def sound(name: str, house: Path) -> bytes:
    """A prompt as callers of this house hear it."""
    try:
        return (folder(house) / "hotline" / f"{name}.alaw").read_bytes()
    except FileNotFoundError:
        return prompts.sound_path(name).read_bytes()


@cache
def _texts() -> Mapping[str, str]:
    return prompts.texts()


def _corrected(readings: Readings, sounds: Path, voice: str) -> Iterator[tuple[str, Own]]:
    if not readings.wanted and not readings.settled:
        return
    for name, sentences in prompts.spoken().items():
        plain = orders.names_said(sentences, voice=voice)
        for known in (readings.wanted, readings.settled):
            names = orders.names_said(sentences, voice=voice, readings=known)
            if names == plain:
                break
            if all((sounds / f"{one}.alaw").is_file() for one in names):
                yield name, Own(names=tuple(names))
                break


def _make_room(there: Path) -> None:
    """`digits` too, as in the image: the exchange says numbers by that name."""
    (there / "hotline/digits").mkdir(parents=True, exist_ok=True)
    if not (there / "digits").is_symlink():
        (there / "digits").symlink_to("hotline/digits")
