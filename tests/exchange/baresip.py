"""baresip, a telephone nobody here wrote, as a carrier that calls over TLS and SRTP."""

import subprocess
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

TONE = 1000.0  # Hz: what it says


@dataclass(frozen=True)
class Called:
    """What it wrote, and what it heard."""

    log: str
    heard: Path | None


def call(folder: Path, to: str, *, authority: Path, seconds: int) -> Called:
    """Call for that long, say a tone, and keep what is heard."""
    _say(folder / "said.wav", seconds)
    (folder / "accounts").write_text("<sip:carrier@127.0.0.1;transport=tls>;regint=0;mediaenc=srtp-mand;audio_codecs=PCMA\n")
    modules = [f"module {name}.so" for name in ("g711", "aufile", "srtp", "sndfile")]
    (folder / "config").write_text("\n".join([
        "sip_listen 127.0.0.1:0", f"sip_cafile {authority}", "sip_verify_server yes", "call_max_calls 1",
        f"audio_source aufile,{folder / 'said.wav'}", "audio_player aufile,/dev/null", "audio_alert none",
        "ausrc_srate 8000", "auplay_srate 8000", f"snd_path {folder}", "rtp_ports 19100-19198",
        "module_path /usr/lib/baresip/modules", *modules, "module_tmp account.so", "module_app menu.so", "",
    ]))  # fmt: skip
    done = subprocess.run(["baresip", "-4", "-f", folder, "-e", f"/dial {to}", "-t", str(seconds)], capture_output=True, text=True,
                          errors="replace", timeout=seconds + 20, check=False, stdin=subprocess.DEVNULL)  # fmt: skip
    return Called(done.stdout + done.stderr, next(iter(folder.glob("dump*-dec.wav")), None))


def _say(path: Path, seconds: int) -> None:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(8000)
        sound.writeframes((8000 * np.sin(2 * np.pi * TONE * np.arange(8000 * seconds) / 8000)).astype("<i2").tobytes())


def tone_share(path: Path) -> float:
    """How much of a recording's sound is the tone."""
    data = path.read_bytes()[44:]
    power = np.abs(np.fft.rfft(np.frombuffer(data[: len(data) // 2 * 2], dtype="<i2").astype(float))) ** 2
    hertz = np.fft.rfftfreq(len(data) // 2, 1 / 8000)
    return float(power[np.abs(hertz - TONE) < 10].sum() / max(1.0, power.sum()))
