"""What a witness tells: figures, and in words what did not hold."""

from dataclasses import dataclass, field
from itertools import pairwise

from recordings.recordings import Recording
from tests.recordings.proof.lives import Life
from tests.recordings.proof.staircase import HEIGHTS, STEP, Heard, Samples, Voice, heard, longest_gap

BEGINS = 6  # the half second of his by which who picks up has been put through
BROKEN_OFF = 2  # half seconds of music that may be lost where an announcement breaks it off


@dataclass
class Testimony:
    """Of some calls, the legs and messages of them, and the rows of a database."""

    __test__ = False  # nor is it one

    calls: int = 0
    others: int = 0
    rows: int = 0
    tables: int = 0
    said: float = 0.0
    found: float = 0.0
    longest: float = 0.0
    faults: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (f"{self.calls} calls, {self.others} legs and messages, {self.rows} rows of {self.tables} tables kept, "
                f"{self.found:.1f} of {self.said:.1f} s of audio of both sides found, longest loss {self.longest:.2f} s")  # fmt: skip

    def holds(self, what: str, true: bool) -> None:
        """Note what did not."""
        if not true:
            self.faults.append(what)

    def lasted(self, what: str, recording: Recording, life: Life) -> None:
        """Hold a recording's length against that of what it is of."""
        seconds = recording.seconds or 0.0
        self.longest = max(self.longest, life.seconds - seconds)
        self.holds(f"{what}: {seconds} s recorded of {life.seconds:.2f} s", life.shortest < seconds < life.longest)

    def spoke(self, what: str, found: Heard, wanted: range, life: Life, *, begun: float = 0.0) -> None:
        """Hold what is heard of a voice against its half seconds that were to be, the first of which was said at that
        moment of the recording."""
        gone = found.missing(wanted)
        self.said, self.found = self.said + len(wanted) * STEP, self.found + (len(wanted) - len(gone)) * STEP
        self.longest = max(self.longest, longest_gap(gone))
        still = [step for step in gone if not life.spares(begun + (step - wanted.start) * STEP)]
        self.holds(f"{what}: of what was said in {life.seconds:.1f} s, {still} of {wanted} are missing", not still)

    def goes_on(self, what: str, side: Samples, voice: Voice, life: Life, *, since: float = 0.0, first: int = BEGINS,
                within: float = 1e6) -> float:  # fmt: skip
        """A voice that, once it is heard, goes on to the end of a life; the moment at which it is. `first`: the half second
        of it by which it is, after so many seconds at most `within` the moment `since`."""
        found = heard(side, voice).since(since)
        if (begin := found.begin) is None:
            self.faults.append(f"{what}: is heard nowhere")
            return 0.0
        moment = found.moments[begin]
        at_once = begin <= first and moment - since <= within
        self.holds(f"{what}: is heard from its half second {begin} on, at {moment} s", at_once)
        wanted = range(begin, min(HEIGHTS, begin + int((life.seconds - moment) / STEP)))
        self.spoke(what, found, wanted, life, begun=moment)
        return moment

    def plays(self, what: str, side: Samples, music: Voice) -> None:
        """Music that goes on where an announcement has broken it off."""
        played = sorted(heard(side, music).moments)
        self.said, self.found = self.said + len(played) * STEP, self.found + len(played) * STEP
        self.holds(f"{what}: there is no music", len(played) > 1)
        for one, next_one in pairwise(played):
            self.holds(f"{what}: no music between {one} and {next_one}", next_one - one <= 1 + BROKEN_OFF)
