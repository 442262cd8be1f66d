"""The pages of the machine's voice: everything listed, played, heard and corrected; a prompt recorded and approved."""

import io
import wave
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from admin_ui.voice_words import PLACES, SECTIONS
from hotline.database import Database
from hotline.times import now
from hotline.voice import alaw, correcting, house_prompts, orders, prompts
from hotline.voice.heard import name_of
from hotline.voice.orders import SpeechOrder
from hotline.voice.readings import Reading, SpokenReading
from knowledge_base.entries import EntryVersion
from tests.voice.studio_sounds import file, loudest_hertz, tone

from .support import on_sqlite

World = Any
SignIn = Callable[[str], FlaskClient]
PAGE = "/voice/takes?prompt=goodbye"


@pytest.fixture
def database(tmp_path: Any) -> Any:
    yield from on_sqlite(tmp_path)


def spoken(world: World) -> None:
    """All that is published has a sound: a second of its own tone for each sentence."""
    world.settings.sounds.mkdir(parents=True, exist_ok=True)
    with world.database.writing() as session:
        for version in session.scalars(select(EntryVersion)):
            for text in filter(None, (version.question, version.spoken, version.summary)):
                orders.order(session, text, voice=world.settings.voice, at=now())
        made(world, session)


def made(world: World, session: Any) -> None:
    for row in session.scalars(select(SpeechOrder).where(SpeechOrder.made_at.is_(None))):
        (world.settings.sounds / f"{row.name}.alaw").write_bytes(alaw.encode(tone(300 + len(row.said) * 10, 1, rate=8000, around=0)))
        row.made_at = now()


def samples(answer: Any) -> Any:
    assert answer.mimetype == "audio/wav"
    with wave.open(io.BytesIO(answer.data)) as sound:
        assert (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) == (8000, 1, 2)
        return sound.getnframes()


def hand_in(client: FlaskClient, content: bytes, speaker: str = "普丽") -> str:
    sent = {"prompt": "goodbye", "speaker": speaker, "sound": (io.BytesIO(content), "goodbye.mp3")}
    return client.post("/voice/takes", data=sent, follow_redirects=True).text


def test_every_prompt_stands_in_the_list_with_its_place_and_is_played_at_both_speeds(signed_in: SignIn) -> None:
    office = signed_in("city_office")
    assert f"共{len(prompts.texts())}条，变更后未听{len(prompts.texts())}条" in office.get("/voice").text
    page = office.get("/voice?q=confirm_aloud").text
    assert "主菜单 → 1 自助查询 → 说出问题" in page
    assert "是请说是，或者按1；不是请说不是，或者按2。" in page
    plain = samples(office.get("/voice/sound?key=prompt:goodbye"))
    assert plain == len(prompts.sound_path("goodbye").read_bytes())
    assert samples(office.get("/voice/sound?key=prompt:goodbye&slow=1")) == pytest.approx(plain / 0.8, abs=200)
    assert [office.get(f"/voice/sound?key={key}").status_code for key in ("prompt:../x", "x:1", "", "answer:99")] == [404] * 4
    assert signed_in("operator").get("/voice").status_code == 403


def test_every_prompt_has_a_place() -> None:
    known = prompts.sections()
    assert {known[name] for name in known} - {""} <= SECTIONS.keys()
    assert {name for name in known if not known[name] and not name.startswith("digits/")} == PLACES.keys()


