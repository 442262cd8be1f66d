"""All sweeps in their order: one that fails does not keep the others from their work, and its rows stay owed."""

import shutil
from collections.abc import Callable
from pathlib import Path

import structlog

from dispatch.sweeps.duty import Duty
from dispatch.sweeps.following import climb, file, go_on, recount, report
from dispatch.sweeps.forgetting import end_phone_passwords
from dispatch.sweeps.keeping import keep_files, keep_recordings, seal
from dispatch.sweeps.knowing import count_askings, keep_knowledge, learn, remind, tell_of_sweeps
from dispatch.sweeps.ringing import call_back, gather_missed, settle_stranded, tidy_surveys
from dispatch.sweeps.taking_in import take_in_messages, take_in_queue_log, take_in_recordings, take_in_records
from hotline import parts
from hotline.times import now

Sweep = Callable[[Duty], None]
# What was noted of a call is read before anybody is rung again for it.
SWEEPS: tuple[Sweep, ...] = (
    take_in_messages, take_in_records, take_in_queue_log, take_in_recordings, settle_stranded, gather_missed,
    tidy_surveys, call_back, climb, go_on, keep_knowledge, remind, tell_of_sweeps, learn, count_askings,
    recount, report, file, keep_recordings, keep_files, seal, end_phone_passwords,
)  # fmt: skip
log = structlog.get_logger()


def sweep(duty: Duty) -> None:
    """All of them once; how it went stands in the worker's row."""
    troubles = [trouble for one in SWEEPS if (trouble := _guarded(one, duty))]
    if (free := free_percent(duty.settings.folder)) < duty.settings.disk_alarm_percent:
        log.error("disk.nearly_full", free_percent=free)
        troubles.append(f"disk: {free} % free, recording is about to fail")
    with duty.database.writing() as session:
        parts.beat(session, "worker", well=not troubles, words="; ".join(troubles), at=now())


def _guarded(one: Sweep, duty: Duty) -> str:
    try:
        one(duty)
    except Exception as fault:
        log.exception("sweep.failed", sweep=one.__name__)
        return f"{one.__name__}: {type(fault).__name__}"
    return ""


def free_percent(folder: Path) -> int:
    """How much of the disk below a folder is free, in whole percents."""
    usage = shutil.disk_usage(folder)
    return int(100 * usage.free / usage.total)
