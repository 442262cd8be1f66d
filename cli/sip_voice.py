"""A caller's voice as SIPp wants it: a capture file of RTP packets, made from A-law sound."""

import struct
from pathlib import Path

FRAME = 160  # 20 ms of A-law at 8 kHz
ALAW = 8
FILE_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
ETHERNET = bytes(12) + b"\x08\x00"


def capture(sound: Path, target: Path) -> float:
    """Write `sound` (headerless A-law, 8 kHz) as a capture to `target`; return its length in seconds."""
    voice = sound.read_bytes()
    frames = [voice[at : at + FRAME] for at in range(0, len(voice) - FRAME + 1, FRAME)]
    target.write_bytes(FILE_HEADER + b"".join(_record(number, frame) for number, frame in enumerate(frames)))
    return len(frames) * 0.02


def _record(number: int, frame: bytes) -> bytes:
    packet = ETHERNET + _ip(_udp(_rtp(number, frame)))
    seconds, micro = divmod(number * 20_000, 1_000_000)
    return struct.pack("<IIII", seconds, micro, len(packet), len(packet)) + packet


def _rtp(number: int, frame: bytes) -> bytes:
    return struct.pack(">BBHII", 0x80, ALAW, number & 0xFFFF, number * FRAME, 0x96128) + frame


def _udp(payload: bytes) -> bytes:
    # SIPp puts in its own ports and checksum
    return struct.pack(">HHHH", 6000, 6000, 8 + len(payload), 0) + payload


def _ip(payload: bytes) -> bytes:
    local = b"\x7f\x00\x00\x01"
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 64, 17, 0, local, local) + payload
