"""Hearing a recording: with a purpose, in ranges of what is sealed, with marks; and, where it is secret, by consent."""

import hashlib
import io
import wave
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import numpy as np
import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select, update

from dispatch.calls import calls
from dispatch.calls.calls import Step
from dispatch.calls.marks import Mark, marks
from dispatch.tickets.tickets import Klass, Ticket
from hotline.accounts.accounts import Account
from hotline.audit import AuditRow
from hotline.kept.ciphers import Cipher
from hotline.times import now
from recordings import keeping, masking, sides, while_allowed
from recordings.archive import Archive, archive
from recordings.masking import Stretch
from recordings.recordings import Recording, take_in
from recordings.while_allowed import NoLonger
from tests.recordings.test_archive import TONES, heard, tones

World = Any
SignIn = Callable[[str], FlaskClient]


def sealed(world: World, **of: Any) -> Recording:
    number = world.ticket(**of)
    keeping.put_away(world.database, archive(world.settings), put_off={}, at=now())
    with world.database.reading() as session:
        return session.get_one(Recording, world.of(number).recording_id)


def deeds(world: World) -> list[tuple[str, str, str]]:
    with world.database.reading() as session:
        rows = session.scalars(select(AuditRow).where(AuditRow.deed.like("recording.%")).order_by(AuditRow.id)).all()
        return [(row.deed, row.by, row.details.get("purpose", "")) for row in rows]


def test_what_is_sealed_is_heard_in_ranges_and_as_loud_as_others(world: World, signed_in: SignIn) -> None:
    row, client = sealed(world), signed_in("supervisor")
    there = f"/recordings/{row.id}/sound?purpose=quality"
    whole = client.get(there)
    assert whole.headers["Accept-Ranges"] == "bytes"
    with wave.open(io.BytesIO(whole.data)) as file:
        assert file.getnframes() == 6 * 8000
    for start, end in ((0, 43), (44, 4000), (40_001, 96_043)):
        part = client.get(there, headers={"Range": f"bytes={start}-{end}"})
        assert (part.status_code, part.data) == (206, whole.data[start : end + 1])
        assert part.headers["Content-Range"] == f"bytes {start}-{end}/96044"
    assert client.get(there, headers={"Range": "bytes=999999-"}).status_code == 416
    original = client.get(f"/recordings/{row.id}/file?purpose=law")
    assert hashlib.sha256(original.data).hexdigest() == row.sha256
    assert "attachment" in original.headers["Content-Disposition"]
    assert whole.data != original.data, "who listens hears it levelled"
    once = [("recording.heard", "supervisor", "quality"), ("recording.taken_out", "supervisor", "law")]
    assert deeds(world) == once
    with time_machine.travel(now() + timedelta(seconds=30)):
        client.get(there, headers={"Range": "bytes=40001-96043"})
        assert deeds(world) == once, "he paused, and goes on"
        for again in ({"Range": "bytes=0-"}, {}):
            client.get(there, headers=again)
    assert deeds(world) == [*once, once[0]], "he hears it a second time"


def test_each_sides_tones_come_back_by_the_spool_packing_either_cipher_and_download(world: World, signed_in: SignIn) -> None:
    number = world.ticket()
    with world.database.writing() as session:
        row = session.get_one(Recording, world.of(number).recording_id)
        tones(Path(row.path))
        with wave.open(row.path) as whole:
            rate, written = whole.getframerate(), np.frombuffer(whole.readframes(whole.getnframes()), "<i2").reshape(-1, 2)
        Path(row.path).unlink()
        for side, part in enumerate(sides.parts(Path(row.path))):  # as the exchange writes them
            with wave.open(str(part), "wb") as file:
                file.setparams((1, 2, rate, 0, "NONE", ""))
                file.writeframes(np.ascontiguousarray(written[:, side]).tobytes())
        take_in(row, keep_days=730, at=now())
    keeping.put_away(world.database, archive(world.settings), put_off={}, at=now())
    assert not sides.files(Path(row.path))
    client, there = signed_in("supervisor"), archive(world.settings)
    for cipher in (Cipher.AES, Cipher.SM4):
        keeping.reseal(world.database, Archive(there.store, there.ring, cipher), put_off={}, at=now())
        with world.database.reading() as session:
            assert there.ring.key(session.get_one(Recording, row.id).key_id).cipher is cipher
        for way in ("sound", "file"):
            assert heard(client.get(f"/recordings/{row.id}/{way}?purpose=law").data) == dict(TONES)
    drawn = client.get(f"/recordings/{row.id}/shape").text
    assert ("来电人一侧" in drawn, "热线一侧" in drawn) == (True, True)


