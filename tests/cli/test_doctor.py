"""The doctor: each part is looked at for real, and what is ill is said in words with what to do."""

import shutil
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select
from sqlalchemy.orm import Session

from cli import calendar_seen, doctor
from cli.doctor import Finding, examine
from cli.installation import installation
from cli.main import main
from hotline import parts
from hotline.database import Database
from hotline.settings import Settings
from hotline.telling import outbox
from hotline.telling.outbox import Channel, Delivery, State
from hotline.times import now
from hotline.voice import prompts
from recordings.ahead import Ahead
from recordings.reserve import MEGABYTE, reserve
from tests.journeys.conftest import free_ports
from tests.support import blank
from tests.support.ears import FOLDER, Fake, serving


@pytest.fixture
def ill(tmp_path: Path) -> Settings:
    """An installation in which nothing was ever started."""
    ami, agi = free_ports(2)
    given = {"FOLDER": str(tmp_path / "var"), "AMI_PORT": str(ami), "AGI_PORT": str(agi), "VOICE_FOLDER": str(tmp_path)}
    return installation({f"HOTLINE_{name}": value for name, value in given.items()}).settings


@pytest.fixture
def stocked(ill: Settings) -> Settings:
    """Its database and spool are there."""
    for name in ("calls", "legs", "messages", "cel"):
        (ill.spool / name).mkdir(parents=True)
    blank.copied(ill.folder)
    return ill


def found(settings: Settings) -> dict[str, Finding]:
    return {finding.what: finding for finding in examine(settings)}


def test_where_nothing_runs_everything_is_named_with_what_to_do(ill: Settings) -> None:
    seen = found(ill)
    assert {name for name, finding in seen.items() if finding.well} == {"disk", "prompts"}
    assert {"spool", "database", "calendar", "broker", "exchange", "FastAGI", "speech model"} <= seen.keys()
    assert all(finding.do and finding.seen for finding in seen.values() if not finding.well)


def test_the_command_says_it_in_lines_and_fails(ill: Settings) -> None:
    environment = {"HOTLINE_FOLDER": str(ill.folder), "HOTLINE_AMI_PORT": str(ill.ami_port)}
    done = CliRunner().invoke(main, ["doctor"], env=environment)
    assert done.exit_code == 1
    assert "BAD  database" in done.output
    assert "→ Run: hotline database migrate" in done.output


def test_what_is_there_is_said_to_be_well(stocked: Settings, broker_address: str) -> None:
    seen = found(stocked.model_copy(update={"redis_url": broker_address}))
    assert {"disk", "spool", "database", "messages", "broker", "prompts"} <= {n for n, finding in seen.items() if finding.well}
    assert "up to date" in seen["database"].seen


@pytest.mark.parametrize(
    ("given", "well", "words"),
    [
        ({}, True, "show 96128, what the carrier permits isn't written down; the machine takes 20 of 30"),
        ({"TRUNK_SHOWN": "08772096128", "TRUNK_PERMITS": "96128, 08772096128"}, True, "show 08772096128, as the carrier permits"),
        ({"TRUNK_PERMITS": "08772096128"}, False, "show 96128, and the carrier permits 08772096128"),
        ({"TRUNK_RESERVED": "30"}, False, "nobody is ever called back"),
        ({"TRUNK_CHANNELS": "60", "TRUNKS_FILE": "file"}, False, "telecom has 30 channels, and HOTLINE_TRUNK_CHANNELS says 60"),
        ({"TRUNK_SHOWN": "96128", "TRUNKS_FILE": "file"}, False, "they show 0877, and short messages announce 96128"),
    ],
)
def test_our_own_calls_show_what_the_carrier_permits(tmp_path: Path, given: dict[str, str], well: bool, words: str) -> None:
    if "TRUNKS_FILE" in given:
        file = tmp_path / "trunks.toml"
        file.write_text('[[trunk]]\nname = "telecom"\ncontact = "sip:127.0.0.1:5070"\naddresses = ["127.0.0.1"]\nshown = "0877"\n')
        given = given | {"TRUNKS_FILE": str(file), "TRUNK": "telecom"}
    here = installation({f"HOTLINE_{name}": value for name, value in given.items()} | {"HOTLINE_FOLDER": str(tmp_path)})
    seen = doctor.carriers_found(here.plan(), here.settings)
    assert seen.well == well
    assert words in seen.seen


