"""A process that has no index yet answers soon, also over ten thousand entries with their phrasings."""

from pathlib import Path

from benchmarks.search_start import first_search, stock
from knowledge_base.search.alphabet import spelled
from knowledge_base.search.readings import read, read_all
from tests.admin_ui.support import on_sqlite

COARSELY = 6.0  # seconds of one core, three times what it takes: a busy machine fails no test


def test_ten_thousand_entries_are_read_within_seconds(tmp_path: Path) -> None:
    for database in on_sqlite(tmp_path):
        stock(database, entries=10_000, phrasings=3)
        _, calculated = first_search(database)
        assert calculated < COARSELY


def test_many_texts_are_read_as_each_of_them() -> None:
    texts = ["居住证到期了怎么续签？", "", "银行 行长", "重庆\n重新", "ＡＢＣ１２３", "长", "不得了，了不得", "x 行"]
    assert read_all(texts) == ([read(text).characters for text in texts], [read(text).sounds for text in texts])
    assert spelled()[read_all(["银行 行长"])[1][0][1]] == "hang"
    assert read_all([]) == ([], [])
