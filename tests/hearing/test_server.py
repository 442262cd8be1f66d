"""The process that hears, over real web sockets: as Asterisk talks to it, as our scripts do, and as nobody should."""

import json
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import select
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Subprotocol

from cli.supervisor import ours
from hotline.hearing import RATE, HearingBusy, HearingError, HearingMissing, Samples, Understood, plain
from hotline.hearing.expecting import Expecting
from hotline.hearing.remote import Remote
from hotline.hearing.sound import from_alaw, from_ulaw
from hotline.parts import Part
from tests.journeys.conftest import free_ports
from tests.support import blank
from tests.support.ears import FOLDER, Fake, serving
from tests.support.said import said

SETUP = {"request": "setup", "id": "1", "version": "0.1.0", "codecs": [{"name": "ulaw"}], "params": {"language": "zh"}}
_LEVELS = from_ulaw(bytes(range(256)))
_ORDER = np.argsort(_LEVELS)


def ulaw(sound: Samples) -> bytes:
    """µ-law by the nearest level."""
    place = np.searchsorted(_LEVELS[_ORDER], sound).clip(0, 255)
    return bytes(_ORDER[place].astype(np.uint8))


@pytest.fixture
def ear() -> Fake:
    return Fake()


@pytest.fixture
def address(ear: Fake) -> Iterator[str]:
    """A server with that ear, and room for two."""
    with serving(ear, most=2) as address:
        yield address


def asterisk(address: str, protocol: str = "speech_to_text") -> ClientConnection:
    return connect(address, subprotocols=[Subprotocol(protocol)], compression=None)


def asks(line: ClientConnection, request: dict[str, object]) -> dict[str, object]:
    line.send(json.dumps(request))
    return dict(json.loads(line.recv(timeout=5)))


def speaks(line: ClientConnection, sound: Samples, *, silence: float = 1.0) -> None:
    whole = np.concatenate([sound, np.zeros(round(silence * RATE), dtype=np.float32)])
    for at in range(0, len(whole), 160):
        line.send(ulaw(whole[at : at + 160]))


def result(line: ClientConnection, within: float = 5) -> dict[str, object]:
    told = json.loads(line.recv(timeout=within))
    assert told["request"] == "set"
    (one,) = told["params"]["results"]
    return dict(one)


# -- as Asterisk talks ----------------------------------------------------------------------------------------------
def test_asterisk_is_told_what_was_said_soon_after_the_sentence(address: str, ear: Fake) -> None:
    with asterisk(address) as line:
        assert asks(line, SETUP) == {"response": "setup", "id": "1", "codecs": [{"name": "ulaw"}]}
        assert asks(line, {"request": "set", "id": "2", "params": {"expecting": "yes_no"}}) == {"response": "set", "id": "2"}
        sentence = from_alaw(said("公积金提取怎么办理？").read_bytes())
        speaks(line, sentence)
        assert result(line) == {"text": "公积金提取怎么办理", "score": 86, "grammar": "speech", "best": True}
        line.send(json.dumps({"response": "set", "id": "x"}))
        again = asks(line, {"request": "get", "id": "3", "params": ["results"]})
    assert again["params"]["results"][0]["text"] == "公积金提取怎么办理"  # type: ignore[index]
    ((seconds, words),) = ear.got
    assert seconds == pytest.approx(len(sentence) / RATE, abs=0.7)
    assert words == ("yes_no",)


def test_a_telephone_that_falls_silent_altogether_ends_the_sentence_by_the_clock(address: str) -> None:
    with asterisk(address) as line:
        asks(line, SETUP)
        speaks(line, from_alaw(said("公积金提取怎么办理？").read_bytes()), silence=0)
        assert result(line)["grammar"] == "speech"


def test_whoever_says_nothing_is_told_of_after_his_time(address: str, ear: Fake) -> None:
    with asterisk(address) as line:
        asks(line, SETUP)
        asks(line, {"request": "set", "id": "2", "params": {"expecting": "yes_no", "asked_for": "0"}})
        speaks(line, np.zeros(0, dtype=np.float32), silence=5.2)
        assert result(line) == {"text": "", "score": 0, "grammar": "nothing", "best": True}
    assert ear.got == []


@pytest.mark.parametrize(
    ("says", "came"),
    [(HearingBusy("full"), "busy"), (HearingError("broken"), "fault"), (Understood("", 0, 1.0), "unclear")],
)
def test_what_cannot_be_recognised_is_said_so(address: str, ear: Fake, says: Understood | HearingError, came: str) -> None:
    ear.says = says
    with asterisk(address) as line:
        asks(line, SETUP)
        speaks(line, from_alaw(said("公积金提取怎么办理？").read_bytes()))
        assert result(line)["grammar"] == came


