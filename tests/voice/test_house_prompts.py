"""Prompts that a person said: brought by one, approved by another, heard on the line, given up; and what is out of date."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.audit import AuditRow
from hotline.voice import alaw, correcting, heard, house_prompts, orders, prompts, takes
from hotline.voice.house_prompts import Own
from hotline.voice.orders import SpeechOrder
from hotline.voice.readings import Reading
from hotline.voice.studio import checked
from hotline.voice.takes import PromptTake, Standing, TakeError
from tests.conftest import NOON
from tests.dispatch.town import later
from tests.voice.studio_sounds import file, loudest_hertz, tone

VOICE = "zf_xiaobei"
TEXT = prompts.texts()["goodbye"]


def offered(session: Session, hertz: int = 1000, prompt: str = "goodbye") -> PromptTake:
    return takes.offer(session, prompt, prompts.texts()[prompt], checked(file(tone(hertz))), speaker="普丽", by="office", at=NOON)


def kept(session: Session, house: Path) -> list[str]:
    house_prompts.keep(session, KEPT, house=house, sounds=house / "sounds", voice=VOICE)
    there = house_prompts.folder(house) / "hotline"
    return sorted(str(path.relative_to(there)) for path in there.rglob("*.alaw"))


KEPT: dict[str, Own] = {}


@pytest.fixture(autouse=True)
def _anew() -> None:
    KEPT.clear()


def test_one_records_another_approves_and_the_exchange_finds_it_until_it_is_given_up(session: Session, tmp_path: Path) -> None:
    row = offered(session)
    assert row.standing(TEXT) == Standing.WAITING
    assert kept(session, tmp_path) == []
    with pytest.raises(TakeError, match="不能批准自己"):
        takes.approve(session, row, TEXT, by="office", at=NOON)
    takes.approve(session, row, TEXT, by="boss", at=NOON)
    assert kept(session, tmp_path) == ["goodbye.alaw"]
    assert loudest_hertz(alaw.decode(house_prompts.sound("goodbye", tmp_path))) == pytest.approx(1000, abs=2)
    takes.give_up(session, "goodbye", by="boss", at=later(hours=1))
    assert kept(session, tmp_path) == []
    assert house_prompts.sound("goodbye", tmp_path) == prompts.sound_path("goodbye").read_bytes()
    assert row.standing(TEXT) == Standing.FORMER
    with pytest.raises(TakeError, match="没有使用"):
        takes.give_up(session, "goodbye", by="boss", at=later(hours=1))
    deeds = session.scalars(select(AuditRow.deed).where(AuditRow.kind == "prompt").order_by(AuditRow.id)).all()
    assert deeds == ["prompt.recorded", "prompt.approved", "prompt.given_up"]


def test_versions_are_kept_and_a_former_one_may_be_used_again(session: Session, tmp_path: Path) -> None:
    first, second = offered(session), offered(session, 500)
    takes.approve(session, first, TEXT, by="boss", at=NOON)
    takes.approve(session, second, TEXT, by="boss", at=later(hours=1))
    assert (first.standing(TEXT), second.standing(TEXT)) == (Standing.FORMER, Standing.USED)
    kept(session, tmp_path)
    assert loudest_hertz(alaw.decode(house_prompts.sound("goodbye", tmp_path))) == pytest.approx(500, abs=2)
    takes.approve(session, first, TEXT, by="boss", at=later(hours=2))
    assert (first.standing(TEXT), second.standing(TEXT)) == (Standing.USED, Standing.FORMER)
    with pytest.raises(TakeError, match="正在使用"):
        takes.approve(session, first, TEXT, by="boss", at=later(hours=2))
    third = offered(session)
    takes.refuse(session, third, by="office", at=NOON)
    assert third.standing(TEXT) == Standing.REFUSED
    with pytest.raises(TakeError, match="处理过"):
        takes.refuse(session, third, by="boss", at=NOON)


def test_a_prompt_whose_words_changed_is_the_machines_again_and_shown_as_out_of_date(session: Session, tmp_path: Path) -> None:
    row = offered(session)
    takes.approve(session, row, TEXT, by="boss", at=NOON)
    row.text = "从前的文字。"
    session.flush()
    assert row.standing(TEXT) == Standing.OUT_OF_DATE
    assert kept(session, tmp_path) == []
    with pytest.raises(TakeError, match="已经变更"):
        takes.approve(session, row, TEXT, by="boss", at=NOON)


def test_a_prompt_read_otherwise_is_put_together_of_its_new_sounds_once_they_are_made(session: Session, tmp_path: Path) -> None:
    row = correcting.correct(session, Reading("感谢您的", "谢谢您的"), voice=VOICE, by="office", at=NOON)
    assert kept(session, tmp_path) == []
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    for order in session.scalars(select(SpeechOrder)):
        (sounds / f"{order.name}.alaw").write_bytes(order.said.encode())
        order.made_at = NOON
    assert "goodbye.alaw" in kept(session, tmp_path)
    assert house_prompts.sound("goodbye", tmp_path).decode() == "谢谢您的来电，再见。"
    correcting.settle(session, voice=VOICE, at=NOON)
    correcting.undo(session, row, voice=VOICE, by="office", at=later(hours=1))
    assert "goodbye.alaw" not in kept(session, tmp_path), "the image has it as it was"


def test_numbers_that_the_exchange_says_itself_are_the_same_files(session: Session, tmp_path: Path) -> None:
    row = offered(session, 800, "digits/3")
    takes.approve(session, row, prompts.texts()["digits/3"], by="boss", at=NOON)
    kept(session, tmp_path)
    assert loudest_hertz(alaw.decode((house_prompts.folder(tmp_path) / "digits/3.alaw").read_bytes())) == pytest.approx(800, abs=2)


def test_what_was_heard_is_unheard_once_its_sound_is_another(session: Session) -> None:
    name = heard.name_of(orders.names_of("甲。乙。", voice=VOICE))
    heard.note(session, name, by="office", at=NOON)
    heard.note(session, name, by="boss", at=later(hours=1))
    assert heard.heard(session, [name])[name].by == "boss"
    assert heard.heard(session, [heard.name_of(orders.names_of("甲。乙。", voice=VOICE, readings=[Reading("甲", "贾")]))]) == {}
