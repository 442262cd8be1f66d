"""The machine's fixed words and their sounds, held together by hashes; run with `render` or `check`."""

import hashlib
import json
import os
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TypedDict

import click

from hotline.voice import Voice, VoiceError, alaw
from hotline.voice.kokoro import Kokoro, voice_name
from hotline.voice.normaliser import speakable
from hotline.voice.rendering import sentences, spoken_name, write_whole
from hotline.voice.telephone import for_telephone

HOME = Path(__file__).parents[2] / "asterisk-conf"
UNSPOKEN = frozenset({"tone"})  # sounds beside the prompts that nobody speaks
_PAUSE = bytes([alaw.SILENCE]) * int(0.2 * alaw.RATE)
_SHORTEST, _LONGEST = 0.2, 20.0


class Locked(TypedDict):
    """What a prompt's sound was made from, what it is, and how long."""

    said: str
    sound: str
    seconds: float


def texts(home: Path = HOME) -> dict[str, str]:
    """Return every prompt's text by its name; a section is only a heading, a name may hold a folder."""
    with (home / "prompts.toml").open("rb") as file:
        return dict(_named(tomllib.load(file)))


@cache
def spoken() -> dict[str, tuple[str, ...]]:
    """The sentences of every prompt that was shipped, as the voice is given them."""
    return {name: tuple(sentences(text)) for name, text in texts().items()}


@cache
def sections() -> dict[str, str]:
    """The heading under which each prompt stands; empty for the exchange's own."""
    with (HOME / "prompts.toml").open("rb") as file:
        table = tomllib.load(file)
    return {name: section if isinstance(below, dict) else "" for section, below in table.items()
            for name in (below if isinstance(below, dict) else [section])}  # fmt: skip


def _named(table: dict[str, object]) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _named(value)
        else:
            yield name, str(value)


def locked(home: Path = HOME) -> dict[str, Locked]:
    """Return what the sounds in the repository were made from, by name; empty when there are none."""
    path = home / "sounds/prompts.lock.json"
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else {}


def sound_path(name: str, home: Path = HOME) -> Path:
    """Return where a prompt's sound lies; the exchange plays it as hotline/NAME."""
    return home / "sounds/hotline" / f"{name}.alaw"


def faults(home: Path = HOME, *, speaker: str = voice_name()) -> list[str]:
    """Return what is wrong between texts and sounds, one sentence each; nothing needs the engine."""
    wanted, lock = texts(home), locked(home)
    found = [fault for name, text in wanted.items() for fault in _faults_of(name, text, lock.get(name), home, speaker)]
    there = {
        str(p.relative_to(home / "sounds/hotline").with_suffix("")) for p in (home / "sounds/hotline").rglob("*.alaw")
    }
    return found + [f"{name}: a sound without a text." for name in sorted((there | set(lock)) - set(wanted) - UNSPOKEN)]


def _faults_of(name: str, text: str, lock: Locked | None, home: Path, speaker: str) -> Iterator[str]:
    path = sound_path(name, home)
    if lock is None or not path.is_file():
        yield f"{name}: not rendered yet."
        return
    if lock["said"] != spoken_name(text, speaker):
        yield f"{name}: the text or the voice changed since it was rendered."
    if lock["sound"] != hashlib.sha256(path.read_bytes()).hexdigest():
        yield f"{name}: the sound isn't the one that was rendered."
    if not _SHORTEST <= path.stat().st_size / alaw.RATE <= _LONGEST:
        yield f"{name}: lasts {path.stat().st_size / alaw.RATE:.1f} s; a prompt has {_SHORTEST} to {_LONGEST:.0f} s."
    if not speakable(text):
        yield f"{name}: has no words."


def stale(home: Path = HOME, *, speaker: str = voice_name()) -> list[str]:
    """Return the names of the prompts whose sound is missing or made from something else."""
    lock = locked(home)
    return [n for n, text in texts(home).items() if any(_faults_of(n, text, lock.get(n), home, speaker))]


def render_prompt(name: str, *, voice: Voice, home: Path = HOME) -> Locked:
    """Speak one prompt, write its sound, and return its line of the lock; VoiceError if it can't."""
    text = texts(home)[name]
    sound = joined([for_telephone(voice.speak(s), voice.rate) for s in sentences(text)])
    write_whole(sound_path(name, home), sound)
    digest = hashlib.sha256(sound).hexdigest()
    return {"said": spoken_name(text, voice.name), "sound": digest, "seconds": round(len(sound) / alaw.RATE, 2)}


def joined(pieces: list[bytes]) -> bytes:
    """The sentences of one prompt as one sound."""
    return _PAUSE.join(pieces)


def write_lock(lines: dict[str, Locked], home: Path = HOME) -> None:
    """Keep the lock, in the order of the names and one line a prompt, so that changes read well."""
    body = ",\n".join(f"{json.dumps(n)}: {json.dumps(lines[n])}" for n in sorted(lines))
    write_whole(home / "sounds/prompts.lock.json", f"{{\n{body}\n}}\n".encode())


@click.group("prompts")
def prompts() -> None:
    """The machine's fixed words and their sounds."""


@prompts.command("check")
def check_command() -> None:
    """Say whether every prompt's sound belongs to its text."""
    found = faults()
    for fault in found:
        click.echo(fault)
    click.echo(f"{len(texts())} prompts, {len(found)} faults.")
    sys.exit(1 if found else 0)


@prompts.command("render")
@click.option(
    "--voice-folder", default=lambda: os.environ.get("HOTLINE_VOICE_FOLDER", ".voice"), type=click.Path(path_type=Path)
)
@click.option("--threads", default=2, show_default=True)
def render_command(voice_folder: Path, threads: int) -> None:
    """Render what changed and remove sounds whose text is gone."""
    try:
        render_changed(voice_folder, threads)
    except VoiceError as error:
        raise click.ClickException(str(error)) from error


def render_changed(voice_folder: Path, threads: int, home: Path = HOME) -> None:
    """Render the stale prompts, keeping the lock after each, so that a stopped run loses nothing."""
    names, lines = stale(home), {n: line for n, line in locked(home).items() if n in texts(home)}
    if names:
        voice = Kokoro(voice_folder, threads=threads)
        with click.progressbar(names, label="Rendering prompts", item_show_func=lambda n: n or "") as bar:
            for name in bar:
                lines[name] = render_prompt(name, voice=voice, home=home)
                write_lock(lines, home)
    for path in (home / "sounds/hotline").rglob("*.alaw"):
        if str(path.relative_to(home / "sounds/hotline").with_suffix("")) not in texts(home).keys() | UNSPOKEN:
            path.unlink()
    write_lock(lines, home)


if __name__ == "__main__":
    prompts()
