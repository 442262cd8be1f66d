"""What a caller says, spoken by the hotline's own voice: what tests often say lies here, the rest is kept beside the voice."""

from functools import cache
from pathlib import Path

from hotline.voice.kokoro import Kokoro, voice_name
from hotline.voice.rendering import render, rendered, sentences

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
