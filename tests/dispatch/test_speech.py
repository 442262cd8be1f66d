"""The worker's voice: makes what is owed as the office wants it read, and has it heard once all of it is made."""

from sqlalchemy.orm import Session

from dispatch.speech import Speaker
from hotline.database import Database
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


def _heard_by_all(session: Session) -> bool:
    return standing(session).settled == (XIE,)
