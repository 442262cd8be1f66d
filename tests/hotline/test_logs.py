"""A log line names the call and never a caller's number, wherever in it and however written that stands."""

import json
import os
import subprocess
import sys

import pytest

from hotline.logs import mask_within

CALL = "20261123090000-0123456789ab"
NUMBERS = ("13812341234", "+8613812341234", "138 1234 1234", "138-1234-1234", "0877-2012345", "(0877) 2012345", "2012345",
           "201 2345", "53040219900101123X", "12345678", "a_13812341234", "x13812341234x", "sip:13812341234@host", "13812341234.",
           "caller=13812341234", "0877/2012345", "138123412341381234123412")  # fmt: skip


@pytest.mark.parametrize("number", NUMBERS)
def test_a_number_is_masked_however_it_is_written(number: str) -> None:
    digits = "".join(sign for sign in number if sign.isdigit())
    shown = "".join(sign for sign in mask_within(f"he said: {number} twice") if sign.isdigit())
    assert len(shown) <= 7 < len(digits) or (len(digits) == 7 and len(shown) <= 2)
    assert "****" in mask_within(number)


@pytest.mark.parametrize(
    "text",
    [CALL, f"a call {CALL}, ended", "2026-11-23T09:00:00.123456Z", "2026-11-23 09:00:00+08:00", "on 2026-11-23", "96128-20261123-0001",
     "YX-20261123-0001", "exchange1-1795406400.12", "127.0.0.1:34779", "line 123456", "0123456789abcdef" * 4, "Python 3.11.2", ""],
)  # fmt: skip
def test_what_is_no_number_of_anybody_stays_readable(text: str) -> None:
    assert mask_within(text) == text


PROGRAM = """
import logging, structlog, sys
from hotline.logs import set_up
set_up(process="web")
n = "138" + "12341234"
class Odd:
    def __str__(self): return "odd " + n
    __repr__ = __str__
log = structlog.get_logger("here")
log.info("rang " + n, call_id="20261123090000-0123456789ab", list=[n, (n, {n: [n]})], whole=int(n), odd=Odd(), some={n}, small=4573, yes=True,
         part=1.5, none=None)
logging.getLogger("library").warning("%s rang %s", n, [n])
try:
    raise ValueError("no " + n)
except ValueError:
    log.exception("broke", text=n)
    logging.getLogger("library").exception("broke too")
"""


def test_nothing_that_a_process_logs_holds_a_number() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True, env=dict(os.environ))
    assert "13812341234" not in done.stdout + done.stderr
    first, *others = [json.loads(line) for line in done.stderr.splitlines()]
    assert (first["call_id"], first["small"], first["yes"], first["part"], first["none"]) == (CALL, 4573, True, 1.5, None)
    assert (first["list"], first["whole"], first["process"]) == (["138****1234", ["138****1234", {"138****1234": ["138****1234"]}]], "138****1234", "web")
    assert [line["event"] for line in others] == ["138****1234 rang ['138****1234']", "broke", "broke too"]
    assert all("ValueError: no 138****1234" in line["exception"] for line in others[1:])
