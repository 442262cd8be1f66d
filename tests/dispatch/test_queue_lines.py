"""Lines of the queue log, as the exchange wrote them and as a crash or a full disk leaves them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dispatch.calls.queue_lines import Kind, Written, understood

CHANNEL, CALL = "test-1795794683.196", "20261127153803-0123456789ab"
AT = datetime(2026, 11, 27, 7, 38, 18, tzinfo=UTC)
HEAD = f"{int(AT.timestamp())}|{CHANNEL}|hotline"


def of(kind: Kind, agent: str = "", **more: object) -> Written:
    return Written(AT, kind, "hotline", CHANNEL, agent, **more)  # type: ignore[arg-type]


LINES = {
    f"{HEAD}|NONE|ENTERQUEUE|{CALL}|13887712345|3": of(Kind.ENTERED, call_id=CALL, rank=3),
    f"{HEAD}|operator1|CONNECT|12|test-1795794683.200|4": of(Kind.CONNECTED, "operator1", seconds=12),
    f"{HEAD}|operator1|RINGNOANSWER|20000": of(Kind.RANG_OUT, "operator1", seconds=20),
    f"{HEAD}|PJSIP/8002|RINGCANCELED|3428": of(Kind.RING_ENDED, "PJSIP/8002", seconds=3.428),
    f"{HEAD}|NONE|ABANDON|2|3|41": of(Kind.GAVE_UP, rank=2, seconds=41),
    f"{HEAD}|NONE|EXITWITHTIMEOUT|1|1|120": of(Kind.TIMED_OUT, rank=1, seconds=120),
    f"{HEAD}|NONE|EXITEMPTY|1|1|1": of(Kind.EMPTIED, rank=1, seconds=1),
    f"{HEAD}|NONE|EXITWITHKEY|*|2|4|33": of(Kind.KEYED, rank=2, seconds=33, said="*"),
    f"{HEAD}|operator1|COMPLETECALLER|1|95|1": of(Kind.CALLER_HUNG_UP, "operator1", seconds=95),
    f"{HEAD}|operator1|COMPLETEAGENT|1|33|1": of(Kind.OPERATOR_HUNG_UP, "operator1", seconds=33),
    f"{HEAD}|operator1|BLINDTRANSFER|013887712345|outside|1|33|1": of(Kind.HANDED_ON, "operator1", seconds=33),
    f"{HEAD}|operator1|ATTENDEDTRANSFER|BRIDGE|0c21|1|33|1": of(Kind.HANDED_ON, "operator1", seconds=33),
    f"{HEAD}|operator1|ATTENDEDTRANSFER|LINK|PJSIP/1|PJSIP/2|1|33|1": of(Kind.HANDED_ON, "operator1", seconds=33),
}
OF_NOBODYS_CALL = {
    f"{int(AT.timestamp())}|MANAGER|hotline|PJSIP/8001|ADDMEMBER|": Written(AT, Kind.JOINED, "hotline", "", "PJSIP/8001"),
    f"{int(AT.timestamp())}|CLI|hotline|PJSIP/8001|REMOVEMEMBER|": Written(AT, Kind.LEFT, "hotline", "", "PJSIP/8001"),
    f"{int(AT.timestamp())}|NONE|hotline|operator1|PAUSE|rest": Written(AT, Kind.PAUSED, "hotline", "", "operator1", said="rest"),
    f"{int(AT.timestamp())}|NONE|hotline|operator1|UNPAUSE|": Written(AT, Kind.RESUMED, "hotline", "", "operator1"),
}
ALL = LINES | OF_NOBODYS_CALL
NO_LINES = ["", "\n", "1795794407|NONE|NONE|NONE|QUEUESTART|", "1795794407|NONE|NONE|NONE|CONFIGRELOAD|", "\0" * 300 + "\n",
            f"{HEAD}|NONE|ABANDON|1|1|11795794407", f"{HEAD}|NONE|ABANDON|1|1|-5", f"{HEAD}|NONE|ABANDON|1|1", f"x{HEAD}|NONE|ABANDON|1|1|5",
            f"{HEAD}|NONE|ABANDON|1|1|٥", f"{HEAD}|a\x00b|CONNECT|1|c|1", f"{HEAD}|operator1|DANCE|1"]  # fmt: skip


@pytest.mark.parametrize("line", ALL)
def test_each_line_is_read_as_what_it_tells(line: str) -> None:
    assert understood(line + "\n") == ALL[line]


def test_nobodys_number_is_read() -> None:
    assert "13887712345" not in repr([understood(line) for line in ALL])


@pytest.mark.parametrize("line", NO_LINES, ids=range(len(NO_LINES)))
def test_what_tells_nothing_of_a_queue_is_none(line: str) -> None:
    assert understood(line) is None


@given(torn=st.sampled_from(sorted(ALL)), after=st.sampled_from(sorted(ALL)), length=st.integers(1, 200))
def test_a_torn_line_makes_no_other_one_of_what_is_written_behind_it(torn: str, after: str, length: int) -> None:
    assert understood(torn[:length] + after + "\n") is None


@given(st.text())
def test_whatever_it_is_nothing_is_raised(line: str) -> None:
    understood(line)
    understood(f"{HEAD}|NONE|ABANDON|{line}")
