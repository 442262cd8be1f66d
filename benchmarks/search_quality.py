"""`make bench-quality`: what our search finds beside its peers, and how well it knows what it can't answer.

Asked are the demonstration's own questions and, where QUESTIONS names a folder, every *.jsonl of it in the form of
`hotline knowledge evaluate`; of several files each one's questions are asked of the one before it too, as ones without
an answer. It fails where ours finds less than a peer in any group, by more than chance, or tells a folder's questions
apart worse than FLOOR. The peers are measured here; others may stand in the folder's peers.json:
{"FILE without .jsonl": {"PEER": {"GROUP": [s_at_1, s_at_5]}}}.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.progress import Progress

from benchmarks import report, search_own
from benchmarks.search_peers import PEERS, Ask
from cli.knowledge_evaluate import success
from cli.knowledge_questions import Questions, read, spread
from cli.knowledge_vectors import embedded, usual_folder
from knowledge_base.search.meaning import engine
from knowledge_base.search.part import Part

FLOOR = 0.97
TOLD_APART = ("clean", "misheard", "pinyin")  # first letters can't be told so well by anybody
NEARLY = 0.01  # so little tells nothing of some hundred questions
MOST = 500  # questions of a group that peers are asked
BY_MEANING = "meaning_alone"
Found = dict[str, tuple[float, float]]  # of each group success@1 and @5


def ours(file: Path, strange: Path | None) -> dict[str, Any]:
    """What the product's own command says."""
    more = ["--strange", str(strange)] if strange else []
    command = [sys.executable, "-m", "cli.main", "knowledge", "evaluate", str(file), *more]
    said: dict[str, Any] = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return said


def meaning_alone(texts: list[str]) -> Ask:
    """The nearest texts by the model alone."""
    with Progress() as progress:
        vectors = Part(texts, vectors=embedded(set(texts), usual_folder(), progress)).vectors
    model = engine()
    if model is None:
        return lambda words: []

    def ask(words: str) -> list[int]:
        near = vectors.near(model.of(words))
        best = near.best(None, 5)
        return [int(row) for row in best[(-near[best]).argsort(kind="stable")]]

    return ask


def peers(known: Questions) -> Iterator[tuple[str, Found]]:
    """Each peer's success by group."""
    texts = [one.question for one in known.held]
    asked = spread([one for one in known.asked if one.gold], MOST)
    builds = {name: PEERS[name] for name in ("rapidfuzz", "bm25s", "tantivy")} | {BY_MEANING: meaning_alone}
    for name, build in builds.items():
        ask, places = build(texts), dict[str, list[int]]()
        for one in asked:
            right = [known.names[row] in one.gold for row in ask(one.text)]
            places.setdefault(one.group, []).append(right.index(True) + 1 if any(right) else 0)
        yield name, {group: (said["s_at_1"], said["s_at_5"]) for group, of in places.items() for said in [success(of)]}


def short_of(found: Found, others: Mapping[str, Found], told: Mapping[str, float]) -> Iterator[str]:
    """Where ours finds less than a peer, or tells what has an answer worse than it should."""
    for name, of in others.items():
        for group, theirs in of.items():
            if group in found and any(mine < other - NEARLY for mine, other in zip(found[group], theirs, strict=True)):
                yield f"{group}: {found[group]}, {name} {tuple(theirs)}"
    for group in TOLD_APART:
        if told.get(group, FLOOR) < FLOOR:
            yield f"{group}: AUROC {told[group]}, asked are {FLOOR}"


def compare(file: Path, strange: Path | None = None, stated: Mapping[str, Found] | None = None) -> list[str]:
    """Print one file's table; where ours falls short."""
    said, known = ours(file, strange), read(file)
    found = {group: (of["s_at_1"], of["s_at_5"]) for group, of in said["groups"].items()}
    others = dict(peers(known)) | dict(stated or {})
    told: dict[str, float] = said.get("apart", {}).get("auroc_groups", {})
    lines = {"ours": found} | others
    rows = [[name, *(_pair(of.get(group)) for group in found)] for name, of in lines.items()]
    print(f"\n{file.stem}: {len(known.held)} texts, {said['queries']} questions, p99 {said['p99_ms']} ms\n")
    print(report.table(["s@1/s@5", *found], [*rows, ["AUROC", *(told.get(group, "-") for group in found)]]))
    if not strange:  # of phrasings as short as the demonstration's the model by itself finds more: docs/search.md
        others.pop(BY_MEANING)
    return [f"{file.stem} {one}" for one in short_of(found, others, told if strange else {})]


def _pair(of: Sequence[float] | None) -> str:
    return "{:.3f}/{:.3f}".format(*of) if of else "-"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("folder", type=Path, nargs="?", default=os.environ.get("QUESTIONS") or None)
    folder = options.parse_args().folder
    files = sorted(Path(folder).glob("*.jsonl")) if folder else []
    stated = Path(folder) / "peers.json" if folder else Path()
    others = json.loads(stated.read_text("utf-8")) if stated.is_file() else {}
    with tempfile.TemporaryDirectory() as own:
        short = compare(search_own.write(Path(own) / "demonstration.jsonl"))
    for file, other in zip(files, files[1:] + files[:1], strict=True):
        short += compare(file, other if other != file else None, others.get(file.stem, {}))
    sys.exit("\n".join(["", "Short of what is asked:", *short]) if short else 0)


if __name__ == "__main__":
    main()
