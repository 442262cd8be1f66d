"""What was heard in a call, found again in its recording: the very sounds that were played, and where."""

import wave
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select

from cli.sip_scenario import Say, Signal, Wait
from hotline.kept.reading import file
from hotline.voice import alaw
from hotline.voice.orders import names_of
from recordings.archive import archive
from recordings.recordings import Kind, Recording, State
from tests.journeys.conftest import PROJECT, House

PROMPTS = PROJECT / "asterisk-conf" / "sounds" / "hotline"
VOICE = PROMPTS / "leave_question.alaw"
SPOKEN = VOICE.stat().st_size / alaw.RATE
SPEAKS = (Say(VOICE), Wait(SPOKEN), Signal("#"))
"""What a caller says after the tone, and his key when he has said it: nothing of his covers what is said to him then."""
PASSES_BY = (Signal("#", 0.8),) * 5
"""What he is asked after that he passes by: place, wish, hearing it again, number, secrecy."""
ALIKE = 0.9  # of a sound and itself 1.0; two that differ have less than half of that
LIKELIEST = 0.5  # where the likeliest of ten is taken
LATE = 0.6  # seconds around its place in which a piece of a sound is looked for
Samples = NDArray[np.float32]


@dataclass(frozen=True)
class Ears:
    """One call's recording, or a message's, to listen to again. Moments are seconds from its beginning."""

    house: House
    samples: Samples

    @property
    def seconds(self) -> float:
        return len(self.samples) / alaw.RATE

    def prompt(self, name: str, *, after: float = 0.0) -> tuple[float, float]:
        """From when to when a fixed prompt was heard whole."""
        found = self._find(PROMPTS / f"{name}.alaw", after)
        assert found is not None, f"{name} was not heard after {after:.1f} s"
        return found

    def hears(self, text: str, *, after: float = 0.0, slow: bool = False) -> bool:
        """Whether a rendered text was heard whole, sentence by sentence."""
        speed = f"-{self.house.settings.slower_percent}" if slow else ""
        for name in names_of(text, voice=self.house.settings.voice):
            found = self._find(self.house.settings.sounds / f"{name}{speed}.alaw", after)
            if found is None:
                return False
            after = found[1] - 0.1
        return True

    def hears_file(self, sound: Path) -> bool:
        """Whether a sound was heard whole."""
        return self._find(sound, 0.0) is not None

    def digits(self, count: int, *, after: float) -> str:
        """The digits that were spelled from that moment on."""
        spelled = ""
        for _ in range(count):
            heard = [self._digit(str(n), after) for n in range(10)]
            sure = [one for one in heard if one[0] > ALIKE]
            likeness, ended, digit = min(sure, key=lambda one: one[1]) if sure else max(heard)
            assert likeness > LIKELIEST, f"no digit at {after:.1f} s, after {spelled!r}"
            spelled, after = spelled + digit, ended
        return spelled

    def _digit(self, digit: str, moment: float) -> tuple[float, float, str]:
        """How likely this digit was heard soon after that moment, and when it ended."""
        wanted, began = _sound(PROMPTS / f"digits/{digit}.alaw"), max(0.0, moment - 0.1)
        seconds = len(wanted) / alaw.RATE
        likeness, place = _best(self._between(began, seconds + 1.0), wanted)
        return likeness, began + place / alaw.RATE + seconds, digit

    def _find(self, sound: Path, after: float) -> tuple[float, float] | None:
        """Piece by piece, each where it must follow; of a busy machine's late packets one piece in four may suffer."""
        pieces = _pieces(_sound(sound))
        leads = ((place, *_best(self._between(after), piece)) for place, piece in pieces[:2])
        lead = next(((offset, place) for offset, likeness, place in leads if likeness > ALIKE), None)
        if lead is None:
            return None
        began = shift = after + lead[1] / alaw.RATE - lead[0]
        missed = 0
        for offset, piece in pieces:
            near = max(0.0, shift + offset - LATE / 2)
            likeness, place = _best(self._between(near, LATE + len(piece) / alaw.RATE), piece)
            if likeness > ALIKE:
                shift = near + place / alaw.RATE - offset
            else:
                missed += 1
        return (began, shift + len(_sound(sound)) / alaw.RATE) if missed <= len(pieces) / 4 else None

    def _between(self, moment: float, seconds: float = 1e6) -> Samples:
        return self.samples[int(moment * alaw.RATE) : int((moment + seconds) * alaw.RATE)]


def listen(house: House, path: Path) -> Ears:
    """A recording as the exchange wrote it, wherever it is kept by now, both sides together."""
    return Ears(house, samples(opened(house, path)).sum(axis=1))


def samples(recording: IO[bytes]) -> Samples:
    """What is heard on each side, between -1 and 1: the citizen's, then ours; the only one of a message."""
    with wave.open(recording) as sound:
        found = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2").reshape(-1, sound.getnchannels())
    return found.astype(np.float32) / 32768


def opened(house: House, path: Path) -> IO[bytes]:
    """What the exchange wrote at that path: in its spool, or put away."""
    try:
        return path.open("rb")
    except FileNotFoundError:
        with house.database.reading() as session:
            row = session.scalars(select(Recording).where(Recording.path == str(path))).one()
        return file(archive(house.settings).open(row))


def of_call(house: House, call_id: str) -> Ears:
    """The recording of a call, once it is complete."""
    kept = select(Recording.id).where(Recording.call_id == call_id, Recording.kind == Kind.CALL, Recording.state == State.COMPLETE)
    house.eventually(lambda session: session.scalar(kept))
    return listen(house, house.settings.spool / f"calls/{call_id}.wav")


def _sound(path: Path) -> Samples:
    return alaw.decode(path.read_bytes())


def _pieces(sound: Samples) -> list[tuple[float, Samples]]:
    """The sound in pieces of about half a second with their places in it, without those in which nothing is said."""
    cut = np.array_split(sound, max(1, round(len(sound) / alaw.RATE / 0.6)))
    places = np.cumsum([0, *map(len, cut)]) / alaw.RATE
    return [(float(place), piece) for place, piece in zip(places, cut, strict=False) if np.abs(piece).max() > 0.02]


def _best(heard: Samples, wanted: Samples) -> tuple[float, int]:
    """How much the likeliest place in what was heard is like the wanted sound (1: it is the same), and the place; the
    first of several."""
    if len(heard) < len(wanted):
        return 0.0, 0
    size = len(heard) + len(wanted)
    product = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(wanted, size)), size)
    power = np.concatenate(([0.0], np.cumsum(heard.astype(float) ** 2)))
    loud = np.sqrt(np.maximum(power[len(wanted) :] - power[: -len(wanted)], 1e-6)) * np.linalg.norm(wanted)
    likeness = product[: len(loud)] / loud
    most = float(likeness.max())
    return most, int(np.argmax(likeness > most - 0.02))
