"""Whatever dialplan, configuration or code names of the other, the other has, and nothing is made that nobody uses."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from agi.listening import ENGINE
from agi.run import SCRIPTS
from ami_listener import messages, transferring
from cli import dialplan
from cli.exchange import Exchange
from cli.exchange_check import known
from cli.exchange_files import render
from cli.exchange_plan import ExchangePlan
from cli.installation import FIRST_PHONE
from dispatch.calls.records import CEL_FIELDS, RECEPTION
from dispatch.line import skilled
from dispatch.transfers.transfer_line import ROOM, WAITING
from hotline.settings import Settings
from hotline.voice import prompts
from tests.exchange import names

CONF = names.ROOT / "asterisk-conf"
PLAN = dialplan.read(CONF / "extensions.conf")
# What Asterisk itself gives or reads.
ASTERISKS = {"EXTEN", "EPOCH", "UNIQUEID", "AGISTATUS", "QUEUESTATUS", "CHANNELREDIRECT_STATUS", "RECORD_STATUS", "ARG1",
             "ARG2", "ARG3", "ARG4", "AGIEXITONHANGUP", "ERROR", "HANGUPCAUSE", "SPEECH_DTMF_MAXLEN", "SPEECH_DTMF_TERMINATOR",
             "FREED", "QUEUE_PRIO", "QUEUEPOSITION", "QUEUE_MAX_PENALTY", "QUEUE_MIN_PENALTY", "QUEUE_RAISE_PENALTY", "DIALSTATUS"}  # fmt: skip
DIALLED = re.compile(r"_?[\dXZN+.*]+|_\[\x01\]|[sithT]")  # by a telephone, or by Asterisk itself


def bare(path: Path) -> str:
    return "\n".join(line for line in path.read_text().splitlines() if not line.startswith(";"))


def on_another_exchange() -> set[tuple[str, str]]:
    """Where a caller is led who wants a person, and where the channel to him is made ready."""
    person, context, extension = re.findall(r"Dial\(PJSIP/(\w+)@.*b\((\w+)\^(\w+)\^1", bare(CONF / "elsewhere.conf"))[0]
    return {("from_exchange", person), (context, extension)}


def settings(name: str, key: str) -> set[str]:
    return set(re.findall(rf"^{key} ?=>? ?(.+)$", bare(CONF / name), re.M))


def globals_of(plan: ExchangePlan) -> set[str]:
    return set(re.findall(r"^([A-Z_]+) =", render(plan)["globals"], re.M))


# ---------------------------------------------------------------- places
def test_every_place_that_the_dialplan_leads_to_is_there() -> None:
    assert list(PLAN.lost()) == []


def test_every_place_that_code_leads_to_is_there() -> None:
    led = names.places()
    assert ("callback", "s") in led
    assert {place for place in led if not PLAN.has(*place)} == set()
    assert {context for context in (RECEPTION, WAITING, ROOM) if not PLAN.has(context)} == set()


def test_every_telephone_that_there_may_be_is_called_by_its_number() -> None:
    most = next(rule.le for rule in Settings.model_fields["phones"].metadata if hasattr(rule, "le"))
    assert most > 99
    assert PLAN.has("operators", str(FIRST_PHONE), "1")
    assert PLAN.has("operators", str(FIRST_PHONE + most - 1), "1")
    assert not PLAN.has("operators", str(FIRST_PHONE + most), "1")


def test_nothing_of_the_dialplan_is_without_a_way_to_it(plan: ExchangePlan) -> None:
    targets = list(PLAN.targets())
    led = set(re.findall(r"Goto\((\w+),", render(plan)["outside"]))
    led |= {target.context for target in targets} | {context for context, _ in names.places()}
    led |= {context for name in ("pjsip.conf", "queues.conf") for context in settings(name, "context")}
    led |= set(re.findall(r"^context = (.+)$", render(replace(plan, places=True))["queues_local"], re.M))
    assert set(PLAN.places) == led
    labels = {(step.context, step.extension, step.label) for step in PLAN.steps if step.label}
    used = {(target.context, target.extension, target.priority) for target in targets}
    assert labels - used == set()
    told = {(target.context, target.extension) for target in targets} | names.places() | on_another_exchange()
    named = {(step.context, step.extension) for step in PLAN.steps if not DIALLED.fullmatch(step.extension)}
    assert named - told == set()


# ---------------------------------------------------------------- variables
def test_every_variable_that_the_dialplan_reads_is_set(plan: ExchangePlan) -> None:
    given = PLAN.made | globals_of(plan) | names.variables(names.on_the_line("set"))
    given |= {name for each in names.originated().values() for name in each}
    assert PLAN.read - given - ASTERISKS == set()


def test_every_variable_that_is_set_is_read(plan: ExchangePlan) -> None:
    made = PLAN.made | globals_of(plan) | names.variables(names.on_the_line("set"))
    read = PLAN.read | names.variables(names.on_the_line("get"))
    assert made - read - ASTERISKS == set()


def reads(contexts: set[str]) -> set[str]:
    return {name for step in PLAN.steps if step.context in contexts for name in re.findall(r"\{([A-Z_]+)\}", step.arguments)}


def reached(context: str) -> set[str]:
    """A context, and all those to which it leads."""
    found, more = set[str](), {context}
    while more - found:
        found |= more
        more = {target.context for target in PLAN.targets() if target.step.context in found}
    return found


def test_each_originate_brings_what_its_context_reads_and_nothing_else() -> None:
    for context, given in names.originated().items():
        read = reads({context})
        assert given - reads(reached(context)) - ASTERISKS == set(), context
        assert (read - given) & {"CALLBACK", "ATTEMPT", "CITIZEN", "RING", "WAITING"} == set(), context


def test_no_event_that_the_listener_reads_is_switched_off() -> None:
    silenced = set(settings("manager.conf", "disabledevents").pop().split(","))
    assert silenced & messages.KINDS == set()


def test_nothing_pauses_stops_or_mutes_a_recording() -> None:
    """Pausing is off, and there is nothing to switch on: neither dialplan nor code nor a phone's key has a way to it."""
    ways = {"MixMonitorMute", "StopMixMonitor", "MixMonitor", "PauseMonitor", "UnpauseMonitor", "StopMonitor", "ControlRecording"}
    assert {step.application for step in PLAN.all()} & ways == {"MixMonitor"}
    assert {way for way in ways if re.search(rf"\b{way}\b", names.words(), re.IGNORECASE)} == set()
    assert re.findall(r"^\w+ *=>? *.+", bare(CONF / "features.conf"), re.M) == [], "no keys during a talk do anything"


