"""What is private in a recording: marked on the player's page, masked by another, heard by nobody who may not."""

import io
import json
import wave
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from dispatch.tickets.tickets import Ticket
from hotline.audit import AuditRow
from hotline.database import Database
from tests.admin_ui.support import listen, on_sqlite
from tests.admin_ui.test_hearing import deeds, sealed

World = Any
SignIn = Callable[[str], FlaskClient]
PRIVATE = {"begins": "2", "ends": "3", "reason": "身份证号", "purpose": "quality"}


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    yield from on_sqlite(tmp_path)  # no statement of these pages differs by database


def toned(content: bytes) -> list[int]:
    """The seconds in which the tone is heard that stands for what is masked."""
    with wave.open(io.BytesIO(content)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    return [n for n in range(len(samples) // 8000) if np.abs(np.fft.rfft(samples[n * 8000 : (n + 1) * 8000])).argmax() == 1000]


@pytest.fixture
def masked(world: World, signed_in: SignIn) -> Any:
    row = sealed(world)
    assert "已标记2.0至3.0秒" in signed_in("quality_inspector").post(f"/recordings/{row.id}/marks", data=PRIVATE).text
    signed_in("supervisor").post("/custody/masks/1", data={"grant": "1"})
    return row


def test_another_masks_what_one_marked_and_all_hear_and_take_out_the_tone(world: World, signed_in: SignIn) -> None:
    row = sealed(world)
    marks = f"/recordings/{row.id}/marks"
    supervisor, inspector = signed_in("supervisor"), signed_in("quality_inspector")
    assert signed_in("liaison").post(marks, data=PRIVATE).status_code == 403, "a department marks nothing"
    assert "起止时间不在录音之内" in inspector.post(marks, data=PRIVATE | {"ends": "7"}).text
    assert "已标记2.0至3.0秒" in supervisor.post(marks, data=PRIVATE).text
    assert "须由另一人决定" in supervisor.get("/custody").text
    supervisor.post("/custody/masks/1", data={"grant": "1"})
    assert inspector.post("/custody/masks/1", data={"grant": "1"}).status_code == 403
    assert toned(supervisor.get(f"/recordings/{row.id}/sound?purpose=quality").data) == [], "nobody masks alone"
    inspector.post(marks, data=PRIVATE)
    assert "身份证号" in supervisor.get("/custody").text
    supervisor.post("/custody/masks/2", data={"grant": "1"})
    for login in ("supervisor", "quality_inspector", "liaison"):
        client = signed_in(login)
        heard = client.get(f"/recordings/{row.id}/sound?purpose=handle")
        assert toned(heard.data) == [2]
        part = client.get(f"/recordings/{row.id}/sound?purpose=handle", headers={"Range": "bytes=33001-45000"})
        assert part.data == heard.data[33001:45001]
        assert 'class="masked"' in client.get(f"/recordings/{row.id}/shape").text
    assert toned(supervisor.get(f"/recordings/{row.id}/file?purpose=law").data) == [2]
    assert "有1处私密内容已遮蔽" in supervisor.get(f"/recordings/{row.id}/player?purpose=law").text


def test_the_original_is_heard_by_anothers_consent_and_by_no_department(world: World, signed_in: SignIn, masked: Any) -> None:
    inspector, liaison = signed_in("quality_inspector"), signed_in("liaison")
    there = [f"/recordings/{masked.id}/{way}?purpose=dispute&original=1" for way in ("sound", "shape")]
    asking = {"wish": "original", "reason": "来电人说被听错", "purpose": "dispute"}
    for client in (inspector, liaison, signed_in("supervisor")):
        assert {client.get(way).status_code for way in there} == {403}
    assert liaison.post(f"/recordings/{masked.id}/ask", data=asking).status_code == 403
    assert "待另一人决定" in inspector.post(f"/recordings/{masked.id}/ask", data=asking).text
    assert "收听遮蔽前的原始录音" in signed_in("administrator").get("/custody").text
    signed_in("supervisor").post("/custody/requests/1", data={"grant": "1"})
    assert "收听原始录音" in inspector.get(f"/recordings/{masked.id}/player?purpose=dispute").text
    assert toned(inspector.get(there[0]).data) == []
    assert toned(inspector.get(f"/recordings/{masked.id}/sound?purpose=dispute").data) == [2]
    assert signed_in("supervisor").get(there[0]).status_code == 403, "the consent is the inspector's"
    assert [deed for deed, by, _ in deeds(world) if by in ("quality_inspector", "supervisor")] == [
        "recording.mask_marked", "recording.masked", "recording.original_asked", "recording.original_granted",
        "recording.original_heard", "recording.heard"]  # fmt: skip


def test_a_case_leaves_the_house_masked_and_says_so(world: World, signed_in: SignIn, masked: Any) -> None:
    with world.database.reading() as session:
        number = session.scalars(select(Ticket.number).where(Ticket.recording_id == masked.id)).one()
    answer = signed_in("supervisor").get(f"/cases/{number}.zip?purpose=law")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as packed:
        sound = packed.read(f"recordings/{masked.id}-call.wav")
        known = json.loads(packed.read("case.json"))
        assert "已遮蔽" in packed.read("case.html").decode()
    assert toned(sound) == [2]
    assert known["recordings"][0]["masked"] == [{"begins": 2.0, "ends": 3.0}]
    assert known["recordings"][0]["sha256"] == masked.sha256
    with world.database.reading() as session:
        assert session.scalars(select(AuditRow).where(AuditRow.deed == "case.taken_out")).one()


@pytest.mark.browser
def test_in_a_real_browser_it_is_marked_by_keys_alone_and_by_dragging(world: World, enter: Any) -> None:
    row = sealed(world)
    page = enter("quality_inspector")
    page.goto(f"/calls/{row.call_id}")
    listen(page, "quality")
    page.get_by_text("标记私密内容").focus()
    page.keyboard.press("Enter")
    for typed in ("1.5", None, "2.5", None, "身份证号"):  # the buttons between are passed
        page.keyboard.press("Tab")
        if typed:
            page.keyboard.type(typed)
    chosen = page.locator("svg.wave .chosen")
    assert (float(chosen.get_attribute("x")), float(chosen.get_attribute("width"))) == (100, pytest.approx(66.7, abs=0.1))
    page.keyboard.press("Enter")
    page.get_by_text("已标记1.5至2.5秒，待另一人遮蔽").wait_for()
    page.locator("svg.wave").wait_for()
    box = page.locator("svg.wave").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 10)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 3 / 4, box["y"] + 20, steps=3)
    page.mouse.up()
    assert (page.get_by_label("从（秒）").input_value(), page.get_by_label("到（秒）").input_value()) == ("3.0", "4.5")
    page.evaluate("document.querySelector('audio').currentTime = 0")
    page.get_by_role("button", name="从此处起").click()
    assert page.get_by_label("从（秒）").input_value() == "0.0"
