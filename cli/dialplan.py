"""Reads the dialplan and says what it names: places, applications, functions, variables, sounds, scripts."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

_LINE = re.compile(r"(exten|same)\s*=>?\s*(.+)")
_PRIORITY = re.compile(r"(\w+)(?:\(([\w-]+)\))?")
_CALL = re.compile(r"(\w+)\((.*)\)\s*", re.S)
_HANDLER = re.compile(r"CHANNEL\(hangup_handler_push\)=(.+)")
_JUMPS = {"Goto": False, "GotoIf": True, "Gosub": False, "GosubIf": True}
_MADE_BY = {"Set", "Read"}
SOUND = re.compile(r"(?<![\w/(])(?:hotline|silence|digits)/[\w/]*")  # one that ends in / is any of a folder
_PLAYED = re.compile(r"(?<![\w/(.])[a-z]+/[a-z_0-9/]*")


@dataclass(frozen=True)
class Step:
    """One line of the dialplan, or an application within one (ExecIf, MSet)."""

    where: str
    context: str
    extension: str
    label: str
    application: str
    arguments: str


@dataclass(frozen=True)
class Target:
    """A place that a step leads to; what is empty is the step's own, what only a call can tell is `?`."""

    step: Step
    context: str
    extension: str
    priority: str


@dataclass(frozen=True)
class Dialplan:
    """All steps, each with the numbers and labels of its extension."""

    steps: tuple[Step, ...]
    hints: tuple[Step, ...]

    @cached_property
    def places(self) -> dict[str, dict[str, set[str]]]:
        """Contexts, their extensions, and in each its priorities and labels."""
        found: dict[str, dict[str, set[str]]] = {}
        for step in self.steps:
            marks = found.setdefault(step.context, {}).setdefault(step.extension, set())
            marks |= {str(sum(mark.isdigit() for mark in marks) + 1), step.label}
        return found

    def all(self) -> Iterator[Step]:
        """Every application that is run, also those within others."""
        for step in self.steps:
            yield from _unfolded(step)

    def targets(self) -> Iterator[Target]:
        """Every place that is gone to."""
        for step in self.all():
            if step.application in _JUMPS:
                yield from _targets(step, chosen=_JUMPS[step.application])
            elif step.application == "ChannelRedirect":
                _, *place = parts(step.arguments)
                yield _target(step, ",".join(place))
            elif step.application == "Queue" and (run := [*parts(step.arguments), *[""] * 7][6]):
                yield _target(step, f"{run},s,1")
            elif handler := _HANDLER.fullmatch(step.arguments):
                yield _target(step, handler[1])

    def lost(self) -> Iterator[str]:
        """In words, each target that isn't there."""
        for target in self.targets():
            if not self.has(target.context, target.extension, target.priority):
                words = f"{target.step.application} leads to {target.context},{target.extension},{target.priority}"
                yield f"{target.step.where}: {words}, which isn't there"

    def has(self, context: str, extension: str = "?", priority: str = "?") -> bool:
        """Whether there is such a place; `?` is any."""
        extensions = self.places.get(context, {})
        if extension == "?":
            return bool(extensions)
        marks = extensions.get(extension) or {m for e, of in extensions.items() if _fits(e, extension) for m in of}
        return bool(marks) if priority == "?" else priority in marks

    @property
    def text(self) -> str:
        """Everything that is run, as one text."""
        return "\n".join(f"{step.application}({step.arguments})" for step in self.steps)

    @property
    def functions(self) -> set[str]:
        """Functions that are read or set."""
        return set(re.findall(r"\b([A-Z][A-Z_0-9]+)\(", re.sub(r"\bAGI\(", "", self.text)))

    @property
    def read(self) -> set[str]:
        """Variables that are read."""
        return set(re.findall(r"(?:\$\{|SHIFT\()([A-Z][A-Z_0-9]*)[}:)]", self.text))

    @property
    def made(self) -> set[str]:
        """Variables that the dialplan sets itself."""
        given = [step.arguments for step in self.all() if step.application in _MADE_BY]
        return {found[1] for one in given if (found := re.match(r"_{0,2}([A-Z][A-Z_0-9]*)[=,]", one))}

    @property
    def sounds(self) -> set[str]:
        """Sounds that are played."""
        return {sound for step in self.steps for sound in _PLAYED.findall(step.arguments)}

    @property
    def scripts(self) -> set[str]:
        """FastAGI's scripts."""
        return {s for step in self.all() for s in re.findall(r"\bask,s,1\((\w+)", step.arguments)}