def test_every_stage_that_code_waits_for_is_told() -> None:
    told = set(re.findall(r"stage,s,1\((\w+)\)", PLAN.text))
    assert {*transferring.STAGES, "queue"} <= told


def test_every_family_of_the_exchanges_own_database_is_known_to_both() -> None:
    families = set(re.findall(r"\bDB(?:_DELETE)?\((\w+)/", PLAN.text))
    assert {one for one in families if not re.search(rf"[\"']{one}[\"'/]", names.words())} == set()


# ---------------------------------------------------------------- scripts, sounds, records
def test_every_script_that_the_dialplan_asks_is_there_and_every_script_is_asked() -> None:
    assert PLAN.scripts == set(SCRIPTS)
    written = {path.stem for path in (names.ROOT / "agi/scripts").glob("*.py") if re.search(r"^def run\(", path.read_text(), re.M)}
    assert written == set(SCRIPTS)


def test_every_sound_that_is_named_is_written_and_every_written_one_is_named() -> None:
    there = {path.relative_to(CONF / "sounds").with_suffix("").as_posix() for path in (CONF / "sounds").rglob("*.alaw")}
    named = PLAN.sounds | {s for conf in CONF.glob("*.conf") for s in dialplan.SOUND.findall(bare(conf))}
    assert {s for s in named if s not in there and not any(s.endswith("/") and t.startswith(s) for t in there)} == set()
    assert {name for name in prompts.texts() if not is_named(name, PLAN.text + bare(CONF / "queues.conf") + names.words())} == set()


def is_named(prompt: str, where: str) -> bool:
    """Whole, as a sound or by itself in quotes; or by what it begins with, where the rest is put behind it."""
    begins = [prompt[: mark.end()] for mark in re.finditer("[_/]", prompt)]
    composed = any(re.search(rf"[/\"']{one}\$?\{{", where) for one in begins)
    return bool(composed or re.search(rf"hotline/{prompt}\b|[\"']{prompt}[\"']", where))


def test_a_prompt_that_is_named_as_something_else_alone_is_not_said() -> None:
    """What looks for needless ones finds some."""
    assert not is_named("most_asked", "entries.most_asked(session, most=settings.most_asked)")
    assert is_named("most_asked", 'choice(talk, usual, "hotline/most_asked")')
    assert is_named("month_3", 'f"hotline/month_{day.month}"')
    assert not is_named("thank_you", 'f"hotline/thanks_{day.month}"')


def test_the_records_are_written_in_the_order_in_which_they_are_read() -> None:
    fields = (CONF / "cel_custom.conf").read_text().split("[mappings]")[1].count("${CSV_QUOTE(")
    assert fields == len(CEL_FIELDS)


def test_the_usual_queue_and_the_ear_are_in_the_configuration(plan: ExchangePlan) -> None:
    usual = Settings.model_fields["queue"].default
    there = set(re.findall(r"^\[([\w-]+)\]", (CONF / "queues.conf").read_text(), re.M))
    assert there == {"general", *skilled.queues(usual)}
    assert f"[{ENGINE}]" in render(plan)["aeap"]


# ---------------------------------------------------------------- what the real Asterisk has
@pytest.mark.journey
def test_the_image_has_every_module_application_function_and_action(exchange: Exchange) -> None:
    running = re.findall(r"^(\S+\.so)\b.*\bRunning\b", exchange.cli("module show"), re.M)
    assert settings("modules.conf", "load") - set(running) == set()
    applications = {step.application for step in PLAN.all()} | names.on_the_line("run")
    assert applications - known(exchange.cli("core show applications")) == set()
    functions = PLAN.functions | names.functions(names.on_the_line("set") | names.on_the_line("get"))
    assert functions - known(exchange.cli("core show functions")) == set()
    asked = set(re.findall(r"(?:\.action\(|_listed\(link, |_harmless\(link, )\"(\w+)\"", names.words()))
    assert "Originate" in asked
    assert asked - known(exchange.cli("manager show commands")) == set()
