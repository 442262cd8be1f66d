"""How well the demonstration's questions are found, and told from those that no office answers: what gets worse fails.

The floors lie about two points below what was measured; `make bench-quality` measures all of it, on both paths."""

from collections.abc import Sequence

import pytest

from benchmarks import search_own, search_quality
from cli.knowledge_evaluate import Outcome, told
from cli.knowledge_questions import Questions, read, spread
from knowledge_base.search.index import Index
from knowledge_base.search.letters import Form
from knowledge_base.search.readings import read as read_text

FLOORS = {
    "clean": (0.34, 0.61, 0.93),
    "misheard": (0.29, 0.58, 0.91),
    "pinyin": (0.32, 0.58, 0.91),
    "initials": (0.06, 0.19, 0.71),
    "prefix": (0.98, 0.99, 1.0),
}
"""Success@1, @5 and the area: the phrasing that is asked names another side of the matter than those that stand."""
CHARACTERS = 0.87
HALF = 150  # questions of each way that are asked


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Questions:
    return read(search_own.write(tmp_path_factory.mktemp("own") / "own.jsonl"))


@pytest.fixture(scope="module")
def index(known: Questions) -> Index:
    return Index.of(known.held)


def asked(index: Index, known: Questions) -> list[Outcome]:
    found, answered = [], [one for one in known.asked if one.gold]
    for one in [*spread(answered, HALF), *(one for one in known.asked if not one.gold)]:
        best = index.search(one.text)
        right = [known.names[match.entry_id] in one.gold for match in best]
        place = right.index(True) + 1 if any(right) else 0
        found.append(Outcome(one, place, best[0].inside if best else 0.0, 0.0))
    return found


def test_what_is_typed_is_found_and_told_from_what_is_strange(index: Index, known: Questions) -> None:
    said = told(asked(index, known), 0.0)
    found = {group: (of["s_at_1"], of["s_at_5"], said["auroc_groups"].get(group, 1.0)) for group, of in said["groups"].items()}
    short = {group: found[group] for group, floors in FLOORS.items() if any(a < b for a, b in zip(found[group], floors, strict=True))}
    assert set(found) == set(FLOORS)
    assert not short, found


def test_pinyin_becomes_the_characters_that_were_meant(index: Index, known: Questions) -> None:
    part, right = index._shelves[0].part, []
    clean, pinyin = ([one for one in known.asked if one.group == group] for group in ("clean", "pinyin"))
    for meant, typed in zip(clean, pinyin, strict=True):
        asked = part.spelling.form(typed.text)
        assert asked.form == Form.PINYIN
        guessed, characters = part.guess.characters(asked.sounds), read_text(meant.text).characters
        right += [one == other for one, other in zip(guessed, characters, strict=False)]
    assert sum(right) / len(right) > CHARACTERS


@pytest.mark.parametrize(
    ("found", "told", "short"),
    [
        ((0.5, 0.8), 0.98, []),
        ((0.4, 0.9), 0.97, ["clean: (0.4, 0.9), peer (0.5, 0.8)"]),
        ((0.6, 0.9), 0.96, ["clean: AUROC 0.96, asked are 0.97"]),
    ],
)
def test_who_measures_is_told_where_a_peer_finds_more(found: tuple[float, float], told: float, short: Sequence[str]) -> None:
    peers = {"peer": {"clean": (0.5, 0.8), "what ours wasn't asked": (1.0, 1.0)}}
    assert list(search_quality.short_of({"clean": found}, peers, {"clean": told})) == short
