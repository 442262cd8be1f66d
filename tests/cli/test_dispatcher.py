"""What Kamailio is told of an installation, and whom it can't stand before; an exchange that can't be drained isn't."""

import subprocess
from pathlib import Path

import pytest

from cli import dispatcher, draining
from cli.engine import ExchangeError
from cli.exchange_files import render
from cli.installation import Installation, installation
from tests.journeys.conftest import free_ports


@pytest.fixture
def given(tmp_path: Path) -> dict[str, str]:
    first, second = free_ports(2)
    return {
        "HOTLINE_FOLDER": str(tmp_path), "HOTLINE_AMI_PORT": str(first), "HOTLINE_SIP_PORT": "5061",
        "HOTLINE_MORE_EXCHANGES": f"exchange2=127.0.0.1:{second}/10.0.0.2:5062", "HOTLINE_DISPATCHER": "10.0.0.1:5060",
        "HOTLINE_TRUNK_ADDRESSES": "203.0.113.7,203.0.113.16/28",
    }  # fmt: skip


@pytest.fixture
def here(given: dict[str, str]) -> Installation:
    return installation(given)


def test_kamailio_takes_the_carriers_calls_and_no_others(here: Installation) -> None:
    folder = dispatcher.write(here)
    assert (folder / "dispatcher.list").read_text() == "1 sip:127.0.0.1:5061\n1 sip:10.0.0.2:5062\n"
    local = (folder / "local.cfg").read_text()
    assert "listen=udp:10.0.0.1:5060" in local
    assert "if (src_ip == 203.0.113.7 || src_ip == 203.0.113.16/28) return 1;" in local


def test_kamailio_itself_finds_nothing_wrong_with_what_it_is_told(here: Installation) -> None:
    file = dispatcher.write(here) / "kamailio.cfg"
    done = subprocess.run(["kamailio", "-c", "-f", str(file)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    file.write_text(file.read_text().replace("ds_next_dst()", "ds_no_dst()"))
    assert subprocess.run(["kamailio", "-c", "-f", str(file)], capture_output=True).returncode != 0


def test_exchanges_hear_the_dispatcher_instead_of_carriers_and_know_one_another(here: Installation) -> None:
    first, second = (render(plan) for plan in here.plans())
    for files, other in ((first, "exchange2"), (second, "exchange1")):
        assert "match = 10.0.0.1\n" in files["pjsip_endpoints"]
        assert f"[{other}](exchange)" in files["pjsip_endpoints"]
        assert f"OTHERS = {other}\n" in files["globals"]
    assert "systemname = exchange2" in second["options"]
    assert first["rtp"] != second["rtp"]


def test_a_lone_exchange_knows_of_nobody(given: dict[str, str]) -> None:
    alone = installation({name: value for name, value in given.items() if name in {"HOTLINE_FOLDER", "HOTLINE_AMI_PORT"}})
    (plan,) = alone.plans()
    assert "OTHERS = \n" in render(plan)["globals"]
    assert "(exchange)" not in render(plan)["pjsip_endpoints"]


def test_a_carrier_by_name_cannot_stand_behind_it(given: dict[str, str]) -> None:
    with pytest.raises(ExchangeError, match="by addresses"):
        dispatcher.write(installation(given | {"HOTLINE_TRUNK_ADDRESSES": "carrier.example"}))


def test_what_cannot_be_drained_is_said(here: Installation) -> None:
    with pytest.raises(ExchangeError, match="no exchange exchange9"):
        draining.drain(here.settings, "exchange9")
    with pytest.raises(ExchangeError, match="No other exchange takes calls"):
        draining.drain(here.settings, "exchange1")
