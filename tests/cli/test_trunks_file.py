"""Carriers, NAT, certificates and browsers' phones are told in one file; what is wrong in it is said by trunk and field."""

import dataclasses
import re
from pathlib import Path

import pytest

from cli.browser_phones import browser_phones
from cli.connections import Connections
from cli.connections_file import read
from cli.engine import ExchangeError
from cli.exchange_files import render, write
from cli.exchange_plan import ExchangePlan, Phone
from cli.installation import installation
from hotline.settings import Settings, SettingsError
from tests.support.certificates import certificate

CARRIERS = """
[[trunk]]
name = "telecom"
kind = "registration"
contact = "sip:ims.carrier.example"
addresses = ["203.0.113.0/28", "sbc.carrier.example"]
user = "+868772096128"
password_file = "telecom.secret"
shown = "08772096128"
codecs = ["alaw"]
keys = "inband"
channels = 8

[[trunk]]
name = "reserve"
contact = "sip:198.51.100.9:5061"
addresses = ["198.51.100.9"]
encrypted = true

[network]
external_address = "203.0.113.77"
local_networks = ["10.0.0.0/8"]

[tls]
certificate = "exchange.crt"
key = "exchange.key"
carriers = "exchange.crt"

[phones]
browser = ["8002"]
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("carriers")
    certificate(folder)
    (folder / "telecom.secret").write_text("known-to-the-carrier\n")
    (folder / "trunks.toml").write_text(CARRIERS)
    return folder


def told(home: Path, old: str = "", new: str = "") -> str:
    """What is said of the file when this was written in it instead of that."""
    path = home / "wrong.toml"
    assert old in CARRIERS
    path.write_text(CARRIERS.replace(old, new))
    with pytest.raises(SettingsError) as raised:
        read(path, {})
    return str(raised.value)


def test_each_kind_of_carrier_becomes_what_asterisk_reads(home: Path, tmp_path: Path) -> None:
    plan = ExchangePlan(folder=tmp_path, ami_secret="s", trunk="telecom", connections=read(home / "trunks.toml", {}),
                        phones=(Phone("8001", "one"), Phone("8002", "two", browser=True)))  # fmt: skip
    files = render(plan)
    parts = [dict(line.split(" = ", 1) for line in part.splitlines()[1:] if line) | {"": part.splitlines()[0]}
             for part in files["pjsip_endpoints"].split("\n[")]  # fmt: skip
    registration = next(part for part in parts if part.get("type") == "registration")
    assert registration["server_uri"] == "sip:ims.carrier.example"
    assert registration["client_uri"] == "sip:+868772096128@ims.carrier.example"
    line, reserve = (next(part for part in parts if part[""] == f"{name}](line)") for name in ("telecom", "reserve"))
    assert (line["from_user"], line["allow"], line["dtmf_mode"]) == ("08772096128", "alaw", "inband")
    assert (line["outbound_auth"], line["device_state_busy_at"]) == ("telecom", "8")
    assert (reserve["transport"], reserve["media_encryption"]) == ("tls", "sdes")
    contact = next(part["contact"] for part in parts if part[""] == "reserve]" and part["type"] == "aor")
    assert contact == r"sip:198.51.100.9:5061\;transport=tls", "a bare ; begins a comment"
    tls = next(part for part in parts if part.get("protocol") == "tls")
    assert (tls["verify_server"], tls["external_media_address"]) == ("yes", "203.0.113.77")
    assert "[8002](browser)" in files["pjsip_endpoints"]
    assert "tlsenable = yes" in files["http"]
    assert "TRUNK = telecom\n" in files["globals"]


def test_secrets_stand_outside_and_are_written_for_the_owner_alone(home: Path, tmp_path: Path) -> None:
    connections = read(home / "trunks.toml", {})
    assert "known-to-the-carrier" not in repr(connections)
    folder = write(ExchangePlan(folder=tmp_path, ami_secret="s", trunk="telecom", connections=connections))
    assert "known-to-the-carrier" in (folder / "pjsip_endpoints.conf").read_text()
    assert {path.stat().st_mode & 0o077 for path in folder.iterdir()} == {0}
    assert (folder / "exchange.key").read_bytes() == (home / "exchange.key").read_bytes()


def test_a_password_may_come_from_the_environment(home: Path) -> None:
    (home / "variable.toml").write_text(CARRIERS.replace('file = "telecom.secret"', 'env = "CARRIER"'))
    assert read(home / "variable.toml", {"CARRIER": "of-the-environment"}).trunk[0].password == "of-the-environment"
    assert 'trunk "telecom": password_env: CARRIER is not set' in told(home, 'file = "telecom.secret"', 'env = "CARRIER"')


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('password_file = "telecom.secret"', 'password = "here"', 'trunk "telecom": password: it doesn\'t stand here'),
        ('password_file = "telecom.secret"', "", 'trunk "telecom": user, and password_file'),
        ("telecom.secret", "gone.secret", 'trunk "telecom": password_file:'),
        ("sip:ims.carrier.example", "ims.carrier.example", 'trunk "telecom": contact: an address as sip:'),
        ('user = "+868772096128"', 'user = "a;b"', 'trunk "telecom": user: it is empty or holds'),
        ('["alaw"]', '["g729"]', 'trunk "telecom": codecs: 0: Input should be'),
        ("channels = 8", "channels = 0", 'trunk "telecom": channels:'),
        ("channels = 8", "chanels = 8", 'trunk "telecom": chanels: Extra inputs'),
        ('["198.51.100.9"]', '["198.51.100.999"]', 'trunk "reserve": addresses: 0:'),
        ('["198.51.100.9"]', "[]", 'trunk "reserve": addresses:'),
        ('name = "reserve"', 'name = "telecom"', "two trunks have the same name"),
        ('name = "reserve"', 'name = "8001"', 'trunk "8001": name:'),
        ('key = "exchange.key"', 'key = "telecom.secret"', "tls: certificate, key or carriers can't be used"),
        ('key = "exchange.key"', 'key = "gone.key"', "tls: key:"),
        ('"203.0.113.77"', '"here"', "network: external_address:"),
        ('["8002"]', '["8002"]\naddress = "https://here"', "phones: address:"),
        ("[network]", "[network", "HOTLINE_TRUNKS_FILE"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_by_trunk_and_field(home: Path, old: str, new: str, words: str) -> None:
    assert words in told(home, old, new)


def test_an_encrypted_trunk_without_a_certificate_is_refused(home: Path) -> None:
    start = CARRIERS.index("[tls]")
    assert 'trunk "reserve": encrypted: [tls]' in told(home, CARRIERS[start : CARRIERS.index("[phones]")], "")


def test_the_setting_leads_to_the_file_and_what_it_lacks_is_said(home: Path, tmp_path: Path) -> None:
    environment = {"HOTLINE_FOLDER": str(tmp_path), "HOTLINE_TRUNKS_FILE": str(home / "trunks.toml")}
    plan = installation(environment | {"HOTLINE_TRUNK": "reserve"}).plan()
    assert [phone.browser for phone in plan.phones[:3]] == [False, True, False]
    assert [trunk.name for trunk in plan.trunks] == ["telecom", "reserve"]
    with pytest.raises(ExchangeError, match="HOTLINE_TRUNK is trunk"):
        render(installation(environment).plan())
    with pytest.raises(SettingsError, match="HOTLINE_PHONES has no 8002"):
        installation(environment | {"HOTLINE_PHONES": "1"}).plan()


def test_the_pages_know_their_telephones_by_the_same_file_and_no_carriers_secret(home: Path, tmp_path: Path) -> None:
    ways = {"wss://{host}:8089/ws wss://{host}:8090/ws": CARRIERS.replace("telecom.secret", "gone.secret"),
            "ws://{host}:9088/ws ws://{host}:9089/ws": '[phones]\nbrowser = ["8002"]',
            "wss://pages.example/exchange": f'{CARRIERS}address = "wss://pages.example/exchange"',
            "wss://one.example/ws wss://two.example/ws": f'{CARRIERS}address = ["wss://one.example/ws", "wss://two.example/ws"]'}  # fmt: skip
    for addresses, text in ways.items():
        (home / "pages.toml").write_text(text)
        settings = Settings(folder=tmp_path, secret_key="s" * 40, trunks_file=str(home / "pages.toml"), exchange_http_port=9088,
                            more_exchanges="two=127.0.0.1:5039/127.0.0.2:5060")  # fmt: skip
        phones = browser_phones(settings)
        assert (phones.numbers, " ".join(phones.addresses)) == ({"8002"}, addresses)
    assert browser_phones(settings.model_copy(update={"trunks_file": ""})).numbers == frozenset()


def test_several_exchanges_hear_browsers_each_on_a_port_of_its_own_and_know_no_password_of_theirs_beforehand(home: Path, tmp_path: Path) -> None:
    given = {"FOLDER": str(tmp_path), "TRUNKS_FILE": str(home / "trunks.toml"), "TRUNK": "telecom", "MORE_EXCHANGES": "two=127.0.0.1:5039/127.0.0.2:5060"}
    files = [render(plan) for plan in installation({f"HOTLINE_{name}": value for name, value in given.items()}).plans()]
    assert [re.findall(r"tlsbindaddr = \S+:(\d+)", one["http"]) for one in files] == [["8089"], ["8090"]]
    words = [re.findall(r"\[8002\]\(password\)\nusername = 8002\npassword = (\w{48})\n", one["pjsip_endpoints"]) for one in files]
    assert words[0] != words[1], "made anew at each writing, and told to nobody"
    assert not (tmp_path / "secrets/phone_8002").exists()


def test_the_simple_settings_are_one_trunk_by_address(tmp_path: Path) -> None:
    plan = ExchangePlan(folder=tmp_path, ami_secret="s", trunk_addresses=("203.0.113.7", "203.0.113.8"))
    assert [trunk.addresses for trunk in plan.trunks] == [("203.0.113.7", "203.0.113.8")]
    assert plan.connections == Connections()
    with pytest.raises(ExchangeError, match="contact: "):
        render(dataclasses.replace(plan, trunk_contact="203.0.113.7"))


def test_a_carrier_from_whom_nothing_comes_is_not_waited_for_for_ever(tmp_path: Path) -> None:
    plan = ExchangePlan(folder=tmp_path, ami_secret="s", trunk_shown="08772096128")
    text = render(plan)["pjsip_endpoints"]
    assert "rtp_timeout = 300\nrtp_timeout_hold = 3000\n" in text
    assert "from_user = 08772096128" in text
    assert "rtp_timeout" not in render(dataclasses.replace(plan, trunk_silent_seconds=0))["pjsip_endpoints"]