def test_a_part_that_fell_silent_or_is_unwell_is_told_from_one_that_lives(stocked: Settings) -> None:
    with Database(stocked.database_address).writing() as session:
        parts.beat(session, "worker", at=now())
        parts.beat(session, "listener", at=now() - timedelta(minutes=5))
        parts.beat(session, "voice", well=False, words="the model is missing", at=now())
    seen = found(stocked)
    assert seen["worker"].well
    assert (seen["listener"].well, seen["listener"].seen) == (False, "last seen 300 s ago")
    assert (seen["voice"].well, seen["voice"].seen) == (False, "the model is missing")


@pytest.mark.parametrize(("month", "well", "words"), [
    (9, True, "the holidays of each year are known"), (10, True, "known, but of 2027 not yet"), (12, False, "no holidays are known of 2027")])  # fmt: skip
def test_a_year_without_holidays_is_said_before_it_begins_and_wrong_when_it_is_near(session: Session, settings: Settings, month: int, well: bool, words: str) -> None:
    assert calendar_seen.seen(session, settings, at=datetime(2026, month, 8, 4, tzinfo=UTC)) == (well, words)


def test_messages_that_failed_for_good_or_wait_too_long_are_said(stocked: Settings) -> None:
    assert found(stocked)["messages"] == Finding("messages", True, "all that was owed went out", found(stocked)["messages"].do)
    with Database(stocked.database_address).writing() as session:
        for n, state in enumerate((State.FAILED, State.FAILED, State.OWED, State.SENT)):
            outbox.owe(session, key=str(n), channel=Channel.EMAIL, place="a@b.test", topic="new", at=now() - timedelta(hours=2))
            session.flush()
            row = session.scalars(select(Delivery).where(Delivery.key == str(n))).one()
            row.state, row.ended_at = state, None if state is State.OWED else now() - timedelta(hours=1)
    seen = found(stocked)["messages"]
    assert (seen.well, seen.seen) == (False, "2 failed for good within a day, 1 not out an hour after they were due")
    assert "对外消息" in seen.do


def test_a_disk_that_fills_up_and_a_spool_that_cannot_be_written_are_said(stocked: Settings) -> None:
    shutil.rmtree(stocked.spool / "messages")
    seen = found(stocked.model_copy(update={"disk_alarm_percent": 100}))
    assert not seen["disk"].well
    assert "free" in seen["disk"].seen
    assert not seen["spool"].well
    assert "writable" in seen["spool"].do


def test_a_reserve_that_was_touched_is_said_and_none_that_is_not_to_be(stocked: Settings) -> None:
    assert found(stocked)["reserve"].seen == "0 of 256 MB are set aside for recordings"
    Ahead.of(stocked).look(at=0)
    assert found(stocked)["reserve"].well
    reserve(stocked).give(2 * MEGABYTE)
    seen = found(stocked)["reserve"]
    assert (seen.well, seen.seen) == (False, "254 of 256 MB are set aside for recordings")
    assert "reserve" not in found(stocked.model_copy(update={"disk_reserve_megabytes": 0}))


def test_one_sound_that_is_not_that_of_its_text_is_noticed(tmp_path: Path) -> None:
    shutil.copy(prompts.HOME / "prompts.toml", tmp_path / "prompts.toml")
    shutil.copytree(prompts.HOME / "sounds", tmp_path / "sounds")
    assert doctor.prompts_found(tmp_path).well
    prompts.sound_path("greeting", tmp_path).write_bytes(b"\xd5" * 8000)
    ill = doctor.prompts_found(tmp_path)
    assert not ill.well
    assert "greeting" in ill.seen


@pytest.mark.timeout(30)
def test_looking_at_parts_that_do_not_answer_takes_seconds_not_minutes(ill: Settings) -> None:
    began = time.monotonic()
    found(ill)
    assert time.monotonic() - began < 15


def test_where_callers_may_speak_it_is_looked_at_whether_they_are_heard(stocked: Settings, tmp_path: Path) -> None:
    assert not {"hear", "hearing"} & found(stocked).keys()
    speaking = stocked.model_copy(update={"speech": True, "hearing_folder": tmp_path / "nowhere"})
    seen = found(speaking)
    assert (seen["hear"].well, seen["hearing"].well) == (False, False)
    assert "bin/hearing" in seen["hearing"].seen
    assert found(speaking.model_copy(update={"hearing_folder": FOLDER}))["hearing"].well


def test_an_engine_elsewhere_is_knocked_at(stocked: Settings) -> None:
    with serving(Fake()) as address:
        seen = found(stocked.model_copy(update={"speech": True, "hear_address": address}))
        assert seen["hearing"] == Finding("hearing", True, f"answers at {address}")
        assert "hear" not in seen
    assert not found(stocked.model_copy(update={"speech": True, "hear_address": address}))["hearing"].well
