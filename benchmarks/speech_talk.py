"""One call of somebody who asks aloud and says yes: he goes on when the machine listens, and when it has heard him."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import select

from cli import sip
from cli.installation import Installation
from cli.sip_scenario import Say, Signal, Told, Wait
from dispatch.calls.calls import Call, CallStep, Step
from hotline.database import Database
from hotline.exchange import actions
from hotline.exchange.link import Link
from hotline.hearing import RATE
from knowledge_base.search.match import Verdict
from tests.journeys.prompter import go_on

PATIENCE = 20.0  # seconds in which what is waited for comes, else he goes on
ENOUGH = 5.0  # seconds after his yes to a list, which chooses nothing
EVERY = 0.2  # seconds between two looks
Steps = Sequence[tuple[Step, dict[str, Any]]]


class Place(Protocol):
    """A running system."""

    @property
    def here(self) -> Installation: ...
    @property
    def database(self) -> Database: ...


@dataclass
class Talk:
    """One call from a number that nobody else has."""

    place: Place
    link: Link
    number: str
    asks: Path
    agrees: Path
    went_on: float = 0.0

    def steps(self) -> Steps:
        """Say both, each when it is time, and hang up; what was noted of it."""
        script = (Wait(1.5), Signal("1", 0), Told(), Say(self.asks), Told(), Say(self.agrees), Told())
        with sip.call(*script, port=self.place.here.settings.sip_port, caller=self.number) as line:
            for turn, so in ((2, self._listened_to), (4, self._asked_back), (6, self._decided)):
                if not self._until(line, so):
                    break
                go_on(line, turn)
                self.went_on = time.monotonic()
            line.result(10)
        return self._noted()

    def _until(self, line: sip.Sipp, so: Callable[[], bool]) -> bool:
        """Whether he is still there when it is so, or when he has waited long enough."""
        end = time.monotonic() + PATIENCE
        while not so() and time.monotonic() < end:
            if line.child.poll() is not None:
                return False
            time.sleep(EVERY)
        return True

    def _listened_to(self) -> bool:
        rows = actions.core_show_channels(self.link)
        return (self.number, "SpeechBackground") in {(row.get("CallerIDNum"), row.get("Application")) for row in rows}

    def _asked_back(self) -> bool:
        """Not before he has said all, with the line's noise after it: who begins anew meanwhile isn't heard."""
        if time.monotonic() < self.went_on + self.asks.stat().st_size / RATE + EVERY:
            return False
        kinds = {kind for kind, _ in self._noted()}
        return Step.FAULT in kinds or (Step.HEARD in kinds and self._listened_to())

    def _decided(self) -> bool:
        """Also when nobody could hear him: he has his keys, and presses none."""
        steps = self._noted()
        kinds = {kind for kind, _ in steps}
        if any(detail.get("verdict") == Verdict.SURE for _, detail in steps):
            return bool(kinds & {Step.CANDIDATE, Step.FAULT})
        return time.monotonic() > self.went_on + ENOUGH

    def _noted(self) -> Steps:
        with self.place.database.reading() as session:
            query = select(CallStep).join(Call).where(Call.caller == self.number).order_by(CallStep.id)
            return [(step.kind, step.detail) for step in session.scalars(query)]
