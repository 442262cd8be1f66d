"""Files of tickets and entries are held against their rows by night: missing, changed, nobody's."""

import os
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.reconciling.books import Books
from dispatch.reconciling.handed_in import NIGHTS, handed_in
from dispatch.reconciling.reconciler import Reconciler
from dispatch.tickets import ticket_files
from dispatch.tickets.states import State
from hotline import files
from hotline.database import Database
from hotline.directory.departments import Department
from hotline.settings import Settings
from recordings.archive import archive
from recordings.findings import Done, Finding
from recordings.findings import Kind as Wrong
from tests.dispatch import town
from tests.dispatch.town import later


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_file_that_is_missing_changed_or_nobodys_is_found_and_settled_when_it_agrees(database: Database, settings: Settings) -> None:
    def put(session: Session, name: str, content: bytes) -> str:
        kept = files.keep(name, content, settings=settings, at=later())
        return ticket_files.add(session, row, kept, by=people.liaison, settings=settings, at=later()).sha256

    with database.writing() as session:
        office = Department(code="101", name="玉溪市人力资源和社会保障局", short_name="市人社局", phone="0877-2010101")
        session.add(office)
        session.flush()
        people = town.staff(session, office)
        row = town.bring(session, town.ticket(session, settings), State.IN_HAND, by=people, settings=settings)
        number = row.number
        gone, changed, short, whole, removed = (put(session, f"{n}.pdf", b"%PDF-" + bytes([n])) for n in range(5))
        session.flush()
        last = ticket_files.of(session, row, account=people.liaison)[-1]
        ticket_files.remove(session, row, last.id, by=people.liaison, at=later())
    lying = {sha256: settings.attachments / sha256 for sha256 in (gone, changed, short, whole)}
    kept = lying[gone].read_bytes()
    lying[gone].unlink()
    lying[changed].write_bytes(b"%PDF-!")
    lying[short].write_bytes(b"%PDF")
    half = settings.attachments / ".x.part"
    half.write_bytes(b"%PDF")
    assert not any(one.kind is Wrong.FILE_UNOWNED for one in handed_in(Books(settings, database, archive(settings)), later())), "it may be under way"
    os.utime(half, (later().timestamp(), later().timestamp()))

    def reconcile(days: float, *, every: bool = False) -> dict[str, tuple[Wrong, Done]]:
        at = later(days=days)
        Reconciler(settings, database, archive(settings), whole=every).run(by="test", at=at)
        with database.reading() as session:
            found = session.scalars(select(Finding).where(Finding.seen_at == at, Finding.kind.startswith("file_"))).all()
            assert all(number in f.detail and ".pdf" not in f.detail for f in found if f.kind != Wrong.FILE_UNOWNED)
            return {f.thing: (Wrong(f.kind), Done(f.done)) for f in found}

    expected = {gone: (Wrong.FILE_MISSING, Done.RESTORE), changed: (Wrong.FILE_CHANGED, Done.RESTORE),
                short: (Wrong.FILE_CHANGED, Done.RESTORE), half.name: (Wrong.FILE_UNOWNED, Done.LEFT)}  # fmt: skip
    assert reconcile(1, every=True) == expected
    lying[gone].write_bytes(kept)
    half.unlink()
    lying[short].write_bytes(b"%PDF-\x02")
    assert reconcile(2) == {changed: expected[changed]}, "what didn't hold is hashed every night"
    with database.reading() as session:
        assert set(session.scalars(select(Finding.thing).where(Finding.open.is_(True), Finding.kind.startswith("file_")))) == {changed}
    ring = settings.recordings_keys
    ring.rename(ring.with_suffix(".away"))
    assert reconcile(3, every=True) == {changed: expected[changed]}, "a key that is missing says nothing of what it sealed"
    ring.with_suffix(".away").rename(ring)
    lying[whole].write_bytes(b"%PDF-?")
    books = Books(settings, database, archive(settings))
    nights = [{f.thing for f in handed_in(books, later() + timedelta(days=n))} for n in range(NIGHTS)]
    assert sum(whole in night for night in nights) == 1, "each has its night"
    assert removed not in set().union(*nights)
