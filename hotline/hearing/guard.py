"""What an engine says it heard, looked at coldly: silence and noise make a recogniser invent text."""

import re
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

FASTEST: Final = 9.0  # characters a second; people speak four to six
_SPARE: Final = 4  # characters that a very short sound may have beyond its speed
_REPEATS: Final = 2.4  # so often smaller when packed: the same words over and over
_UNLIKELY: Final = -1.0  # mean logarithm of the chance of each piece of text
_NOBODY: Final = 0.6  # chance that nobody spoke
_FILMS: Final = re.compile(  # how the films end that the model has learnt from
    "字幕|点赞|订阅|打赏|明镜与点点|明镜點點|感谢观看|谢谢观看|谢谢收看|謝謝觀看|下期再见|下期再見|下集|志愿者|amara|by索兰娅"
    "|以下是普通话",
    re.IGNORECASE,
)
_WORD: Final = re.compile(r"[一-鿿0-9A-Za-z]")


@dataclass(frozen=True)
class Guess:
    """What the engine gave: text, mean logarithm of its pieces' chances, and the chance that nobody spoke."""

    text: str
    likely: float
    nobody: float


def believed(guess: Guess, *, seconds: float, told: Sequence[str] = ()) -> bool:
    """Whether this can be what was said in that many seconds, by an engine that was told what is likely."""
    spoken = len(_WORD.findall(guess.text))
    if not spoken or spoken > FASTEST * seconds + _SPARE or _FILMS.search(guess.text):
        return False
    if guess.nobody > _NOBODY and guess.likely < _UNLIKELY:
        return False
    return not _repeats(guess.text) and not _echoes(guess.text, told)


def _repeats(text: str) -> bool:
    raw = text.encode()
    return len(raw) / len(zlib.compress(raw)) > _REPEATS


def _echoes(text: str, told: Sequence[str]) -> bool:
    """Whether it only lists words that it was told: on silence it says them again."""
    listed = [word for word in re.split("[、，,\\s]+", text) if word]
    return len(listed) > 1 and set(listed) <= set(told)