def read(file: Path, generated: Path | None = None) -> Dialplan:
    """The dialplan of a file and of what it includes; what is generated is left out where nobody says where it lies."""
    steps: list[Step] = []
    hints: list[Step] = []
    context = extension = ""
    for where, line in _lines(file, generated):
        if begins := re.match(r"\[([\w-]+)\]", line):
            context = begins[1]
        elif step := _step(_LINE.match(line.strip()), where, context, extension):
            extension = step.extension
            (hints if step.application == "hint" else steps).append(step)
    return Dialplan(tuple(steps), tuple(hints))


def _lines(path: Path, generated: Path | None) -> Iterator[tuple[str, str]]:
    """Each line with its place."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not (included := re.match(r'#include "(generated/)?(.+)"', line)):
            yield f"{path.name}:{number}", line
        elif not included[1]:
            yield from _lines(path.parent / included[2], generated)
        elif generated:
            yield from _lines(generated / included[2], generated)


def _step(said: re.Match[str] | None, where: str, context: str, extension: str) -> Step | None:
    if said is None:
        return None
    rest = said[2]
    if said[1] == "exten":
        extension, _, rest = rest.partition(",")
    priority, _, call = rest.partition(",")
    mark, run = _PRIORITY.fullmatch(priority.strip()), _CALL.fullmatch(call)
    if mark and mark[1] == "hint":
        return Step(where, context, extension, "", "hint", call.strip())
    return Step(where, context, extension, mark[2] or "", run[1], run[2]) if mark and run else None


def _unfolded(step: Step) -> Iterator[Step]:
    yield step
    if step.application == "ExecIf":
        for choice in _choices(step.arguments):
            if run := _CALL.fullmatch(choice):
                yield from _unfolded(_within(step, run[1], run[2]))
    elif step.application == "MSet":
        yield from (_within(step, "Set", one) for one in parts(step.arguments))


def _within(step: Step, application: str, arguments: str) -> Step:
    return replace(step, label="", application=application, arguments=arguments)


def _targets(step: Step, *, chosen: bool) -> Iterator[Target]:
    for place in _choices(step.arguments) if chosen else (step.arguments,):
        if place:
            yield _target(step, place)


def _target(step: Step, place: str) -> Target:
    known = [re.sub(r"\(.*", "", part) for part in parts(place)]
    context, extension, priority = ["", "", *known][-3:]
    known = [context or step.context, extension or step.extension, priority]
    return Target(step, *("?" if "$" in one else one for one in known))


def _choices(arguments: str) -> list[str]:
    """What is after the question mark: for yes, and for no."""
    _, _, after = arguments.partition("]?")
    return parts(after, ":")


def parts(text: str, at: str = ",") -> list[str]:
    """Split where no bracket is open."""
    found, depth = [""], 0
    for sign in text:
        depth += (sign in "([{") - (sign in ")]}")
        if sign == at and not depth:
            found.append("")
        else:
            found[-1] += sign
    return found


def _fits(pattern: str, extension: str) -> bool:
    """Whether a pattern of the dialplan (_X., _8XXX) takes an extension."""
    if not pattern.startswith("_"):
        return False
    signs = {"X": "[0-9]", "Z": "[1-9]", "N": "[2-9]", ".": ".+", "!": ".*", "+": r"\+"}
    return bool(re.fullmatch("".join(signs.get(sign, sign) for sign in pattern[1:]), extension))
