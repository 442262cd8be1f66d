"""`hotline recordings`: keys are listed, made and dropped; none that still seals something."""

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from click.testing import CliRunner, Result

from cli import recordings_seen
from cli.main import main
from dispatch.sweeps.rounds import Rounds
from hotline.cabinet import cabinet
from hotline.database import Database
from hotline.settings import Settings
from hotline.times import now
from recordings import keeping, recordings
from recordings.archive import archive
from recordings.findings import Reconciliation
from recordings.recordings import Kind
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import later, sound


def hotline(database: Database, folder: Path, *words: str, **settings: str) -> Result:
    clean = {name: None for name in os.environ if name.startswith("HOTLINE_")}
    return CliRunner().invoke(
        main, words, env=clean | {"HOTLINE_FOLDER": str(folder), "HOTLINE_DATABASE_URL": database.address} | settings
    )


def kept(database: Database, settings: Settings) -> None:
    with database.writing() as session:
        row = recordings.expect(session, "call", kind=Kind.CALL, spool=settings.spool, at=NOON)
        sound(Path(row.path), 2)
        recordings.take_in(row, keep_days=30, at=later())
    keeping.put_away(database, archive(settings), put_off={}, at=later())


def test_a_key_is_made_listed_and_dropped_when_nothing_is_sealed_with_it(database: Database, settings: Settings) -> None:
    kept(database, settings)
    file = cabinet(settings).put(b"%PDF-", on=NOON.date())
    there = archive(settings)
    (first,) = there.ring.all()
    made = hotline(database, settings.folder, "recordings", "keys", "rotate")
    assert made.exit_code == 0, made.output
    (_, second) = there.ring.all()
    assert made.output.startswith(f"{second.id} seals from now on. Keep a copy of {settings.recordings_keys}")
    listed = hotline(database, settings.folder, "recordings", "keys", "list").output.splitlines()
    assert [line.split("  ")[3] for line in listed] == ["1 recordings, 1 files", "0 recordings, 0 files, seals what comes"]
    in_use = hotline(database, settings.folder, "recordings", "keys", "drop", first.id)
    assert (in_use.exit_code, "in use: 1 recordings and 1 files" in in_use.output) == (1, True)
    keeping.reseal(database, there, put_off={}, at=later())
    assert hotline(database, settings.folder, "recordings", "keys", "drop", first.id).exit_code == 1, "a file is sealed with it"
    Rounds().go_on(cabinet(settings), at=later())
    assert hotline(database, settings.folder, "recordings", "keys", "drop", second.id).exit_code == 1, "it seals what comes"
    too_early = hotline(database, settings.folder, "recordings", "keys", "drop", first.id)
    assert (too_early.exit_code, "Drop it tomorrow" in too_early.output) == (1, True), "what is being put away may be sealed with it"
    with time_machine.travel(now() + timedelta(days=1)):
        assert hotline(database, settings.folder, "recordings", "keys", "drop", first.id).output == f"{first.id} is gone.\n"
    assert [key.id for key in there.ring.all()] == [second.id]
    assert cabinet(settings).whole(file) == b"%PDF-"


def test_where_nothing_is_sealed_no_key_is_made(database: Database, settings: Settings) -> None:
    done = hotline(database, settings.folder, "recordings", "keys", "rotate", HOTLINE_RECORDINGS_CIPHER="none")
    assert (done.exit_code, "nothing is sealed" in done.output) == (1, True)


def test_the_doctor_sees_a_lost_key_and_a_ring_that_others_may_read(database: Database, settings: Settings,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    def seen(at: datetime = NOON) -> tuple[bool, str]:
        with database.reading() as session:
            return recordings_seen.seen(session, settings, at=at)

    assert seen() == (True, "0 put away, 0 wait in the spool")
    kept(database, settings)
    assert seen() == (True, "1 put away, 0 wait in the spool")
    ring = settings.recordings_keys
    ring.chmod(0o644)
    assert seen() == (False, f"{ring} can be read by others than its owner")
    ring.chmod(0o600)
    cabinet(settings).put(b"%PDF-", on=NOON.date())
    ring.rename(ring.with_suffix(".away"))
    assert seen() == (False, f"2 are sealed with keys that aren't in {ring}")
    listed = hotline(database, settings.folder, "recordings", "keys", "list").output
    assert "IT IS LOST" in listed
    ring.with_suffix(".away").rename(ring)
    with database.writing() as session:
        row = recordings.expect(session, "another", kind=Kind.CALL, spool=settings.spool, at=NOON)
        sound(Path(row.path), 2)
        recordings.take_in(row, keep_days=30, at=later())
    with database.writing() as session:
        session.add(Reconciliation(began_at=NOON, ended_at=NOON, by="hotline"))
    assert seen(at=later(days=5)) == (False, "last reconciled 5 days ago: does the worker run at night?")
    monkeypatch.setattr(recordings_seen, "MANY", 0)
    assert seen() == (False, "1 put away, 1 wait in the spool")


def test_reconciling_says_what_it_found_and_fails_while_something_waits_for_a_person(database: Database, settings: Settings) -> None:
    kept(database, settings)
    with database.writing() as session:
        town.call(session, "call").ended_at = later()
    well = hotline(database, settings.folder, "recordings", "reconcile", "--whole")
    assert (well.exit_code, well.output.splitlines()[-1]) == (0, "All agrees."), well.output
    strange = sound(settings.spool / "calls" / "strange.wav", 2)
    os.utime(strange, (0, 0))
    ill = hotline(database, settings.folder, "recordings", "reconcile")
    assert ill.exit_code == 1
    assert f"  unowned {strange}: left\n" in ill.output
    assert "Found: unowned: 1\nError: 1 wait for a person" in ill.output
