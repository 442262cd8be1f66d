"""What a caller says, spoken by the hotline's own voice and kept beside it: the same words are rendered once."""

from functools import cache
from pathlib import Path

from hotline.voice.kokoro import Kokoro, voice_name
from hotline.voice.rendering import render, rendered, sentences

VOICE = Path(__file__).resolve().parents[2] / ".voice"
KEPT = VOICE / "said"


def said(text: str) -> Path:
    """The file (A-law, 8 kHz) of one sentence."""
    assert len(sentences(text)) == 1, text
    there = rendered(text, voice_name=voice_name(), folder=KEPT)
    return Path(there[0] + ".alaw") if there else render(text, voice=_voice(), folder=KEPT)[0]


@cache
def _voice() -> Kokoro:
    return Kokoro(VOICE)
