"""Whether somebody speaks: silero VAD, 32 ms at a time."""

from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from hotline.hearing import RATE, HearingMissing, Samples
from hotline.hearing.model import VAD, checked

FRAME: Final = 256  # samples that are judged at a time
FRAME_SECONDS: Final = FRAME / RATE
_CONTEXT: Final = 32  # samples before them that it sees again


class Detector:
    """Judges one stream, frame by frame; it remembers what it heard before."""

    def __init__(self, folder: Path) -> None:
        """For the folder that bin/hearing filled; all detectors of a process share the loaded model."""
        self._session = _session(folder)
        self._rate = np.array(RATE, dtype=np.int64)
        self.forget()

    def forget(self) -> None:
        """Begin anew."""
        self._state = np.zeros((2, 1, 128), dtype=np.float32)
        self._before = np.zeros(_CONTEXT, dtype=np.float32)

    def chance(self, frame: Samples) -> float:
        """The chance (0 to 1) that somebody speaks in these 256 samples."""
        seen = np.concatenate([self._before, frame]).reshape(1, -1)
        fed = {"input": seen, "state": self._state, "sr": self._rate}
        chance, self._state = self._session.run(None, fed)
        self._before = frame[-_CONTEXT:]
        return float(chance[0, 0])


@cache
def _session(folder: Path) -> Any:
    try:
        import onnxruntime
    except ImportError as missing:
        raise HearingMissing("The package onnxruntime is missing. Install: pip install '.[hearing]'.") from missing
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(checked(folder, VAD)), options, providers=["CPUExecutionProvider"])
