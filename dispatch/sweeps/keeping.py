"""What was recorded, handed in and noted is put away for good: sealed sounds and files, the chained trail."""

from time import sleep

from dispatch.reconciling import nightly
from dispatch.sweeps.duty import BREATH, Duty
from hotline.audit import chain
from hotline.cabinet import cabinet
from hotline.times import now
from recordings import keeping
from recordings.archive import archive

SEALED_AT_ONCE = 300


def keep_recordings(duty: Duty) -> None:
    """Put away what was taken in, packed and sealed; seal anew what an older key sealed. At night all is held
    against everything else, and what is due is destroyed."""
    there = archive(duty.settings)
    keeping.put_away(duty.database, there, put_off=duty.looked, at=now())
    keeping.move(there)
    keeping.reseal(duty.database, there, put_off=duty.looked, at=now())
    nightly.at_night(duty.settings, duty.database, looked=duty.looked, at=now())


def keep_files(duty: Duty) -> None:
    """Seal anew what people handed in and an older key sealed, or none."""
    duty.rounds.go_on(cabinet(duty.settings), at=now())


def seal(duty: Duty) -> None:
    """Chain what the audit trail has gained."""
    with duty.database.reading() as session:
        owes = chain.owes(session)
    while owes:
        with duty.database.writing() as session:
            owes = chain.seal(session, most=SEALED_AT_ONCE) == SEALED_AT_ONCE
        sleep(BREATH)
