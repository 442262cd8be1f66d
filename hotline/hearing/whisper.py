"""Whisper by faster-whisper (CTranslate2, int8): the engine that runs on the hotline's own machine."""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Lock
from typing import Any, Final

import numpy as np

from hotline.hearing import HearingError, HearingMissing, Samples, Understood, model
from hotline.hearing.guard import Guess, believed
from hotline.hearing.sound import doubled, seconds
from hotline.hearing.writing import simplified

LONGEST: Final = 28.0  # seconds of one utterance; Whisper has a window of 30
_SHORTEST: Final = 0.15
_QUIETEST: Final = 0.003  # of 1: nobody speaks so softly that not one sample rises above the telephone's own noise
_WINDOW: Final = 10.0  # seconds that are always looked at: shorter ones make it invent, 30 cost three times as much
_FRAMES: Final = 100  # a second
_MOST_PROMPT: Final = 223  # half of what it may write, less one
_BEAM: Final = 5


class Whisper:
    """A loaded Whisper. Loading takes a second or two and 400 MB. Several threads may ask."""

    def __init__(self, folder: Path, *, own: Path | None = None, threads: int = 2, at_once: int = 1) -> None:
        """Load from the folder that bin/hearing filled, or `own`; HearingMissing says what's not there."""
        place = model.whisper(folder, model=own)
        self.name = f"{place.name}/ctranslate2-int8"
        self._model = _loaded(place, threads, at_once)
        tokenizer = _tokenizer(self._model)
        self._encode: Callable[[str], list[int]] = tokenizer.encode
        self._decode: Callable[[list[int]], str] = tokenizer.decode
        self._begin = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
        self._before = tokenizer.sot_prev
        self._features = Lock()  # the extractor keeps its window in itself

    def hear(self, sound: Samples, *, words: Sequence[str] = ()) -> Understood:
        """Recognise one utterance at 8 kHz, as `Ear` says."""
        length = seconds(sound)
        if length > LONGEST:
            raise HearingError(f"An utterance lasts at most {LONGEST:.0f} seconds, this one {length:.0f}.")
        if length < _SHORTEST or float(np.abs(sound).max()) < _QUIETEST:
            return Understood("", 0, length)
        guess = self._guess(sound, words, length)
        if not believed(guess, seconds=length, told=words):
            return Understood("", 0, length)
        return Understood(guess.text, round(100 * math.exp(min(0.0, guess.likely))), length)

    def _guess(self, sound: Samples, words: Sequence[str], length: float) -> Guess:
        prompt = self._prompt(words)
        try:
            seen = self._model.encode(self._mel(sound, length))
            found = self._model.model.generate(
                seen, [prompt], beam_size=_BEAM, sampling_temperature=0, suppress_blank=True, suppress_tokens=[-1],
                max_length=len(prompt) + 12 + round(10 * length), return_scores=True, return_no_speech_prob=True,
            )[0]  # fmt: skip
        except (RuntimeError, ValueError) as fault:
            raise HearingError(f"The engine failed: {fault}") from fault
        said = found.sequences_ids[0]
        likely = found.scores[0] * len(said) / (len(said) + 1)
        return Guess(simplified(self._decode(said)), likely, found.no_speech_prob)

    def _mel(self, sound: Samples, length: float) -> Any:
        """The sound as Whisper sees it, with silence up to the window, or to one second more than it lasts."""
        frames = round(_FRAMES * max(_WINDOW, length + 1))
        padded = np.zeros(frames * 160, dtype=np.float32)
        wide = doubled(sound)
        padded[: len(wide)] = wide
        with self._features:
            return np.ascontiguousarray(self._model.feature_extractor(padded)[:, :frames])

    def _prompt(self, words: Sequence[str]) -> list[int]:
        """The words that are likely, as if they had just been said; as many as fit, then the beginning."""
        told: list[int] = []
        for word in words:
            more = self._encode(f"{word}、")
            if len(told) + len(more) > _MOST_PROMPT:
                break
            told += more
        return [self._before, *told, *self._begin] if told else list(self._begin)


def _loaded(place: Path, threads: int, at_once: int) -> Any:
    try:
        from faster_whisper import WhisperModel
    except ImportError as missing:
        raise HearingMissing("The package faster-whisper is missing. Install: pip install '.[hearing]'.") from missing
    try:
        return WhisperModel(str(place), device="cpu", compute_type="int8", cpu_threads=threads, num_workers=at_once,
                            local_files_only=True)  # fmt: skip
    except (RuntimeError, ValueError) as fault:
        raise HearingMissing(f"{place} can't be loaded: {fault}") from fault


def _tokenizer(loaded: Any) -> Any:
    from faster_whisper.tokenizer import Tokenizer

    return Tokenizer(loaded.hf_tokenizer, loaded.model.is_multilingual, task="transcribe", language="zh")