def test_a_second_question_is_heard_on_the_same_line(address: str, ear: Fake) -> None:
    with asterisk(address) as line:
        asks(line, SETUP)
        for number in (1, 2):
            asks(line, {"request": "set", "id": str(number), "params": {"expecting": "question"}})
            speaks(line, from_alaw(said("公积金提取怎么办理？").read_bytes()))
            assert result(line)["grammar"] == "speech"
    assert len(ear.got) == 2


def test_another_codec_and_unknown_wishes_are_refused(address: str) -> None:
    with asterisk(address) as line:
        assert "error_msg" in asks(line, SETUP | {"codecs": [{"name": "opus"}]})
        assert "error_msg" in asks(line, {"request": "dance", "id": "2"})
        assert "error_msg" in asks(line, {"request": "set", "id": "3", "params": {"expecting": "a miracle"}})
        assert "error_msg" in asks(line, {"request": "set", "id": "4", "params": {"asked_for": "long"}})


@pytest.mark.parametrize("nonsense", ["{", "[]", "{}", "null", '{"request": 5, "id": "1"}'])
def test_nonsense_ends_the_conversation_and_nothing_else(address: str, nonsense: str) -> None:
    with asterisk(address) as line:
        line.send(nonsense)
        with pytest.raises(ConnectionClosed):
            line.recv(timeout=5)
    with asterisk(address) as line:
        assert "codecs" in asks(line, SETUP)


def test_no_more_are_listened_to_than_there_is_room_for(address: str) -> None:
    with asterisk(address), asterisk(address), pytest.raises(InvalidStatus, match="503"):
        asterisk(address)
    time.sleep(0.2)
    with asterisk(address) as line:
        assert "codecs" in asks(line, SETUP)


def test_who_only_looks_hears_which_engine_there_is(address: str) -> None:
    with urllib.request.urlopen(address.replace("ws", "http"), timeout=5) as answer:  # noqa: S310
        assert answer.read() == b"fake\n"


# -- as our scripts do ----------------------------------------------------------------------------------------------
def test_a_recording_is_recognised_over_the_same_engine(address: str, ear: Fake) -> None:
    heard = Remote(address).hear_coded(said("公积金提取怎么办理？").read_bytes(), plain.Asked("alaw", Expecting.YES_NO))
    assert heard == ear.says
    assert ear.got[0][1] == ("yes_no",)
    assert Remote(address).hear(np.zeros(RATE, dtype=np.float32), words=("社保",)) == ear.says
    assert ear.got[1] == (1.0, ("社保",))


@pytest.mark.parametrize(("says", "raised"), [(HearingBusy("full"), HearingBusy), (HearingError("x"), HearingError)])
def test_what_the_engine_cannot_do_is_raised_here(address: str, ear: Fake, says: HearingError, raised: type[HearingError]) -> None:
    ear.says = says
    with pytest.raises(raised):
        Remote(address).hear(np.zeros(RATE, dtype=np.float32))


def test_an_engine_that_is_not_there_is_missing() -> None:
    with pytest.raises(HearingMissing, match="doesn't answer"):
        Remote(f"ws://127.0.0.1:{free_ports(1)[0]}").hear(np.zeros(RATE, dtype=np.float32))


# -- as a process ---------------------------------------------------------------------------------------------------
def test_the_process_hears_says_that_it_lives_and_goes_when_asked(tmp_path: Path) -> None:
    port = free_ports(1)[0]
    database = blank.copied(tmp_path)
    environment = os.environ | {"HOTLINE_FOLDER": str(tmp_path), "HOTLINE_HEAR_PORT": str(port), "HOTLINE_HEARING_FOLDER": str(FOLDER)}
    process = subprocess.Popen(ours("hear"), env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        _until(lambda: _answers(port), 60)
        heard = Remote(f"ws://127.0.0.1:{port}", within=20).hear_coded(said("公积金提取怎么办理？").read_bytes(), plain.Asked("alaw"))
        assert "提取怎么办理" in heard.text
        with database.reading() as session:
            part = session.scalars(select(Part).where(Part.name == "hear")).one()
        assert part.well
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    finally:
        process.kill()
        process.wait()
        database.close()


def test_without_its_model_the_process_says_what_to_do(tmp_path: Path) -> None:
    database = blank.copied(tmp_path)
    environment = os.environ | {"HOTLINE_FOLDER": str(tmp_path), "HOTLINE_HEARING_FOLDER": str(tmp_path / "nowhere")}
    ran = subprocess.run(ours("hear"), env=environment, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 1
    assert "bin/hearing" in ran.stderr
    with database.reading() as session:
        part = session.scalars(select(Part).where(Part.name == "hear")).one()
    assert not part.well
    assert "bin/hearing" in part.words
    database.close()


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _until(look: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < end
        time.sleep(0.1)
