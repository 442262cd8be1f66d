"""`hotline asterisk check` is quiet about what is shipped, with every kind of carrier, and tells whatever is wrong."""

import dataclasses
import re
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.connections import Connections, Network, Phones, Tls, Trunk
from cli.engine import run
from cli.exchange_files import write
from cli.exchange_plan import ExchangePlan, Phone
from cli.exchange_trial import apart
from cli.main import main
from tests.support.certificates import certificate


@pytest.fixture(scope="session")
def connections(tmp_path_factory: pytest.TempPathFactory) -> Connections:
    """Every kind of carrier, behind NAT; certificates of a day."""
    crt, key = certificate(tmp_path_factory.mktemp("certificates"))
    return Connections(
        trunk=(
            Trunk(name="telecom", kind="registration", contact="sip:ims.carrier.example", addresses=("203.0.113.0/28", "sbc.carrier.example"),
                  user="+868772096128", password="known", shown="08772096128", codecs=("alaw",), keys="inband", channels=8),
            Trunk(name="trunk", contact="sip:198.51.100.9:5061", addresses=("198.51.100.9",), encrypted=True),
        ),
        network=Network.model_validate({"external_address": "203.0.113.77", "local_networks": ["10.0.0.0/8"]}),
        tls=Tls(certificate=crt, key=key, carriers=crt),
        phones=Phones(browser=("8002",)),
    )  # fmt: skip


@pytest.fixture
def written(plan: ExchangePlan, connections: Connections, tmp_path: Path) -> Path:
    phones = (Phone("8001", "one"), Phone("8002", "two", browser=True))
    return write(dataclasses.replace(plan, folder=tmp_path, bind="203.0.113.5", phones=phones, connections=connections))


@pytest.fixture
def checked(tmp_path: Path) -> Callable[[], Result]:
    return lambda: CliRunner().invoke(main, ["asterisk", "check", "--folder", str(tmp_path)])


@pytest.mark.journey
def test_nothing_is_said_of_what_is_shipped_and_nothing_stays(
    written: Path, checked: Callable[[], Result], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # of which the container has its name
    files = {path: path.read_bytes() for path in written.iterdir()}
    result = checked()
    assert (result.exit_code, result.stdout) == (0, "Nothing is wrong with the exchange's configuration.\n")
    assert re.sub(r"\W+", "-", str(tmp_path))[-30:] not in run("ps", "--all", "--format", "{{.Names}}").stdout
    assert not list(tmp_path.glob("hotline-check-*"))
    assert files == {path: path.read_bytes() for path in written.iterdir()}


@pytest.mark.journey
def test_whatever_is_wrong_is_told_with_its_file(written: Path, checked: Callable[[], Result]) -> None:
    sip, dialled = written / "pjsip_endpoints.conf", written / "outside.conf"
    sip.write_text(sip.read_text().replace("dtmf_mode = inband", "dtmf_mode = smoke"))
    with dialled.open("a") as file:
        file.write("exten => 8100,1,Goto(nowhere,s,1)\nexten => 8101,1,Whistle(${TUNE(x)})\nexten => 8102,1,Playback(hotline/none)\n"
                   "exten => 8103,hint,PJSIP/9999\nexten => 8104,1,Gosub(stage,s,1(x))\nexten => 8104,1,NoOp()\n")  # fmt: skip
    (written / "aeap.conf").unlink()
    result = checked()
    assert result.exit_code == 1
    for words in (
        "pjsip_endpoints.conf: error: Error parsing dtmf_mode=smoke at line",
        "aeap.conf: error: The file 'generated/aeap.conf' was listed as a #include but it does not exist",
        "Goto leads to nowhere,s,1, which isn't there",
        "the application Whistle is named and isn't there",
        "the function TUNE is named and isn't there",
        "the sound hotline/none is named and isn't there",
        "the hint of 8103 watches 9999, which is no phone",
        "extensions.conf: warning: Unable to register extension '8104'",
    ):
        assert words in result.output, result.output


def test_nothing_written_is_said(checked: Callable[[], Result]) -> None:
    result = checked()
    assert result.exit_code == 1
    assert "Nothing is written in" in result.output


def test_a_check_knows_nobody_but_the_machine_itself() -> None:
    text = "bind = 10.1.2.3:5060\ntlsbindaddr = 10.1.2.3:8089\ncontact = sip:198.51.100.9:5061\\;transport=tls\n"
    text += "server_uri = sip:ims.carrier.example\nmatch = 203.0.113.0/28,sbc.carrier.example\n"
    assert apart(text) == (
        "bind = 127.0.0.1:5060\ntlsbindaddr = 127.0.0.1:8089\ncontact = sip:127.0.0.1:5061\\;transport=tls\n"
        "server_uri = sip:127.0.0.1\nmatch = 203.0.113.0/28,127.0.0.1\n"
    )
