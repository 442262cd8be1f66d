"""An exchange whose dialplan is the real one with a place to stop before each step: whoever comes to one that is armed is
held there, once, until he hangs up. It writes down who comes to which step, and what each hears."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path

from cli.dialplan import Dialplan, Step, read
from cli.exchange import Exchange
from tests.exchange.names import ROOT

CONF = ROOT / "asterisk-conf"
HELD = 30  # seconds; who is held hangs up long before
BESIDE = 2  # seconds: where somebody else is held the exchange looks at the caller only when that is over
FAMILY = "held"  # of the exchange's own database
GONE = "-"  # what the mark of a step ends in where it is done for a caller who has hung up
# A step of its own, so that the step after it is not begun: a mark in the exchange's database is taken away by the first who
# comes, and he waits. Whoever passes tells the call that his telephone knows.
_HOLD = 'ExecIf($["${DB_DELETE(%s/s%s${GONE})}" != ""]?Wait(%s):NoOp(s%s${GONE} ${CHANNEL(pjsip,call-id)} ${CALLID}))'
_LINE = re.compile(r"(\s*(?:exten\s*=>\s*[^,]+,|same\s*=>\s*))(\w+(?:\([\w-]+\))?),(.*)", re.S)
_BEFORE = re.compile(r"\bb\(([\w-]+)\^(\w+)\^")  # what is done on the channel of who is to be rung
_PASSES = re.compile(r'Executing \[\S+@[\w-]+:\d+\] ExecIf\("([^"]+)", "(\d+)\?Wait\(\d+\):NoOp\(s(\d+)(-?) ([^ )]*) ?([^ )]*)\)"\)')
_PLAYS = re.compile(r"<([^>]+)> Playing '([^']+?)(?:\.\w+)?'")
_COLOURS = re.compile(r"\x1b\[[\d;]*m")
LASTING = {"Wait", "Playback", "Read", "Queue", "Record", "Dial", "ConfBridge", "BackGround", "WaitExten", "ChanSpy"}


@dataclass(frozen=True)
class Passing:
    """Somebody comes to a step: which one, on which channel, of which call of his telephone, of which of ours; whether he is
    held there, or has hung up before."""

    step: int
    channel: str
    sip_call: str
    call_id: str
    held: bool
    gone: bool


@dataclass(frozen=True)
class Playing:
    """Somebody begins to hear a sound."""

    channel: str
    sound: str


@dataclass(frozen=True)
class Stages:
    """Every step of the dialplan by its number, each with a name of its own: context, extension, place."""

    plan: Dialplan

    @cached_property
    def names(self) -> dict[int, str]:
        by_place = groupby(self.plan.steps, key=lambda step: (step.context, step.extension))
        each = (f"{context},{extension},{at}" for (context, extension), steps in by_place for at, _ in enumerate(steps, start=1))
        return dict(enumerate(each))

    @cached_property
    def lasting(self) -> frozenset[int]:
        """Those in whose midst somebody may hang up, too."""
        runs = {(step.where, step.application) for step in self.plan.all()}
        return frozenset(number for number, step in enumerate(self.plan.steps) if any((step.where, one) in runs for one in LASTING))

    @cached_property
    def beside(self) -> frozenset[tuple[str, str]]:
        """Contexts and extensions whose steps are of whom a queue or another rings, while the caller waits until they are over."""
        rung = {(target.context, target.extension) for target in self.plan.targets() if target.step.application == "Queue"}
        return frozenset(rung | set(_BEFORE.findall(self.plan.text)))

    def step(self, number: int) -> Step:
        return self.plan.steps[number]

    def labelled(self, context: str, label: str, *, before: int = 0) -> str:
        """The step that is called so, or the one so many before it."""
        return next(self.names[n - before] for n in self.names if (self.step(n).context, self.step(n).label) == (context, label))

    @cached_property
    def met(self) -> dict[int, str]:
        """Those that a caller can meet: `h` and what a hang-up is told to run are for who has gone."""
        handlers = {target.context for target in self.plan.targets() if "hangup_handler" in target.step.arguments}
        return {n: name for n, name in self.names.items() if self.step(n).extension != "h" and self.step(n).context not in handlers}


def stages() -> Stages:
    return Stages(read(CONF / "extensions.conf"))


def held(of: Stages) -> dict[str, str]:
    """The dialplan's files, with the places to stop."""
    numbers = {step.where: number for number, step in enumerate(of.plan.steps)}
    names = {where.partition(":")[0] for where in numbers}
    return {name: "".join(_held(of, numbers, name)) for name in sorted(names)}


def _held(of: Stages, numbers: dict[str, int], name: str) -> Iterator[str]:
    for at, line in enumerate((CONF / name).read_text(encoding="utf-8").splitlines(), start=1):
        number = numbers.get(f"{name}:{at}")
        if number is None:
            yield f"{line}\n"
            continue
        said = _LINE.fullmatch(line)
        assert said, line
        head, priority, does = said.groups()
        step = of.step(number)
        seconds = BESIDE if (step.context, step.extension) in of.beside else HELD
        stop = _HOLD % (FAMILY, number, seconds, number) if number in of.met else f"Set(GONE={GONE})"
        yield f"{head}{priority},{stop}\n same => n,{does}\n"


class Held(Exchange):
    """Such an exchange."""

    def _configure(self) -> None:
        super()._configure()
        self._folder.mkdir(parents=True, exist_ok=True)
        for name, text in self._files().items():
            (self._folder / name).write_text(text, encoding="utf-8")

    def _files(self) -> dict[str, str]:
        told = {"asterisk.conf": ("[options]", "[options]\nverbose = 3"), "logger.conf": ("[logfiles]", "[logfiles]\nsteps => verbose(3)")}
        return held(stages()) | {name: (CONF / name).read_text(encoding="utf-8").replace(*words) for name, words in told.items()}

    @property
    def _folder(self) -> Path:
        return self.plan.root / "held"

    def _mounts(self) -> list[tuple[Path, str]]:
        return [*super()._mounts(), *((path, f"/etc/asterisk/{path.name}:ro") for path in sorted(self._folder.iterdir()))]

    @property
    def told(self) -> Path:
        """What it writes down of them."""
        return self.plan.root / "log" / "steps"


def heard(line: str) -> Passing | Playing | None:
    """What a line of that file tells."""
    line = _COLOURS.sub("", line)
    if found := _PASSES.search(line):
        channel, held_there, step, gone, sip_call, call_id = found.groups()
        return Passing(int(step), channel, sip_call, call_id, held_there != "0", bool(gone))
    if found := _PLAYS.search(line):
        return Playing(found[1], found[2])
    return None
