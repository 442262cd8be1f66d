"""Kokoro-82M, the Mandarin voice that runs on the hotline's own machine."""

from pathlib import Path
from typing import Any

import numpy as np

from hotline.voice import Sound, VoiceMissing
from hotline.voice.model import MODEL, SPEAKER, checked
from hotline.voice.phonemes import load_dictionary, tokens

RATE = 24_000
_STYLE_ROWS = 510


def voice_name(speaker: str = SPEAKER) -> str:
    """Return the name under which this engine's sounds are kept, without loading it."""
    return f"kokoro-82m-v1.0-int8/misaki-0.9.4/{speaker}/1"


class Kokoro:
    """A loaded voice; loading takes some seconds and half a gigabyte. One at a time may speak on it."""

    rate = RATE

    def __init__(self, folder: Path, *, speaker: str = SPEAKER, threads: int = 2) -> None:
        """Load from the folder that bin/voice filled; VoiceMissing says in plain words what's not there."""
        styles = checked(folder, f"{speaker}.bin").read_bytes()
        self.name = voice_name(speaker)
        load_dictionary(folder)
        self._styles = np.frombuffer(styles, dtype="<f4").reshape(_STYLE_ROWS, 1, 256)
        self._session = _session(checked(folder, MODEL), threads)

    def speak(self, text: str, *, speed: float = 1.0) -> Sound:
        """Return one sentence as sound at 24 kHz; VoiceError when it's empty or beyond one breath."""
        numbers = tokens(text)
        fed = {
            "tokens": np.array([[0, *numbers, 0]], dtype=np.int64),
            "style": self._styles[len(numbers)],
            "speed": np.array([speed], dtype=np.float32),
        }
        return np.asarray(self._session.run(None, fed)[0], dtype=np.float32).reshape(-1)


def _session(model: Path, threads: int) -> Any:
    try:
        import onnxruntime
    except ImportError as missing:
        raise VoiceMissing("The package onnxruntime is missing. Install: pip install '.[voice]'.") from missing
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
