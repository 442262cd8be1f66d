"""What a caller says, spoken by the hotline's own voice: what tests often say lies here, the rest is kept beside the voice."""

from functools import cache
from pathlib import Path

from hotline.voice import Voice
from hotline.voice.kokoro import Kokoro, voice_name
from hotline.voice.rendering import sentences, sound_of, spoken_name

VOICE = Path(__file__).resolve().parents[2] / ".voice"
KEPT = VOICE / "said"
SPOKEN = Path(__file__).parent / "sounds"  # as the voice of today says it; other words and another voice have other names


def said(text: str) -> Path:
    """The file (A-law, 8 kHz) of one sentence."""
    assert len(sentences(text)) == 1, text
    for folder in (SPOKEN, KEPT):
        if there := rendered(text, voice_name=voice_name(), folder=folder):
            return Path(there[0] + ".alaw")
    return render(text, voice=_voice(), folder=KEPT)[0]


@cache
def _voice() -> Kokoro:
    return Kokoro(VOICE)


def render(text: str, *, voice: Voice, folder: Path, speed: float = 1.0) -> list[Path]:
    """Write what isn't there yet, one A-law file a sentence, and return all in order; VoiceError if it can't."""
    return [sound_of(sentence, voice, folder, speed) for sentence in sentences(text)]


def rendered(text: str, *, voice_name: str, folder: Path, speed: float = 1.0) -> list[str] | None:
    """Return what the exchange plays for a text, in order and without suffix; None while any is missing."""
    files = [folder / f"{spoken_name(s, voice_name, speed)}.alaw" for s in sentences(text)]
    return [str(f.with_suffix("")) for f in files] if all(f.is_file() for f in files) else None
