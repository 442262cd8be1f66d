"""Our search and its peers, each with one way to build and one to ask; first five places, character 1+2-grams."""

import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # each engine has a process of its own, and loads nothing of the others'
    from knowledge_base.search.documents import Document
    from knowledge_base.search.index import Index

Ask = Callable[[str], list[int]]
Build = Callable[[list[str]], Ask]


def grams(text: str) -> list[str]:
    """Characters and neighbouring pairs, for engines that would otherwise know words by blanks alone."""
    tight = "".join(c for c in text.lower() if c.isalnum())
    return [*tight, *(tight[n : n + 2] for n in range(len(tight) - 1))]


def ours_typing(titles: list[str]) -> Ask:
    return _searched(_ours(titles), full=False)


def ours_full(titles: list[str]) -> Ask:
    return _searched(_ours(titles, vectors=True), full=True)


def ours_typing_entries(titles: list[str]) -> Ask:
    return _searched(_ours(titles, whole=True), full=False)


def ours_full_entries(titles: list[str]) -> Ask:
    return _searched(_ours(titles, whole=True, vectors=True), full=True)


def ours_keys(titles: list[str]) -> Ask:
    index = _ours(titles, whole=True)

    def ask(words: str) -> list[int]:
        department, _, pressed = words.partition(" ")
        return [match.entry_id for match in index.by_keys(int(department), pressed)]

    return ask


def _ours(titles: list[str], *, whole: bool = False, vectors: bool = False) -> "Index":
    """Our index of titles, or of whole entries with phrasings and keywords, with vectors for all but keywords."""
    from benchmarks.search_corpus import SYNONYMS, entries, titled
    from knowledge_base.search.index import Index
    from knowledge_base.search.vectors import Stored

    def held() -> "Iterator[Document]":
        return entries(len(titles)) if whole else titled(titles)

    stored = None
    if vectors:
        names = {text for one in held() for text, keyword in one.texts() if not keyword}
        stored = Stored(_any_vectors(names), len(names))
        del names
    index = Index.of(held(), SYNONYMS, stored)
    index.ready()
    return index


def _any_vectors(texts: "set[str]") -> "Iterator[tuple[str, bytes]]":
    """Vectors that are somewhat alike, as a model's are; what they say costs no time, and real ones are made when an
    entry changes, not here."""
    import numpy as np

    from knowledge_base.search.meaning import SIZE, digest, packed

    chance = np.random.default_rng(1)
    middle = 2 * chance.standard_normal(SIZE, dtype=np.float32)
    for text in texts:
        one = middle + chance.standard_normal(SIZE, dtype=np.float32)
        yield digest(text), packed(one / np.linalg.norm(one))


def _searched(index: "Index", *, full: bool) -> Ask:
    return lambda words: [match.entry_id for match in index.search(words, full=full)]


def rapidfuzz(titles: list[str]) -> Ask:
    from rapidfuzz import fuzz, process

    return lambda words: [place for _, _, place in process.extract(words, titles, scorer=fuzz.ratio, limit=5)]


def bm25s(titles: list[str]) -> Ask:
    import bm25s as library

    index = library.BM25()
    index.index([grams(title) for title in titles], show_progress=False)

    def ask(words: str) -> list[int]:
        found, _ = index.retrieve([grams(words)], k=5, show_progress=False)
        return [int(place) for place in found[0]]

    return ask


def tantivy(titles: list[str]) -> Ask:
    import tantivy as library

    shape = library.SchemaBuilder()
    shape.add_text_field("title", stored=False, tokenizer_name="grams")
    shape.add_integer_field("place", stored=True)
    index = library.Index(shape.build())
    cut = library.TextAnalyzerBuilder(library.Tokenizer.ngram(1, 2, False))
    index.register_tokenizer("grams", cut.filter(library.Filter.lowercase()).build())
    writer = index.writer(heap_size=50_000_000, num_threads=1)
    for place, title in enumerate(titles):
        writer.add_document(library.Document(title=title, place=place))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def ask(words: str) -> list[int]:
        terms = [library.Query.term_query(index.schema, "title", gram) for gram in grams(words)]
        query = library.Query.boolean_query([(library.Occur.Should, term) for term in terms])
        return [searcher.doc(address)["place"][0] for _, address in searcher.search(query, 5).hits]

    return ask


def sqlite_fts5(titles: list[str]) -> Ask:
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE title USING fts5(grams, content='')")
    rows = ((place, " ".join(grams(title))) for place, title in enumerate(titles))
    database.executemany("INSERT INTO title (rowid, grams) VALUES (?, ?)", rows)

    def ask(words: str) -> list[int]:
        wanted = " OR ".join(f'"{gram}"' for gram in grams(words))
        query = "SELECT rowid FROM title WHERE title MATCH ? ORDER BY rank LIMIT 5"
        return [place for (place,) in database.execute(query, (wanted,))]

    return ask


def postgresql(titles: list[str]) -> Ask:
    import psycopg

    from tests.support import servers

    running = servers.postgresql(Path(tempfile.mkdtemp()) / "pg")
    address = running.__enter__().replace("+psycopg", "")
    connection = psycopg.connect(address, autocommit=True)
    connection.execute("CREATE TABLE title (place int, grams tsvector)")
    with connection.cursor().copy("COPY title FROM STDIN") as copy:
        for place, title in enumerate(titles):
            copy.write_row((place, " ".join(f"'{gram}'" for gram in sorted(set(grams(title))))))
    connection.execute("CREATE INDEX ON title USING gin (grams)")
    connection.execute("ANALYZE title")

    def ask(words: str) -> list[int]:
        wanted = " | ".join(f"'{gram}'" for gram in dict.fromkeys(grams(words)))
        query = """SELECT place FROM title, to_tsquery('simple', %s) wanted WHERE grams @@ wanted
                   ORDER BY ts_rank(grams, wanted, 1) DESC LIMIT 5"""
        return [place for (place,) in connection.execute(query, (wanted,))]

    ask.stop = lambda: (connection.close(), running.__exit__(None, None, None))  # type: ignore[attr-defined]
    return ask


_EVERY = (ours_typing, ours_full, ours_typing_entries, ours_full_entries, ours_keys, rapidfuzz, bm25s, tantivy,
          sqlite_fts5, postgresql)  # fmt: skip
WHOLE = {"ours_typing_entries", "ours_full_entries", "ours_keys"}
"""Those that hold whole entries, with phrasings and keywords, not titles alone."""
PEERS: dict[str, Build] = {build.__name__: build for build in _EVERY}
