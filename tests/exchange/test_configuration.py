"""What the configuration must never let happen, and what a plan refuses."""

import re
from pathlib import Path

import pytest

from cli.engine import ExchangeError
from cli.exchange import Exchange
from cli.exchange_files import render
from cli.exchange_plan import ExchangePlan, Phone
from dispatch.line import skilled
from hotline.settings import SettingsError, read_settings

CONF = Path(__file__).resolve().parents[2] / "asterisk-conf"
DIALPLAN = "\n".join(
    line
    for name in ("extensions.conf", "liaison.conf")
    for line in (CONF / name).read_text().splitlines()
    if not line.startswith(";")
)


def test_every_agi_step_goes_through_the_guard() -> None:
    assert len(re.findall(r"\bAGI\(", DIALPLAN)) == 1


def test_the_trunk_reaches_nothing_but_the_reception() -> None:
    incoming = DIALPLAN.split("[incoming]")[1].split("[reception]")[0]
    assert "include" not in DIALPLAN.replace("#include", "")
    assert set(re.findall(r"Goto\((\w+)", incoming)) == {"reception"}
    assert re.search(r"^context = incoming$", (CONF / "pjsip.conf").read_text().split("[line]")[1], re.M)


def test_no_module_that_runs_commands_is_loaded() -> None:
    loaded = (CONF / "modules.conf").read_text()
    for module in (
        "app_system",
        "func_shell",
        "pbx_spool",
        "res_clialiases",
        "app_externalivr",
        "func_curl",
        "app_originate",
    ):
        assert module not in loaded


@pytest.mark.parametrize("password", ["", "two words", "a;b", "a\nb", "${SHELL(x)}", "a\\b", "a{b}"])
def test_a_password_that_would_change_the_configuration_is_refused(tmp_path: Path, password: str) -> None:
    with pytest.raises(ExchangeError):
        render(ExchangePlan(folder=tmp_path, ami_secret="fine", phones=(Phone("8001", password),)))


@pytest.mark.parametrize("pattern", ["", "X.", "0!", "1,1,Hangup()", "X;", "X\nexten => s,1,Answer()", "${X}", "[1"])
def test_a_pattern_that_would_let_out_more_than_it_says_is_refused(tmp_path: Path, pattern: str) -> None:
    with pytest.raises(ExchangeError):
        render(ExchangePlan(folder=tmp_path, ami_secret="fine", outside=("11[09]", pattern)))
    if pattern:
        with pytest.raises(SettingsError, match="OPERATORS_MAY_DIAL"):
            read_settings({"HOTLINE_SECRET_KEY": "s" * 40, "HOTLINE_OPERATORS_MAY_DIAL": pattern})


@pytest.mark.parametrize(
    ("number", "exists"),
    [
        ("13887712345", True), ("08772012345", True), ("01065123456", True), ("2012345", True), ("85123456", True),
        ("110", True), ("119", True), ("120", True), ("122", True), ("12345", True), ("10086", True), ("96128", True),
        ("95588", True), ("955880", True), ("4001234567", True),
        ("0085223456789", False), ("00118613800138000", False), ("+85223456789", False), ("17951008613800138000", False),
        ("9001234567", False), ("1", False), ("138877123456", False), ("*72", False),
    ],
)  # fmt: skip
def test_an_operators_phone_rings_nobody_abroad(exchange: Exchange, number: str, exists: bool) -> None:
    told = exchange.cli(f"dialplan show 0{number}@operators")
    assert ("Goto(outside" in told) is exists, told


def test_a_plan_does_not_show_its_secrets(plan: ExchangePlan) -> None:
    assert "only-for-tests" not in repr(plan)
    assert "first-phone" not in repr(plan)


def test_where_a_caller_stands_is_said_in_four_seconds_as_often_as_is_set(tmp_path: Path) -> None:
    said = (CONF / "queues.conf").read_text()
    parts = dict(re.findall(r"^queue-(\w+) = hotline/(\w+)$", said, re.M))
    limit = int(re.findall(r"^announce-position-limit = (\d+)$", said, re.M)[0])
    place = max(_seconds(f"digits/{n}") for n in range(2, limit + 1))
    assert _seconds(parts["thereare"]) + place + _seconds(parts["callswaiting"]) <= 4
    assert _seconds(parts["quantity1"]) + _seconds(f"digits/{limit}") + _seconds(parts["quantity2"]) <= 4
    assert _seconds(parts["youarenext"]) <= 4
    assert "periodic-announce" not in said
    made = render(ExchangePlan(folder=tmp_path, ami_secret="fine", said_seconds=60, strategy="fewestcalls"))["queues_local"]
    assert made.count("announce-frequency = 60") == 8, "in each queue, and not sooner"
    assert made.count("strategy = fewestcalls") == 4
    assert "context" not in made, "a place is kept only where that is offered"
    offered = render(ExchangePlan(folder=tmp_path, ami_secret="fine", places=True))
    assert offered["queues_local"].count("context = queue-keys-place") == 4
    assert "PLACES = yes" in offered["globals"]


def _seconds(sound: str) -> float:
    return (CONF / "sounds/hotline" / f"{sound}.alaw").stat().st_size / 8000


def test_every_queue_of_the_exchange_rings_and_speaks_as_it_should(exchange: Exchange) -> None:
    queues = exchange.cli("queue show")
    assert [name for name in skilled.queues("hotline") if f"{name} has" not in queues] == []
    assert queues.count("in 'rrmemory' strategy") == len(skilled.queues("hotline")) == 4
