"""What citizens were shown of a licence item, version by version: each stays readable, and two can be compared."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.times import local_day
from knowledge_base.comparing import Row, row
from knowledge_base.ledger import Deed
from knowledge_base.licence_text import LicenceText, read, text_of
from knowledge_base.licences import Licence, LicenceVersion
from knowledge_base.stages import Stage
from knowledge_base.transitions import transition


def show(session: Session, licence: Licence, *, at: datetime) -> None:
    """From now on citizens see what the item says; what they saw before is kept."""
    end(session, licence, Stage.REPLACED, at=at)
    licence.stage = transition(Stage(licence.stage), Deed.PUBLISHED).target
    licence.shown = text_of(licence).shown(licence.version)  # in one statement with the stage: the database insists
    licence.confirmed_on, licence.swept_on = local_day(at), None
    session.add(LicenceVersion(licence_id=licence.id, number=licence.version, text=licence.shown, shown_at=at,
                               written_by=licence.written_by))  # fmt: skip


def end(session: Session, licence: Licence, stage: Stage, *, at: datetime) -> None:
    """What citizens see is over."""
    for version in versions(session, licence):
        if version.ended_at is None:
            version.stage, version.ended_at = stage, at


def versions(session: Session, licence: Licence) -> Sequence[LicenceVersion]:
    """All that was ever shown, the first one first."""
    query = select(LicenceVersion).where(LicenceVersion.licence_id == licence.id)
    return session.scalars(query.order_by(LicenceVersion.number)).all()


def compare(before: LicenceVersion, after: LicenceVersion) -> list[Row]:
    """All fields of both, in the order in which they are read."""
    old, new = read(before.text), read(after.text)
    return [row(field.name, _text(old, field.name), _text(new, field.name)) for field in fields(LicenceText)]


def _text(text: LicenceText, name: str) -> str:
    value = getattr(text, name)
    return "\n".join(value) if isinstance(value, tuple) else str(value)
