"""An answer kept as sound: one file a sentence, named by the hash of what is said and who says it."""

import hashlib
import os
import re
from pathlib import Path

from hotline.voice import Voice
from hotline.voice.normaliser import speakable
from hotline.voice.telephone import for_telephone

LONGEST = 60  # Hanzi; about fifteen seconds, and well inside the engine's one breath
_NUMERAL = "零幺一二两三四五六七八九十百千万亿点"
_PAUSE = re.compile(f"(?<=[，、；：])(?<![{_NUMERAL}][，、])|(?<=[，、])(?![{_NUMERAL}])")


def sentences(text: str) -> list[str]:
    """Return the text as speakable sentences of at most LONGEST, cut at punctuation and never inside a number."""
    whole = [s for s in re.split("(?<=[。？！])", speakable(text)) if re.search("[一-鿿A-Z]", s)]
    return [part for sentence in whole for part in _within_breath(sentence)]


def spoken_name(text: str, voice_name: str, speed: float = 1.0) -> str:
    """Return the file stem of a text as said by a voice: the same words, voice and speed give the same."""
    return sound_name(speakable(text), voice_name, speed)


def sound_name(said: str, voice_name: str, speed: float = 1.0) -> str:
    """The same of what is speakable already, readings of its words included."""
    return hashlib.sha256(f"{voice_name}\n{speed:.2f}\n{said}".encode()).hexdigest()[:32]


def sound_of(said: str, voice: Voice, folder: Path, speed: float = 1.0) -> Path:
    """The file of one sentence, made where it isn't there; VoiceError if it can't be."""
    path = folder / f"{sound_name(said, voice.name, speed)}.alaw"
    if not path.is_file():
        write_whole(path, for_telephone(voice.speak(said, speed=speed), voice.rate))
    return path


def write_whole(path: Path, content: bytes) -> None:
    """Put a file there at once or not at all, whoever else writes the same."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        draft.write_bytes(content)
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)


def _within_breath(sentence: str) -> list[str]:
    """Fill breaths with clauses; a clause that is too long by itself is cut between words' characters."""
    breaths = [""]
    for clause in (piece for c in _PAUSE.split(sentence) for piece in _pieces(c)):
        if breaths[-1] and len(breaths[-1] + clause) > LONGEST:
            breaths.append("")
        breaths[-1] += clause
    return [b for b in breaths if re.search("[一-鿿A-Z]", b)]


def _pieces(clause: str) -> list[str]:
    """Cut a clause without punctuation at LONGEST, moving the cut before any number or word of letters."""
    pieces = []
    while len(clause) > LONGEST:
        cut = LONGEST
        while cut > 1 and _inside(clause[cut - 1], clause[cut]):
            cut -= 1
        cut = cut if cut > 1 else LONGEST
        pieces.append(clause[:cut])
        clause = clause[cut:]
    return [*pieces, clause]


def _inside(before: str, after: str) -> bool:
    both_numeral = before in _NUMERAL + "，、" and after in _NUMERAL + "，、"
    return both_numeral or (before.isascii() and after.isascii())
