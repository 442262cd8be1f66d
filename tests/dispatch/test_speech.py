"""The worker's voice: makes what is owed as the office wants it read, and has it heard once all of it is made."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.answering.speech import Speaker
from hotline.database import Database
from hotline.parts import Part
from hotline.settings import Settings
from hotline.times import now
from hotline.voice import correcting, orders
from hotline.voice.kokoro import voice_name
from hotline.voice.readings import Reading, standing
from tests.voice.test_rendering import Humming

XIE = Reading("解家营", "xie4 jia1 ying2")


class Named(Humming):
    name = voice_name()


def test_what_was_corrected_is_made_anew_and_settled(database: Database, settings: Settings) -> None:
    speaker, voice = Speaker(settings, database), Named()
    speaker.__dict__["_voice"] = voice
    with database.writing() as session:
        orders.order(session, "到解家营。再见。", voice=settings.voice, at=now())
    speaker.speak_owed()
    with database.writing() as session:
        correcting.correct(session, XIE, voice=settings.voice, by="office", at=now())
        assert not _heard_by_all(session)
    speaker.speak_owed()
    assert voice.asked == ["到解家营。", "再见。", "到{解家营 xie4 jia1 ying2}。"]
    with database.reading() as session:
        assert _heard_by_all(session)
        names = orders.heard_names(session, "到解家营。", voice=settings.voice)
    assert (settings.sounds / f"{names[0]}.alaw").is_file()


def test_what_lies_there_needs_no_voice_and_what_does_not_says_that_it_is_missing(database: Database, settings: Settings) -> None:
    speaker = Speaker(settings.model_copy(update={"voice_folder": settings.folder / "nowhere"}), database)
    with database.writing() as session:
        (there,), (away,) = (orders.order(session, text, voice=settings.voice, at=now()) for text in ("再见。", "您好。"))
    settings.sounds.mkdir()
    (settings.sounds / f"{there}.alaw").write_bytes(b"\xd5")
    speaker.speak_owed()
    with database.reading() as session:
        assert orders.unmade(session, [there, away]) == [away]
        part = session.scalars(select(Part).where(Part.name == "voice")).one()
    assert not part.well
    assert "bin/voice" in part.words


def _heard_by_all(session: Session) -> bool:
    return standing(session).settled == (XIE,)
