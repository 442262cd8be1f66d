"""Which vectors may be near, told by the signs of their figures: 48 bytes a vector instead of 384, and no product."""

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]

_AT_ONCE = 8192  # vectors widened at a time


class Signs:
    """For each figure of each vector, whether it's above the mean of all: without that, all texts are alike."""

    def __init__(self, small: NDArray[np.int8], scale: Vector) -> None:
        blocks = [slice(start, start + _AT_ONCE) for start in range(0, len(scale), _AT_ONCE)]
        sums = [small[some].T.astype(np.float32) @ scale[some] for some in blocks]
        self._mean = (np.sum(sums, axis=0) / max(1, len(scale))).astype(np.float32)
        bits = [np.packbits(small[some] * scale[some, None] > self._mean, axis=1) for some in blocks]
        self._bits = np.ascontiguousarray(np.concatenate(bits).view(np.uint64).T)  # a row for 64 figures

    def alike(self, vector: Vector, places: NDArray[np.int32], most: int) -> NDArray[np.int64]:
        """Of the vectors at some places those whose signs differ least from another's: about so many, or all that
        differ as little as the last."""
        asked = np.packbits(vector > self._mean).view(np.uint64)
        differ = np.zeros(self._bits.shape[1], dtype=np.uint16)
        for bits, word in zip(self._bits, asked, strict=True):
            differ += np.bitwise_count(bits ^ word)
        differ = differ[places]
        enough = int(np.searchsorted(np.cumsum(np.bincount(differ)), most))
        return np.flatnonzero(differ <= enough)
