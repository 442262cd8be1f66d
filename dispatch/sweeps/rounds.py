"""The worker's rounds through the cabinet: what the key in force doesn't seal is sealed anew, some at every beat."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

import structlog

from hotline.cabinet import Cabinet
from hotline.kept.errors import Absent, KeptError, KeyMissing, Tampered
from hotline.times import local_day

AGAIN = timedelta(minutes=10)  # something may have been put back from a backup, sealed with an older key
A_WHILE = 1.0  # seconds: what else the worker does must not wait
log = structlog.get_logger()


@dataclass
class Rounds:
    """One worker's way through the files, which says of itself where it stands: no row does."""

    left: list[str] = field(default_factory=list)
    begun: tuple[datetime, str] | None = None  # the last round: when, and with which key in force

    def go_on(self, cabinet: Cabinet, *, at: datetime) -> None:
        """Go on for a while; a new round begins when the key in force is another one, and every ten minutes. One that
        can't be sealed stays as it is and keeps no other waiting."""
        if self._is_due(cabinet, at):
            self.left, self.begun = cabinet.names(), (at, cabinet.in_force)
        until, faults = monotonic() + A_WHILE, list[KeptError]()
        while self.left:
            name = self.left.pop()
            try:
                cabinet.renew(name, on=local_day(at))
            except (Absent, KeyMissing, Tampered) as fault:
                log.error("file.not_sealed", sha256=name, why=str(fault))
                faults.append(fault)
            if monotonic() > until:
                break
        if faults:
            raise faults[0]

    def _is_due(self, cabinet: Cabinet, at: datetime) -> bool:
        if self.begun is None or self.begun[1] != cabinet.in_force:
            return True
        return not self.left and at - self.begun[0] >= AGAIN
