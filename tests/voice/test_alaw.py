"""The A-law tables against an independent encoder, libsndfile."""

import io

import numpy as np
import soundfile

from hotline.voice import alaw


def test_every_level_is_encoded_as_libsndfile_encodes_it_within_one_step() -> None:
    every = np.arange(-32768, 32768, dtype=np.int16)
    file = io.BytesIO()
    soundfile.write(file, every, 8000, format="RAW", subtype="ALAW")
    theirs = np.frombuffer(file.getvalue(), dtype=np.uint8)
    ours = np.frombuffer(alaw.encode(np.float32(1 / 32767) * every.astype(np.float32)), dtype=np.uint8)
    assert np.mean(ours == theirs) > 0.99
    step = np.abs(alaw.decode(ours.tobytes()) - alaw.decode(theirs.tobytes())) * 32768
    assert np.all(step <= np.maximum(16, np.abs(every.astype(int)) / 15))


def test_what_libsndfile_decodes_is_what_we_decode() -> None:
    codes = bytes(range(256))
    theirs, _ = soundfile.read(
        io.BytesIO(codes), samplerate=8000, channels=1, format="RAW", subtype="ALAW", dtype="int16"
    )
    assert np.array_equal(theirs, (alaw.decode(codes) * 32768).astype(np.int16))


def test_each_code_comes_back_as_itself() -> None:
    codes = bytes(range(256))
    assert alaw.encode(alaw.decode(codes) * np.float32(32768 / 32767)) == codes


def test_silence_is_the_code_the_exchange_knows_as_silence() -> None:
    assert alaw.encode(np.zeros(3, dtype=np.float32)) == bytes([alaw.SILENCE] * 3)
