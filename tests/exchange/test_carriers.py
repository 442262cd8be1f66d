"""Two carriers on the real exchange: one with whom it signs in, one that calls over TLS and SRTP."""

import dataclasses
import socket
import time
from pathlib import Path

import pytest

from cli.connections import Connections, Tls, Trunk
from cli.exchange import Exchange
from cli.exchange_plan import ExchangePlan
from cli.sip import SCENARIOS, Sipp, free_port, place
from cli.sip_scenario import Wait
from tests.exchange import baresip
from tests.exchange.conftest import LIMIT, Spool, listen
from tests.support.certificates import certificate

pytestmark = pytest.mark.journey
TCP = socket.SOCK_STREAM
LINE = "dialplan eval function DEVICE_STATE(PJSIP/trunk)"  # what the dialplan asks before it dials


def _until(exchange: Exchange, command: str, words: str, seconds: float = LIMIT) -> str:
    end = time.monotonic() + seconds
    while words not in (told := exchange.cli(command)) and time.monotonic() < end:
        time.sleep(0.2)
    return told


def test_the_exchange_signs_in_with_one_carrier_and_takes_an_encrypted_call_of_another(plan: ExchangePlan, tmp_path: Path) -> None:
    crt, key = certificate(tmp_path)
    registrar = free_port()
    connections = Connections(
        trunk=(
            Trunk(name="telecom", kind="registration", contact=f"sip:127.0.0.1:{registrar}", addresses=("203.0.113.7",), user="0877",
                  password="known-to-both", shown="08772096128", domain="carrier.example"),
            Trunk(name="trunk", contact="sip:127.0.0.1:5071", addresses=("127.0.0.1",), encrypted=True, codecs=("alaw",),
                  channels=1),
        ),
        tls=Tls(certificate=crt, key=key, carriers=crt, port=free_port(TCP), browser_port=free_port(TCP)),
    )  # fmt: skip
    assert connections.tls
    mine = dataclasses.replace(
        plan, folder=tmp_path / "exchange", connections=connections, sip_port=free_port(), ami_port=free_port(TCP),
        http_port=free_port(TCP), rtp_from=19000, rtp_to=19099, node="carriers",
    )  # fmt: skip
    exchange = Exchange(mine)
    with Sipp(SCENARIOS / "registrar.xml", (), ["-p", str(registrar)], USER="0877", PASSWORD="known-to-both"):
        exchange.start()
        try:
            assert "Registered" in _until(exchange, "pjsip show registrations", "Registered").replace("Unregistered", "")
            to = f"sip:96128@127.0.0.1:{connections.tls.port};transport=tls"
            assert "NOT_INUSE" in exchange.cli(LINE)
            with baresip.calling(tmp_path, to, authority=crt):
                assert "Result: BUSY" in _until(exchange, LINE, "Result: BUSY"), "as many calls as it permits: nobody dials"
                time.sleep(3.5)  # in which both speak
            called = baresip.called(tmp_path)
            assert called.heard, called.log
            assert listen(called.heard).seconds > 2, "it heard the greeting"
            (recording,) = _closed(mine.folder)
            assert baresip.tone_share(recording) > 0.2, "and was heard"
            refused = place(Wait(1), port=mine.sip_port)
            assert (refused.ok, refused.failed) == (0, 1), "who comes to it unencrypted is turned away"
            assert "488" in refused.log
        finally:
            exchange.stop()


def _closed(folder: Path) -> list[Path]:
    found = sorted(Spool(folder).calls())
    for path in found:
        listen(path)
    return found
