"""Answers as files: cut at pauses, named by what is said, written once and whole."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.voice import Sound, VoiceError
from hotline.voice.rendering import LONGEST, sentences, spoken_name
from tests.support.said import render, rendered

ANSWER = "办理居住证，请带身份证和2张照片。工作日9:00—12:00，到龙马路12号3楼。电话0877-2012345！"


class Humming:
    """A voice that hums as long as the text is, and remembers what it was asked."""

    name = "humming/1"
    rate = 8000

    def __init__(self) -> None:
        self.asked: list[str] = []

    def speak(self, text: str, *, speed: float = 1.0) -> Sound:
        self.asked.append(text)
        at = np.arange(int(1600 * len(text) / speed))
        return (0.2 * np.sin(at / 2)).astype(np.float32)


class Mute(Humming):
    """A voice whose engine fails."""

    def speak(self, text: str, *, speed: float = 1.0) -> Sound:
        raise VoiceError("no voice today")


def test_an_answer_is_cut_into_its_sentences_and_numbers_stay_whole() -> None:
    assert sentences(ANSWER) == [
        "办理居住证，请带身份证和两张照片。",
        "工作日九点至十二点，到龙马路十二号三楼。",
        "电话零八七七，二零幺，二三四五！",
    ]


@pytest.mark.parametrize("digits", [2, 7, 8])
def test_no_cut_falls_inside_a_number_however_long_the_sentence(digits: int) -> None:
    text = "，".join(f"第{n}项请拨打0877-{'2012345'[:digits].ljust(7, '6')}" for n in range(1, 9))
    assert "".join(sentences(text)) == "".join(sentences(text.replace("\n", "")))
    for part in sentences(text):
        assert part.count("零八七七，") == part.count("拨打")


@given(st.text(alphabet="办理证件需要材料一二三零2019，。、；：！？ABC", max_size=300))
def test_every_sentence_fits_one_breath_unless_it_is_one_number_and_none_is_lost(text: str) -> None:
    parts = sentences(text)
    assert all(
        len(p) <= LONGEST or set(p) <= set("零幺一二两三四五六七八九十百千万亿点，、。！？：；ABC第") for p in parts
    )
    kept = [c for c in "".join(parts) if c not in "，。、；：！？ "]
    assert kept == [c for c in "".join(sentences("".join(parts))) if c not in "，。、；：！？ "]


def test_a_text_without_words_has_no_sentences() -> None:
    assert sentences("") == sentences("。。！") == sentences("★") == []


def test_the_name_follows_the_words_the_voice_and_the_speed() -> None:
    name = spoken_name("2份", "a")
    assert name == spoken_name("两份", "a")
    assert len({name, spoken_name("2份", "b"), spoken_name("2份", "a", 1.1), spoken_name("3份", "a")}) == 4


def test_only_what_is_missing_is_spoken(tmp_path: Path) -> None:
    voice = Humming()
    first = render(ANSWER, voice=voice, folder=tmp_path)
    again = render(ANSWER + "再见。", voice=voice, folder=tmp_path)
    assert again[:3] == first
    assert voice.asked == [*sentences(ANSWER), "再见。"]


def test_an_answer_may_be_played_only_when_all_of_it_is_there(tmp_path: Path) -> None:
    files = render(ANSWER, voice=Humming(), folder=tmp_path)
    there = rendered(ANSWER, voice_name="humming/1", folder=tmp_path)
    assert there == [str(f)[: -len(".alaw")] for f in files]
    files[1].unlink()
    assert rendered(ANSWER, voice_name="humming/1", folder=tmp_path) is None


def test_a_voice_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(VoiceError):
        render(ANSWER, voice=Mute(), folder=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_two_workers_rendering_the_same_answer_leave_one_whole_file_each(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: render(ANSWER, voice=Humming(), folder=tmp_path), range(8)))
    assert all(r == results[0] for r in results)
    assert sorted(tmp_path.iterdir()) == sorted(results[0])


@given(st.text(alphabet="办理证件需要材料一二三零2019，。、；：！？AB ", max_size=300))
def test_a_sentence_taken_by_itself_is_one_sentence_of_the_same_name(text: str) -> None:
    for sentence in sentences(text):
        assert [spoken_name(s, "v") for s in sentences(sentence)] == [spoken_name(sentence, "v")]
