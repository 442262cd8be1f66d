"""A house that knows what the demonstration knows, and how its questions are meant, without a voice for all of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from rich.progress import Progress
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from agi.scripts.self_service import contact_sentence
from benchmarks.report import PROJECT
from cli import demo_load
from cli.knowledge_vectors import embedded
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.settings import Settings
from hotline.times import local_day
from hotline.voice import orders
from hotline.voice.orders import SpeechOrder
from knowledge_base.entries import Entry, EntryVersion
from knowledge_base.search import documents
from knowledge_base.search.embeddings import Embedding
from knowledge_base.search.meaning import MODEL

VECTORS = PROJECT / ".pytest_cache" / "vectors"  # ten seconds of a core, once
STAND_IN = b"\xd5" * 2400  # for what the machine says: it isn't measured, and rendering it takes an hour


def settle(session: Session, *, at: datetime) -> None:
    """Put the demonstration into an empty database; nothing of it is owed a voice."""
    list(demo_load.load(session, password="correct horse battery", at=at))
    session.execute(delete(SpeechOrder))


def understand(session: Session, *, at: datetime) -> None:
    """Give all questions their vectors, so that from the first caller on they are found by what they mean."""
    held = documents.published(session, on=local_day(at))
    texts = {text for one in held for text, is_keyword in one.texts() if not is_keyword}
    made = embedded(texts, VECTORS, Progress(disable=True))
    session.add_all(Embedding(digest=name, model=MODEL, vector=vector) for name, vector in made.items())


@contextmanager
def standing_in(database: Database, settings: Settings) -> Iterator[None]:
    """In here all that the machine may say has a sound, if only a moment of silence; afterwards those are gone."""
    with database.reading() as session:
        columns = (Entry.question, EntryVersion.spoken, EntryVersion.summary)
        texts = [text for column in columns for text in session.scalars(select(column))]
        texts += map(contact_sentence, session.scalars(select(Department)))
    settings.sounds.mkdir(parents=True, exist_ok=True)
    names = {name for text in texts if text for name in orders.names_of(text, voice=settings.voice)}
    files = [file for name in names if not (file := settings.sounds / f"{name}.alaw").exists()]
    for file in files:
        file.write_bytes(STAND_IN)
    try:
        yield
    finally:
        for file in files:
            file.unlink(missing_ok=True)
