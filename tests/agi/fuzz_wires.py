"""atheris at the exchange's two wires, as a process of its own: python -m tests.agi.fuzz_wires agi|ami [libFuzzer's options].

It sees which lines of ours a message reaches and bends it until it reaches others; what is more than an error of the
door's own ends the process with that message."""

import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["agi", "hotline.exchange", "ami_listener"]):
    from tests.agi.test_fuzz import DESCRIBED, VERBS, conversation, told

SEEDS = {
    "agi": [b"\x01\x00\x03200 result=1 (x) endpos=8000\n", b"\x01\x02\x04HANGUP\n200 result=-1\n", b"\x00\x01\x05agi_network: yes\nagi_arg_1: x\n\n520-x\n520 End\n"],
    "ami": [b"\x00\x01\x02Asterisk Call Manager/11.0\r\nEvent: Hangup\r\nUniqueid: 1.2\r\nCause: 16\r\n\r\n",
            b"\x07\x00\x00Event: UserEvent\r\nUserEvent: Stage\r\nCallID: 1\r\nChanVariable: CALLID=1\r\n\r\n"],
}  # fmt: skip


def agi(content: bytes) -> None:
    """A description or none, some verbs, and whatever is said to them."""
    chosen, said = content[:3], content[3:]
    verbs = [VERBS[byte % len(VERBS)] for byte in chosen[1:]]
    conversation((DESCRIBED if chosen[:1] != b"\x00" else b"") + said, verbs)


def ami(content: bytes) -> None:
    """Bytes cut at two places."""
    told(content[3:], [byte * 7 for byte in content[:3]])


if __name__ == "__main__":
    wire, *options = sys.argv[1:]
    with tempfile.TemporaryDirectory() as corpus:
        for number, seed in enumerate(SEEDS[wire]):
            (Path(corpus) / str(number)).write_bytes(seed)
        atheris.Setup([sys.argv[0], *options, corpus], {"agi": agi, "ami": ami}[wire])
        atheris.Fuzz()
