"""The plain exchange for one recording: a line of JSON about the sound, the sound, a line of JSON with the words."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hotline.hearing import HearingBusy, HearingError, Samples, Understood, sound
from hotline.hearing.expecting import Expecting

SUBPROTOCOL: Final = "hotline-hearing"
_OPENERS: Final[dict[str, Callable[[bytes], Samples]]] = {
    "alaw": sound.from_alaw, "ulaw": sound.from_ulaw, "pcm": sound.from_pcm,
}  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """How the sound is coded (8 kHz), what is expected, and which words are likely."""

    coding: str
    expecting: Expecting = Expecting.QUESTION
    words: tuple[str, ...] = ()

    def samples(self, coded: bytes) -> Samples:
        return _OPENERS[self.coding](coded)

    def written(self) -> str:
        """As it goes over the line."""
        return json.dumps({"coding": self.coding, "expecting": self.expecting, "words": self.words}, ensure_ascii=False)


def read(line: str) -> Asked:
    """What is asked; ValueError when it's nothing of ours."""
    told = json.loads(line)
    if not isinstance(told, dict) or told.get("coding") not in _OPENERS:
        raise ValueError("no sound that we know")
    words = tuple(str(word) for word in told.get("words") or ())
    return Asked(told["coding"], Expecting(told.get("expecting", Expecting.QUESTION)), words)


def told(heard: Understood) -> str:
    """The answer as it goes over the line."""
    return json.dumps({"text": heard.text, "score": heard.score, "seconds": heard.seconds}, ensure_ascii=False)


def understood(line: str) -> Understood:
    """The answer as it came over the line; raises what the other side couldn't do."""
    said = json.loads(line)
    if not isinstance(said, dict) or "error" in said or "text" not in said:
        error = said.get("error") if isinstance(said, dict) else "nonsense"
        raise (HearingBusy if error == "busy" else HearingError)(f"The engine says: {error}")
    return Understood(str(said["text"]), int(said["score"]), float(said["seconds"]))
