"""Settings are read once, from the environment, and say all that is wrong at once."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from hotline.settings import SettingsError, read_settings

KEY = {"HOTLINE_SECRET_KEY": "k" * 32}


def test_everything_that_is_wrong_is_named_at_once() -> None:
    with pytest.raises(SettingsError) as wrong:
        read_settings({"HOTLINE_AMI_PORT": "many", "HOTLINE_SECRET_KEY": "short"})
    assert "HOTLINE_AMI_PORT" in str(wrong.value)
    assert "HOTLINE_SECRET_KEY" in str(wrong.value)
    assert "short" not in str(wrong.value)


def test_more_than_three_titles_are_never_read_out() -> None:
    with pytest.raises(SettingsError, match="HOTLINE_MOST_ASKED"):
        read_settings(KEY | {"HOTLINE_MOST_ASKED": "4"})


@pytest.mark.parametrize(("name", "given", "told"), [
    ("UPDATE_REMINDERS", "soon", "whole days with commas"), ("DIGEST_AT", "24:00", "a time as 08:00"),
    ("QUIET_HOURS", "22:00", "two times as 22:00-07:00"), ("SUMMER_SEASON", "May", "two days of the year"),
    ("MORE_EXCHANGES", "exchange2", "exchanges as exchange2="), ("OPERATORS_MAY_DIAL", "1.", "patterns of digits"),
    ("WEBHOOK_NETWORKS", "inside", "inside"), ("QUESTION_STEPS", "matter,shoe", "steps with commas, of matter"),
    ("RECORDINGS_S3", "s3://bucket", "an address as s3://KEY:SECRET@host/bucket"),
])  # fmt: skip
def test_what_is_written_otherwise_than_it_must_be_is_refused_in_words(name: str, given: str, told: str) -> None:
    with pytest.raises(SettingsError, match=f"HOTLINE_{name}: .*{told}"):
        read_settings(KEY | {f"HOTLINE_{name}": given})


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("k" * 40 + "\n")
    assert read_settings({"HOTLINE_SECRET_KEY_FILE": str(tmp_path / "key")}).secret_key.get_secret_value() == "k" * 40


def test_settings_do_not_change_and_do_not_print_their_secrets() -> None:
    settings = read_settings(KEY)
    with pytest.raises(ValidationError):
        settings.number = "12345"  # type: ignore[misc]
    assert "kkkk" not in repr(settings)


def test_the_socket_of_the_broker_has_a_path_short_enough_wherever_the_folder_is() -> None:
    deep = read_settings(KEY | {"HOTLINE_FOLDER": "/tmp/" + "d" * 120})
    assert len(deep.redis_address.removeprefix("unix://")) < 107