def test_nobody_hears_without_saying_what_for(world: World, signed_in: SignIn) -> None:
    row, client = sealed(world), signed_in("liaison")
    asked = client.get(f"/recordings/{row.id}/player").text
    assert "<audio" not in asked
    assert "办理工单" in asked
    assert client.get(f"/recordings/{row.id}/sound").status_code == 400
    assert client.get(f"/recordings/{row.id}/sound?purpose=curiosity").status_code == 400
    assert deeds(world) == []
    player = client.get(f"/recordings/{row.id}/player?purpose=handle").text
    assert f"/recordings/{row.id}/sound?purpose=handle" in player
    assert "/file" not in player, "a department takes nothing out"
    assert client.get(f"/recordings/{row.id}/file?purpose=handle").status_code == 403


@pytest.mark.parametrize("login", ["supervisor", "quality_inspector", "operator"])
def test_a_confidential_call_is_heard_by_a_second_persons_consent_for_a_day(world: World, signed_in: SignIn, login: str) -> None:
    row = sealed(world, klass=Klass.CONSULT, confidential=True)
    client, other = signed_in(login), signed_in("administrator")
    ways = [f"/recordings/{row.id}/{way}?purpose=handle" for way in ("sound", "shape", "file")]
    assert {client.get(way).status_code for way in ways} == {403}
    assert "<audio" not in client.get(f"/recordings/{row.id}/player?purpose=handle").text
    assert "请写明理由" in client.post(f"/recordings/{row.id}/ask", data={"reason": " "}).text
    assert "待另一人决定" in client.post(f"/recordings/{row.id}/ask", data={"reason": "核对姓名"}).text
    if login == "supervisor":
        client.post("/custody/requests/1", data={"grant": "1"})
    assert client.get(ways[0]).status_code == 403
    assert "核对姓名" in other.get("/custody").text
    other.post("/custody/requests/1", data={"grant": "1"})
    assert client.get(ways[0]).status_code == 200
    assert signed_in("quality_inspector" if login != "quality_inspector" else "supervisor").get(ways[0]).status_code == 403
    with time_machine.travel(now() + timedelta(hours=25)):
        assert signed_in(login).get(ways[0]).status_code == 403
    kinds = [deed for deed, _, _ in deeds(world)]
    assert kinds == ["recording.hear_asked", "recording.hear_granted", "recording.heard"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_what_may_not_be_heard_any_more_ends_in_the_middle_and_the_next_range_is_refused(
    world: World, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = sealed(world, klass=Klass.CONSULT)
    there, client = f"/recordings/{row.id}/sound?purpose=quality", signed_in("supervisor")
    monkeypatch.setattr(while_allowed, "ASKED_AGAIN", -1.0)

    def masked() -> None:
        with world.database.writing() as session:
            mask = masking.mark(session, session.get_one(Recording, row.id), Stretch(4, 5), reason="身份证号", by="x", at=now())
            masking.decide(session, mask, grant=True, by="y", at=now())

    def told(what: Any) -> Callable[[], None]:
        def tell() -> None:
            with world.database.writing() as session:
                session.execute(what)
        return tell

    of = Account.login == "supervisor"
    for deed, after in ((masked, 206), (told(update(Account).where(of).values(epoch=9)), 302),
                        (told(update(Ticket).values(confidential=True)), 403)):
        client = signed_in("supervisor")
        parts = client.get(there, headers={"Range": "bytes=0-"}).iter_encoded()
        assert next(parts)[:4] == b"RIFF"
        deed()
        with pytest.raises(NoLonger):
            list(parts)
        assert client.get(there, headers={"Range": "bytes=65536-"}).status_code == after
    assert "须另一人同意后收听" in client.get(f"/recordings/{row.id}/player?purpose=quality").text


def test_the_drawing_has_marks_that_lead_there(world: World, signed_in: SignIn) -> None:
    row = sealed(world)
    with world.database.writing() as session:
        session.execute(update(calls.CallStep).where(calls.CallStep.call_id == row.call_id).values(at=row.began_at))
        calls.note(session, row.call_id, Step.TRANSFER_JOINED, at=row.began_at + timedelta(seconds=4.5))
    drawn = signed_in("supervisor").get(f"/recordings/{row.id}/shape").text
    assert drawn.count('class="mark"') == 3
    assert 'data-seek="4.5"' in drawn
    assert "M300.0 0V100" in drawn, "at three quarters of four hundred points"


@pytest.mark.parametrize(("language", "words"), [("zh", "说的话"), ("en", "Said")])
def test_a_mark_leads_to_what_he_said_to_the_machine(world: World, signed_in: SignIn, language: str, words: str) -> None:
    row = sealed(world)
    with world.database.writing() as session:
        calls.note(session, row.call_id, Step.HEARD, at=row.began_at + timedelta(seconds=1.5), words="居住证")
    drawn = signed_in("supervisor").get(f"/recordings/{row.id}/shape?lang={language}").text
    assert f'data-seek="1.5">0:01 {words}<' in drawn


def test_marks_are_places_within_the_recording_the_first_of_each(world: World) -> None:
    began = now()
    call = world.call()
    with world.database.writing() as session:
        for kind, second in ((Step.MENU, 1), (Step.MENU, 2), (Step.HEARD, 3), (Step.TOLD, 4), (Step.QUEUED, 5), (Step.ANSWERED, 9), (Step.MESSAGE, 99)):
            calls.note(session, call, kind, at=began + timedelta(seconds=second))
        session.flush()
        steps = session.scalars(select(calls.CallStep).where(calls.CallStep.at > began + timedelta(seconds=0.9))).all()
        assert marks(steps, began=began, seconds=20) == [Mark(1, Step.MENU), Mark(3, Step.HEARD), Mark(5, Step.QUEUED), Mark(9, Step.ANSWERED)]


def test_while_the_key_is_away_it_is_said_and_not_half_a_sound(world: World, signed_in: SignIn) -> None:
    row, client = sealed(world), signed_in("supervisor")
    ring = world.settings.recordings_keys
    ring.rename(ring.with_suffix(".away"))
    assert client.get(f"/recordings/{row.id}/sound?purpose=quality").status_code == 503
    ring.with_suffix(".away").rename(ring)
    assert client.get(f"/recordings/{row.id}/sound?purpose=quality").status_code == 200
    (world.settings.folder / "recordings" / row.stored).unlink()
    assert client.get(f"/recordings/{row.id}/sound?purpose=quality").status_code == 404


@pytest.mark.browser
def test_in_a_real_browser_one_says_what_for_listens_and_a_mark_leads_into_the_middle(world: World, enter: Any) -> None:
    row = sealed(world)
    with world.database.writing() as session:
        calls.note(session, row.call_id, Step.TRANSFER_JOINED, at=row.began_at + timedelta(seconds=3))
    page = enter("supervisor")
    page.goto(f"/calls/{row.call_id}")
    page.get_by_label("收听用途").select_option("quality")
    page.get_by_role("button", name="收听录音").click()
    page.locator("[data-seek='3.0']").click()
    until = monotonic() + 20
    while not page.evaluate("() => { const a = document.querySelector('audio'); return a.duration > 5.9 && a.currentTime > 3 }"):
        assert monotonic() < until
        page.wait_for_timeout(50)
    assert deeds(world)[0] == ("recording.heard", "supervisor", "quality")