def test_what_was_heard_is_unheard_again_once_a_reading_is_corrected(world: World, signed_in: SignIn) -> None:
    spoken(world)
    office, unheard = signed_in("city_office"), "/voice?sort=answer&look=unheard"
    page = office.get(unheard + "&q=派出所").text
    sound = page.split('name="sound" value="')[1].split('"')[0]
    assert samples(office.get("/voice/sound?key=answer:3")) == 8000 * len(orders.names_of("请到居住地派出所申请，十五日内办结。", voice="x"))
    heard = {"key": "answer:3", "sound": sound}
    assert "周文" in office.post("/voice/heard", data=heard).text
    assert office.post("/voice/heard", data=heard | {"sound": "another"}).status_code == 409
    assert "派出所" not in office.get(unheard).text
    said = office.post("/voice/readings", data={"word": "派出所", "read": "pai4 chu1 suo3", "within": "居住地"}, follow_redirects=True).text
    assert "已合成0句，共2句" in said
    assert "正在合成" in office.get("/voice?sort=answer&q=派出所").text
    assert office.post("/voice/heard", data=heard).status_code == 409
    coming = orders.names_of("请到居住地派出所申请，十五日内办结。", voice=world.settings.voice, readings=[Reading("派出所", "pai4 chu1 suo3")])
    assert office.post("/voice/heard", data=heard | {"sound": name_of(coming)}).status_code == 409, "nobody can have heard it yet"
    before = office.get("/voice/sound?key=answer:3").data
    with world.database.writing() as session:
        made(world, session)
    assert office.get("/voice/sound?key=answer:3").data != before, "callers hear it as soon as it is made"
    assert "已合成2句，共2句" in office.get("/voice/readings/1/progress").text
    with world.database.writing() as session:
        assert correcting.settle(session, voice=world.settings.voice, at=now())
    assert "派出所" in office.get(unheard).text
    assert "pai4 chu1 suo3" in office.get("/voice/readings/export.csv?q=派出所").text
    office.post("/voice/readings/1/undo")
    assert "派出所" not in office.get(unheard).text, "it was heard so"
    assert "pai4 chu1 suo3" not in office.get("/voice/readings").text
    assert "停用" in office.get("/voice/readings?show=all").text


def test_what_is_no_reading_is_said_in_words(signed_in: SignIn) -> None:
    typed = {"word": "派出所", "read": "pai4 chu1"}
    assert "“派出所”有3个字，拼音有2个音节" in signed_in("city_office").post("/voice/readings", data=typed, follow_redirects=True).text


def test_one_hands_in_a_recording_another_approves_it_and_one_click_gives_it_up(world: World, signed_in: SignIn) -> None:
    office, boss = signed_in("city_office"), signed_in("supervisor")
    page = hand_in(office, file(tone(1000), kind="MP3"))
    assert "待另一人试听批准" in page
    assert "原音量-13" in page
    assert samples(office.get("/voice/takes/1/sound")) == pytest.approx(8000 * 2.2, abs=1200)
    assert "不能批准自己" in office.post("/voice/takes/1/approve", follow_redirects=True).text
    assert "几秒内" in boss.post("/voice/takes/1/approve", follow_redirects=True).text
    assert on_the_line(world.database, world) == pytest.approx(1000, abs=2)
    assert "真人录音" in office.get("/voice?look=person").text.split("<tbody>")[1]
    assert "goodbye" in office.get("/voice/export.csv?look=person").text
    assert "已恢复合成语音" in office.post("/voice/takes/give-up", data={"prompt": "goodbye"}, follow_redirects=True).text
    assert on_the_line(world.database, world) is None
    assert "曾经使用" in boss.get(PAGE).text


def on_the_line(database: Database, world: World) -> float | None:
    """The pitch of the farewell as the exchange finds it; None where it has its own."""
    with database.reading() as session:
        house_prompts.keep(session, {}, house=world.settings.folder, sounds=world.settings.sounds, voice=world.settings.voice)
    own = house_prompts.folder(world.settings.folder) / "hotline/goodbye.alaw"
    return loudest_hertz(alaw.decode(own.read_bytes())) if own.exists() else None


@pytest.mark.parametrize(("content", "speaker", "why"), [
    (b"nothing", "普丽", "不能读取这个文件"), (file(tone(500, level=0.006)), "普丽", "声音太小"), (file(tone(500)), " ", "请填写录音人"),
])  # fmt: skip
def test_what_cannot_be_a_prompt_is_said_in_words_and_not_kept(signed_in: SignIn, content: bytes, speaker: str, why: str) -> None:
    office = signed_in("city_office")
    assert why in hand_in(office, content, speaker)
    assert office.get("/voice/takes/1/sound").status_code == 404


def test_the_microphone_is_opened_to_the_recorders_page_alone(signed_in: SignIn) -> None:
    office = signed_in("city_office")
    assert "microphone=(self)" in office.get(PAGE).headers["Permissions-Policy"]
    assert "microphone=()" in office.get("/voice").headers["Permissions-Policy"]
    assert office.get("/voice/takes?prompt=nothing").status_code == 404


def test_all_that_is_kept_of_a_correction_is_who_and_when(world: World, signed_in: SignIn) -> None:
    signed_in("city_office").post("/voice/readings", data={"word": "公开", "read": "gong1 kai1", "reason": "投诉"})
    with world.database.reading() as session:
        row = session.scalars(select(SpokenReading)).one()
    assert (row.by, row.reason, row.ended_at) == ("city_office", "投诉", None)
