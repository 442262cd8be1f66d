"""A department with base data, entries, an authorisation and a licence item, of any age."""

from datetime import date, datetime, time

from sqlalchemy.orm import Session

from hotline.directory.departments import Department
from hotline.times import CHINA
from knowledge_base.authorisations import Authorisation, Form, Scope
from knowledge_base.entries import Entry, EntryVersion, State
from knowledge_base.ledger import Deed, Kind, LedgerRow
from knowledge_base.licences import Licence
from knowledge_base.stages import Stage

LONG_AGO, FAR_OFF = date(2025, 1, 1), date(2030, 1, 1)


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12), CHINA)


def entry_of(session: Session, office: Department, question: str, *, published: date, confirmed: date | None = None,
             until: date | None = None) -> Entry:
    """An answer that was published on one day and last confirmed on another."""
    entry = Entry(department_id=office.id, question=question, state=State.PUBLISHED, published=1, confirmed_on=confirmed)
    entry.versions = [
        EntryVersion(number=1, stage=Stage.PUBLISHED, question=question, answer=f"{question}：请到窗口办理。",
                     spoken="请您到窗口办理。", summary="到窗口办。", valid_from=LONG_AGO, valid_to=until, written_by="a",
                     published_at=noon(published))
    ]  # fmt: skip
    session.add(entry)
    session.flush()
    return entry


def leave_of(session: Session, office: Department, *, signed: date, confirmed: date | None = None,
             document: str = "玉授〔2026〕1号", until: date = FAR_OFF) -> Authorisation:
    """Leave to answer everything of a department."""
    leave = Authorisation(department_id=office.id, document=document, signer="局长", scope=Scope.DEPARTMENT, form=Form.FULL,
                          valid_from=LONG_AGO, valid_to=until, entered_by="a", signed_by="b", signed_at=noon(signed),
                          confirmed_on=confirmed)  # fmt: skip
    session.add(leave)
    session.flush()
    return leave


def licence_of(session: Session, office: Department, name: str, *, published: date | None) -> Licence:
    """A licence item that citizens see."""
    licence = Licence(department_id=office.id, name=name, stage=Stage.PUBLISHED, shown={"name": name, "version": 1})
    session.add(licence)
    session.flush()
    if published:
        session.add(LedgerRow(kind=Kind.LICENCE, thing_id=licence.id, version=1, department_id=office.id,
                              at=noon(published), by="a", deed=Deed.PUBLISHED))  # fmt: skip
        session.flush()
    return licence
