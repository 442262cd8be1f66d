"""A process that has no index yet answers soon, also over ten thousand entries with their phrasings."""

import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import search_memory
from benchmarks.search_start import stock
from knowledge_base.search.alphabet import spelled
from knowledge_base.search.readings import read, read_all
from tests.admin_ui.support import on_sqlite

FIRST, KEYSTROKE = 3.0, 5.0  # seconds until the first answer, and milliseconds of a search while somebody types (p99)
ANSWERED = """
import sys
from benchmarks.search_start import first_search
from hotline.database import Database
print(first_search(Database(sys.argv[1]))[0])
"""
TYPED = """
from benchmarks.search import measure
print(measure("ours_typing_entries", 10_000, 300)["p99_ms"])
"""


def told(program: str, *arguments: str) -> float:
    """What a process of its own says."""
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True)
    return float(done.stdout)


def within(most: float, program: str, *arguments: str) -> bool:
    """Whether it takes no longer, in one of three tries: what else the machine does is not what is measured."""
    return any(told(program, *arguments) < most for _ in range(3))


@pytest.mark.alone
def test_of_ten_thousand_entries_the_first_answer_comes_within_three_seconds(tmp_path: Path) -> None:
    for database in on_sqlite(tmp_path):
        stock(database)
        assert within(FIRST, ANSWERED, database.address)


@pytest.mark.alone
def test_who_types_waits_for_no_keystroke_though_entries_have_all_their_phrasings() -> None:
    assert within(KEYSTROKE, TYPED)


def test_many_texts_are_read_as_each_of_them() -> None:
    texts = ["居住证到期了怎么续签？", "", "银行 行长", "重庆\n重新", "ＡＢＣ１２３", "长", "不得了，了不得", "x 行"]
    characters, sounds = read_all(texts)
    assert (list(characters), list(sounds)) == ([read(t).characters for t in texts], [read(t).sounds for t in texts])
    assert spelled()[read_all(["银行 行长"])[1][0][1]] == "hang"
    assert [len(none) for none in read_all([])] == [0, 0]


HELD = """
from benchmarks.search import measure
print(measure("ours_full_entries", 100_000, 100)["most_mb"])
"""
MEASURED = """
import gc, resource
from benchmarks.search_corpus import titles
from knowledge_base.search.documents import Document
from knowledge_base.search.index import Index
def held():
    gc.collect()
    return int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize() / 2**20
texts = titles(20_000)
Index.of([Document(1, 1, "", "预热")]).ready()
before = held()
index = Index.of(Document(n, 1, "", text) for n, text in enumerate(texts))
index.ready()
print(held() - before)
"""


def test_what_building_took_for_a_moment_is_given_back() -> None:
    assert told(MEASURED) < 14, "MB for 20,000 titles; it takes 9.5, and was 20 while texts were strings"


@pytest.mark.proof
def test_a_hundred_thousand_whole_entries_with_vectors_and_model_fit_into_400_megabytes_while_they_are_indexed_too() -> None:
    assert told(HELD) <= 400


@pytest.mark.proof
def test_the_next_index_beside_the_one_that_is_searched_takes_little_memory_that_lies_in_no_file() -> None:
    found = search_memory.measure(50_000)
    assert found["beside_own_mb"] <= 300
    assert found["after_own_mb"] <= found["made_own_mb"] + 40
    assert found["after_mb"] <= found["made_mb"] + 60, "the one of before is let go"
