"""A caller's voice and keys as SIPp wants them: capture files of RTP packets.

The exchange takes a packet whose number went back for one that comes too late, and drops it: what is sent in one call
goes on counting, from one capture to the next. Each has a stretch of numbers and of time of its own."""

import struct
from pathlib import Path

FRAME = 160  # 20 ms of A-law at 8 kHz
ALAW = 8
EVENT = 101  # the payload type of keys that the exchange offers
KEYS = "0123456789*#"
KEY_SECONDS = 0.4
KEY_PACKETS = 10
STRETCH = 6000  # packets: two minutes of voice, 600 keys
LASTS = 240 * 8000  # samples that a stretch may last: of keys, which have pauses, more than of voice
FILE_HEADER = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
ETHERNET = bytes(12) + b"\x08\x00"


def capture(sound: Path, target: Path, *, place: int = 0) -> float:
    """Write `sound` (headerless A-law, 8 kHz) as a capture to `target`, the call's `place`th; its length in seconds."""
    voice = sound.read_bytes()
    frames = [voice[at : at + FRAME] for at in range(0, len(voice) - FRAME + 1, FRAME)]
    target.write_bytes(FILE_HEADER + b"".join(_record(number, frame, place) for number, frame in enumerate(frames)))
    return len(frames) * 0.02


def capture_keys(keys: str, target: Path, *, place: int) -> float:
    """Write keys (0-9, *, #) as RFC 4733 events to `target`, the call's `place`th; their length in seconds."""
    packets = [packet for at, key in enumerate(keys) for packet in _key(key, at, place)]
    target.write_bytes(FILE_HEADER + b"".join(_framed(moment, rtp) for moment, rtp in packets))
    return len(keys) * KEY_SECONDS


def _key(key: str, at: int, place: int) -> list[tuple[float, bytes]]:
    """A tone of 120 ms: growing packets, then the end three times over."""
    first, moment = place * STRETCH + at * KEY_PACKETS, place * LASTS + int(at * KEY_SECONDS * 8000)
    spans = [*range(1, 7), 6, 6, 6]
    return [
        (
            at * KEY_SECONDS + number * 0.02,
            struct.pack(">BBHII", 0x80, EVENT | (0x80 if number == 0 else 0), (first + number) & 0xFFFF,
                        moment + 8000, 0x96128)
            + struct.pack(">BBH", KEYS.index(key), (0x80 if number >= 6 else 0) | 10, span * FRAME),
        )
        for number, span in enumerate(spans)
    ]  # fmt: skip


def _framed(moment: float, rtp: bytes) -> bytes:
    packet = ETHERNET + _ip(_udp(rtp))
    seconds, micro = divmod(round(moment * 1_000_000), 1_000_000)
    return struct.pack("<IIII", seconds, micro, len(packet), len(packet)) + packet


def _record(number: int, frame: bytes, place: int) -> bytes:
    return _framed(number * 0.02, _rtp(place * STRETCH + number, place * LASTS + number * FRAME, frame))


def _rtp(number: int, moment: int, frame: bytes) -> bytes:
    return struct.pack(">BBHII", 0x80, ALAW, number & 0xFFFF, moment, 0x96128) + frame


def _udp(payload: bytes) -> bytes:
    # SIPp puts in its own ports and checksum
    return struct.pack(">HHHH", 6000, 6000, 8 + len(payload), 0) + payload


def _ip(payload: bytes) -> bytes:
    local = b"\x7f\x00\x00\x01"
    return struct.pack(">BBHHHBBH4s4s", 0x45, 0, 20 + len(payload), 0, 0, 64, 17, 0, local, local) + payload
