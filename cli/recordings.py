"""`hotline recordings`: look after the recordings and the keys that they are sealed with."""

from typing import BinaryIO

import click

from cli.opening import opened
from dispatch.reconciling.reconciler import Reconciler, open_findings
from dispatch.tickets import case_files
from hotline import audit
from hotline.cabinet import UNREADABLE, cabinet
from hotline.kept.ciphers import Cipher
from hotline.kept.errors import KeptError
from hotline.kept.keyring import PLAIN
from hotline.times import local, local_day, now
from recordings import keeping
from recordings.archive import archive
from recordings.errors import RecordingError


@click.group()
def recordings() -> None:
    """The recordings: their keys, and whether all are there."""


@recordings.group()
def keys() -> None:
    """The keys that recordings, and files of tickets and entries, are sealed with."""


@keys.command("list")
def listed() -> None:
    """Say which keys there are, since when, and how many recordings and files each seals."""
    settings, database = opened()
    there = archive(settings)
    with database.reading() as session:
        counts = keeping.by_key(session)
    current, files = there.ring.current_id(there.cipher), cabinet(settings).by_key()
    for key in there.ring.all():
        seals = ", seals what comes" if key.id == current else ""
        told = f"{counts.pop(key.id, 0)} recordings, {files.pop(key.id, 0)} files"
        click.echo(f"{key.id}  {key.cipher}  since {key.made_on}  {told}{seals}")
    for what, others in (("recordings", counts), ("files", files)):
        for key_id, count in sorted(others.items()):
            click.echo(f"{count} {what} {_of_no_key(key_id)}")


def _of_no_key(key_id: str) -> str:
    """What is to be said of those that none of the ring's keys seals."""
    words = {"": "wait in the spool", PLAIN: "are not sealed", UNREADABLE: "can't be read: put them back from a backup"}
    return words.get(key_id, f"are sealed with {key_id}: IT IS LOST")


@keys.command()
def rotate() -> None:
    """Make a new key; the worker seals everything anew with it, while all runs."""
    settings, database = opened()
    there = archive(settings)
    if there.cipher is Cipher.NONE:
        raise click.ClickException("HOTLINE_RECORDINGS_CIPHER is none: nothing is sealed, no key is needed.")
    before = there.ring.current_id(there.cipher)
    made = there.ring.add(there.cipher, on=local_day(now()))
    with database.writing() as session:
        audit.note(session, "recording.key_made", by="command line", at=now(), about=("key", made.id), before=before)
    click.echo(f"{made.id} seals from now on. Keep a copy of {settings.recordings_keys}.")
    click.echo("The worker seals the others anew; `hotline recordings keys list` says how far it is.")


@keys.command()
@click.argument("key")
def drop(key: str) -> None:
    """Take a KEY away that seals nothing any more: what it sealed, in old backups too, can't be had again."""
    settings, database = opened()
    there = archive(settings)
    with database.reading() as session:
        seals = keeping.by_key(session).get(key, 0)
    files = cabinet(settings).by_key()[key]
    if key == there.ring.current_id(there.cipher) or seals or files:
        raise click.ClickException(f"{key} is in use: {seals} recordings and {files} files are sealed with it.")
    if key not in {known.id for known in there.ring.all()}:
        raise click.ClickException(f"There is no key {key}.")
    if there.ring.followed_on(key) == local_day(now()):
        raise click.ClickException(f"{key} sealed until today: what is just being put away may be sealed with it. "
                                   "Drop it tomorrow.")  # fmt: skip
    there.ring.drop(key)
    with database.writing() as session:
        audit.note(session, "recording.key_dropped", by="command line", at=now(), about=("key", key))
    click.echo(f"{key} is gone.")


@recordings.command()
@click.option("--whole", is_flag=True, help="Look at every call, and unseal and hash every sound anew; may take hours.")
def reconcile(whole: bool) -> None:
    """Hold calls, rows and files against one another, mend what can be mended, and name the rest; fails while
    something waits for a person."""
    settings, database = opened()
    there = Reconciler(settings, database, archive(settings), whole=whole, say=click.echo)
    try:
        done = there.run(by="command line", at=now())
    except KeptError as fault:
        raise click.ClickException(f"Not finished: {fault}") from None
    told = ", ".join(f"{kind}: {count}" for kind, count in sorted(done.counts.items()))
    click.echo(f"Found: {told}" if told else "All agrees.")
    with database.reading() as session:
        waiting = open_findings(session)
    if waiting:
        raise click.ClickException(f"{waiting} wait for a person: see the page 录音保管.")


@recordings.command("check-case")
@click.argument("file", type=click.File("rb"))
def check_case(file: BinaryIO) -> None:
    """Check a case that was taken out of the house (FILE.zip): every file, and who took it out; fails when something in
    it was changed, or the audit trail doesn't know it."""
    _, database = opened()
    try:
        digest, faults, missing = case_files.check(file)
    except RecordingError as fault:
        raise click.ClickException(str(fault)) from None
    with database.reading() as session:
        row = case_files.noted(session, digest)
    for wrong in faults:
        click.echo(wrong, err=True)
    if row is None:
        raise click.ClickException(f"The audit trail knows no case with the list {digest}.")
    when = f"{local(row.at):%Y-%m-%d %H:%M}"
    click.echo(f"Ticket {row.thing}, taken out by {row.by} on {when}, {row.details['purpose']}.")
    for lacking in missing:
        click.echo(f"Missing already when it was taken out: {lacking}")
    if faults:
        raise click.ClickException(f"{len(faults)} files don't hold.")
    click.echo("Every file is what was taken out. `hotline audit verify` says whether the trail holds.")
