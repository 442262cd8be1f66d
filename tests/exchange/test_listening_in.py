"""监听 by the exchange's rules: a supervisor hears both who talk, neither hears him, and it ends with their call, or within
five seconds once nobody is to hear it."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select

from ami_listener.listener import LOOK_SECONDS
from ami_listener.resync import Comparing
from cli.exchange import Exchange
from cli.exchange_plan import ExchangePlan
from cli.sip import free_port, phone, register
from cli.sip_scenario import Say, Wait
from dispatch.callbacks.telephone import Telephone as Telephony
from hotline.audit import AuditRow
from hotline.exchange import actions
from hotline.settings import Settings
from hotline.times import now
from hotline.voice import alaw
from tests.dispatch import town
from tests.exchange.conftest import until
from tests.journeys.ears import samples
from tests.support import blank
from tests.support.sound import ALAW, lasts, tone
from tests.support.telephone import Telephone

pytestmark = pytest.mark.journey
CALLER, OPERATOR, SUPERVISOR = 700.0, 1000.0, 1850.0  # Hz: what each of them says
AT_ONCE = ["SET VARIABLE MENU silence/1", "SET VARIABLE MENU_WAYS ----------"]  # by 0 to a person


def takes(rung: Telephone) -> None:
    asked = rung.hears("INVITE", seconds=20)
    rung.voice.to(asked.media)
    rung.answer(asked, body=rung.offer())
    rung.hears("ACK")


def heard(by: Telephone, since: int, hertz: float) -> float:
    """For how many seconds a tone came to a telephone."""
    came = b"".join(packet[12:] for packet in by.voice.came[since:] if packet[1] & 0x7F == ALAW)
    return lasts(alaw.decode(came)[:, None], hertz)


@pytest.mark.usefixtures("nobody_signed_in")
def test_a_supervisor_hears_both_neither_hears_him_and_it_ends_with_their_call_or_once_it_is_confidential(
    exchange: Exchange, plan: ExchangePlan, ears: Any, agi: Callable[..., AbstractContextManager[object]], tmp_path: Path
) -> None:
    (tmp_path / "says.alaw").write_bytes(tone((SUPERVISOR,), 30))
    settings = Settings(folder=tmp_path, secret_key="for tests only, thirty-two characters",
                        ami_port=plan.ami_port, ami_user=plan.ami_user, ami_secret=SecretStr(plan.ami_secret))  # fmt: skip
    telephony, database = Telephony(settings), blank.copied(tmp_path)
    his, port = plan.folder / "spool/listened_in.wav", free_port()

    def up(name: str) -> list[dict[str, str]]:
        return [c for c in actions.core_show_channels(telephony.link()) if name in c["Channel"] and c["ChannelStateDesc"] == "Up"]

    def listens() -> dict[str, str]:
        telephony.listen_in(telephony.talks(theirs["AccountCode"], "8002"), own="8001")
        until(lambda: [c["Application"] for c in up("8001")] == ["ChanSpy"])
        return up("8001")[0]

    def look() -> None:
        """One of the listener's, which are two seconds apart."""
        Comparing(settings, database).compare(telephony.link(), gap=False)

    register("8002", "second-phone", exchange=plan.sip_port, port=port)
    with Telephone(plan.sip_port, "8002", at=port) as operator, Telephone(plan.sip_port) as caller, agi(incoming=AT_ONCE):
        operator.answer(operator.hears("OPTIONS"))
        exchange.cli("queue add member PJSIP/8002 to hotline")
        with phone("8001", "first-phone", Say(tmp_path / "says.alaw"), Wait(60), exchange=plan.sip_port, ring=0.1):
            caller.rings()
            time.sleep(1)
            caller.voice.press("0")
            takes(operator)
            for one, hertz in ((caller, CALLER), (operator, OPERATOR)):
                one.voice.say(tone((hertz,), 30))
            (theirs,) = up("trunk")
            assert telephony.talks(theirs["AccountCode"], "8001") == ""
            listener = listens()
            exchange.cli(f"mixmonitor start {listener['Channel']} {his}")
            since = [len(one.voice.came) for one in (caller, operator)]
            with database.writing() as session:
                call = town.call(session, theirs["AccountCode"], at=now())
            look()
            time.sleep(2)
            assert up("8001") != [], "nothing is secret yet"
            with database.writing() as session:
                town.ticket(session, settings, of=call, confidential=True)
            marked = time.monotonic()
            look()
            until(lambda: up("8001") == [])
            assert time.monotonic() - marked + LOOK_SECONDS < 5
            assert [len(up(name)) for name in ("trunk", "8002")] == [1, 1], "they talk on"
            listens()  # as if nobody had decided
            caller.leaves()
            operator.answer(operator.hears("BYE"))
            until(lambda: actions.core_show_channels(telephony.link()) == [])
    telephony.close()
    with database.reading() as session:
        assert session.scalars(select(AuditRow.thing).where(AuditRow.deed == "call.listening_cut")).all() == [call.id]
    database.close()
    assert listener["AccountCode"] == ""
    (recording,) = ears.calls()
    assert not any("8001" in row for row in ears.spool.events(recording.stem)), "he is no leg of the call"
    assert heard(caller, since[0], OPERATOR) > 1 < heard(operator, since[1], CALLER)
    assert heard(caller, since[0], SUPERVISOR) == heard(operator, since[1], SUPERVISOR) == 0
    ears.hear(his)  # once it is closed
    with his.open("rb") as sound:
        spied = samples(sound)
    assert lasts(spied, CALLER) > 1 < lasts(spied, OPERATOR)
