"""Loads what was written in the real Asterisk, apart from any network, and tells whatever is wrong with it."""

import re
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from cli import dialplan
from cli.engine import ExchangeError
from cli.exchange_trial import Trial
from cli.image import SOURCE

_COMPLAINT = re.compile(r"\b(WARNING|ERROR)\[\d+\](?:\[C-\w+\])? ([\w./-]+?)(?::\d+ in \w+)?: (.*)")
_CONF = re.compile(r"([\w-]+\.conf)\b")
# Which file a part of Asterisk reads, where its words don't say it.
_READS = {"res_pjsip": "pjsip.conf", "chan_pjsip": "pjsip.conf", "pjproject": "pjsip.conf", "pbx": "extensions.conf",
          "app_queue": "queues.conf", "app_confbridge": "confbridge.conf", "manager": "manager.conf",
          "res_musiconhold": "musiconhold.conf", "cel": "cel.conf", "tcptls": "http.conf", "http": "http.conf",
          "res_rtp": "rtp.conf", "res_aeap": "aeap.conf", "loader": "modules.conf", "config": "pjsip.conf"}  # fmt: skip


def check(folder: Path, source: Path = SOURCE) -> list[str]:
    """Everything that is wrong with the configuration written in a folder, in words; ExchangeError when it can't be
    loaded at all."""
    written = folder / "exchange" / "generated"
    if not any(written.glob("*.conf")):
        raise ExchangeError(f"Nothing is written in {written}. Run: hotline asterisk write")
    with tempfile.TemporaryDirectory(prefix="hotline-check-") as home:
        trial = Trial(written, Path(home))
        try:
            trial.start()
            return list(dict.fromkeys([*complaints(trial.log), *_modules(trial, source), *_names(trial, source)]))
        finally:
            trial.stop()


def complaints(log: str) -> Iterator[str]:
    """Warnings and errors, each with the file that it is about."""
    for kind, part, words in _COMPLAINT.findall(log):
        named = _CONF.search(words)
        stem = Path(part).stem
        file = named[1] if named else next((conf for name, conf in _READS.items() if stem.startswith(name)), stem)
        yield f"{file}: {kind.lower()}: {words.strip()}"


def _modules(trial: Trial, source: Path) -> Iterator[str]:
    wanted = re.findall(r"^load = (\S+)", (source / "modules.conf").read_text(encoding="utf-8"), re.M)
    running = set(re.findall(r"^(\S+\.so)\b.*\bRunning\b", trial.cli("module show"), re.M))
    yield from (f"modules.conf: {module} is wanted and didn't load" for module in wanted if module not in running)


def _names(trial: Trial, source: Path) -> Iterator[str]:
    """What the dialplan names and the exchange doesn't have."""
    plan = dialplan.read(source / "extensions.conf", trial.plan.root / "generated")
    yield from plan.lost()
    yield from _unknown("application", {s.application for s in plan.all()}, known(trial.cli("core show applications")))
    yield from _unknown("function", plan.functions, known(trial.cli("core show functions")))
    played = plan.sounds | {s for path in source.glob("*.conf") for s in dialplan.SOUND.findall(_spoken(path))}
    sounds = trial.sounds
    folders = {sound.rpartition("/")[0] + "/" for sound in sounds}
    yield from _unknown("sound", played, sounds | folders)
    phones = set(re.findall(r"^ *Endpoint: +([\w.-]+)", trial.cli("pjsip show endpoints"), re.M))
    for hint in plan.hints:
        for phone in set(re.findall(r"PJSIP/([\w.-]+)", hint.arguments)) - phones:
            yield f"{hint.where}: the hint of {hint.extension} watches {phone}, which is no phone"


def known(shown: str) -> set[str]:
    """The names in one of the console's lists."""
    return set(re.findall(r"^ *([A-Za-z]\w+)(?::| {2,}|\()", shown, re.M))


def _spoken(path: Path) -> str:
    """A file without its comments."""
    return "\n".join(line for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith(";"))


def _unknown(kind: str, named: Iterable[str], there: set[str]) -> Iterator[str]:
    yield from (f"extensions.conf: the {kind} {name} is named and isn't there" for name in sorted(set(named) - there))
