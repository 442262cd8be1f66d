"""The fixed prompts: text and sound belong together, sound alike in loudness, and are short enough to bear."""

import json
import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from dispatch.tickets.states import State
from hotline.voice import alaw, prompts, telephone
from hotline.voice.normaliser import speakable
from hotline.voice.telephone import loudness

NAMES = sorted(prompts.texts())
BESIDE = [prompts.HOME / "sounds/hotline/tone.alaw", *(prompts.HOME / "sounds/moh").glob("*.alaw")]
TICKET_STATES = [str(state) for state in State if state is not State.MERGED]  # of that the other's state is said


def heard(name: str) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return alaw.decode(prompts.sound_path(name).read_bytes())


def copy_of_the_prompts(folder: Path) -> Path:
    shutil.copy(prompts.HOME / "prompts.toml", folder / "prompts.toml")
    shutil.copytree(prompts.HOME / "sounds", folder / "sounds")
    return folder


def test_every_prompt_has_the_sound_of_its_text_and_every_sound_a_text() -> None:
    assert prompts.faults() == []


def test_a_changed_text_a_changed_sound_and_a_stray_one_are_found(tmp_path: Path) -> None:
    home = copy_of_the_prompts(tmp_path)
    changed = (home / "prompts.toml").read_text("utf-8").replace('invalid_key = "', 'invalid_key = "再次')
    (home / "prompts.toml").write_text(changed + '\nnew_one = "新的"\n', "utf-8")
    prompts.sound_path("nothing_found", home).write_bytes(bytes([alaw.SILENCE]) * 8000)
    prompts.sound_path("stray", home).write_bytes(b"x")
    assert {fault.split(":")[0] for fault in prompts.faults(home)} == {"invalid_key", "nothing_found", "stray", "new_one"}
    assert set(prompts.stale(home)) == {"invalid_key", "nothing_found", "new_one"}


def test_another_voice_makes_every_prompt_stale() -> None:
    assert prompts.stale(speaker="another/1") == list(prompts.texts())


def test_a_prompt_lasts_as_long_as_its_words_need() -> None:
    for name in NAMES:
        seconds = len(heard(name)) / alaw.RATE
        words = len(speakable(prompts.texts()[name]))
        assert 0.2 <= seconds <= 20, name
        assert 0.1 * words <= seconds <= 0.6 + 0.4 * words, name


def test_a_prompt_is_as_loud_as_the_others_and_never_clips() -> None:
    for name in NAMES:
        assert loudness(heard(name)) == pytest.approx(telephone.LEVEL, abs=1.5), name
        assert np.abs(heard(name)).max() < 0.95, name


def test_no_caller_waits_for_a_prompt_to_begin_or_end() -> None:
    for name in NAMES:
        loud = np.flatnonzero(telephone.loud_frames(heard(name))) / 100
        assert loud[0] <= 0.3, name
        assert len(heard(name)) / alaw.RATE - loud[-1] <= 0.3, name


def test_a_prompt_ends_in_quiet_so_that_the_next_joins_without_a_click() -> None:
    for name in NAMES:
        sound = heard(name)
        assert max(np.abs(sound[:20]).max(), np.abs(sound[-20:]).max()) < 0.02, name


@pytest.mark.parametrize("path", BESIDE, ids=lambda p: p.stem)
def test_tone_and_tune_are_there_and_hurt_no_ear(path: Path) -> None:
    sound = alaw.decode(path.read_bytes())
    assert 0.2 <= len(sound) / alaw.RATE <= 60
    assert 0.05 < np.abs(sound).max() < 0.6


def test_every_state_every_date_and_every_digit_can_be_said() -> None:
    wanted = {f"state_{s}" for s in TICKET_STATES} | {f"month_{m}" for m in range(1, 13)}
    wanted |= {f"day_{d}" for d in range(1, 32)} | {f"hour_{h}" for h in range(24)} | {f"digits/{d}" for d in range(21)}
    assert wanted <= set(NAMES)


def test_all_prompts_together_stay_small_enough_for_a_repository() -> None:
    assert sum(f.stat().st_size for f in (prompts.HOME / "sounds").rglob("*.alaw")) < 8_000_000


def test_the_lock_reads_one_line_a_prompt() -> None:
    text = (prompts.HOME / "sounds/prompts.lock.json").read_text("utf-8")
    assert len(text.splitlines()) == len(json.loads(text)) + 2 == len(NAMES) + 2


def test_every_prompt_that_the_exchange_or_a_script_plays_is_there() -> None:
    root = prompts.HOME.parent
    played = [*prompts.HOME.glob("*.conf"), *(root / "agi").rglob("*.py")]
    names = {
        n
        for p in played
        for n in re.findall(r"(?<!DB\()\bhotline/([a-z_0-9]+(?:/[a-z0-9]+)?)\b(?![/{$])", p.read_text("utf-8"))
    }
    assert {n for n in names if not n.startswith("digits") and not n.endswith("_")} <= set(NAMES) | {"tone"}
    assert len(names) > 10


@pytest.mark.parametrize("name", ["greeting", "callback_hello", "survey_hello", "place_hello", "liaison_hello"])
def test_whoever_rings_or_is_rung_hears_that_he_is_recorded_before_he_presses_a_key(name: str) -> None:
    before, notice, keys = prompts.texts()[name].partition("本次通话将被录音")
    assert notice
    assert "请按" not in before
    assert keys
