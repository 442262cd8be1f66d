"""Which lines of a list somebody names: as they are written, by pinyin, by first letters, or nearly so."""

from collections.abc import Iterable, Sequence
from functools import lru_cache

from knowledge_base.search.alphabet import firsts, folding
from knowledge_base.search.documents import Document
from knowledge_base.search.index import Index
from knowledge_base.search.letters import Form
from knowledge_base.search.match import worth_showing
from knowledge_base.search.readings import read_all

MOST = 5000  # lines that are read, the first of the list: a second
_NEARLY = 20  # lines that come near without holding what was typed
_AS_LIKELY = 0.2  # as the best of them

Line = tuple[int, str]  # its key, and a text of it; a line may have several


class Among:
    """The lines of one list."""

    def __init__(self, lines: Sequence[Line], synonyms: Iterable[Sequence[str]] = ()) -> None:
        self._keys = [key for key, _ in lines]
        self._characters, sounds = read_all([text for _, text in lines])
        self._sounds = [one.translate(folding()) for one in sounds]
        self._firsts = [one.translate(firsts()) for one in sounds]
        self._index = Index.of([Document(n, 0, "", text) for n, (_, text) in enumerate(lines)], synonyms)

    def named(self, words: str) -> list[int]:
        """The keys of the lines that hold these words, in characters or as they sound, then of those that come near,
        each best first."""
        near = worth_showing(self._index.search(words, most=_NEARLY))
        near = [match for match in near if match.score >= _AS_LIKELY * near[0].score]
        return list(dict.fromkeys(self._keys[n] for n in [*self._holding(words), *(m.entry_id for m in near)]))

    def _holding(self, words: str) -> list[int]:
        read = self._index.reading(words)
        if read is None:
            return []
        if read.form == Form.INITIALS:
            return [n for n, letters in enumerate(self._firsts) if read.sounds in letters]
        sounds = read.sounds.translate(folding())
        return [n for n, heard in enumerate(self._sounds) if sounds in heard or read.characters in self._characters[n]]


def among(lines: Sequence[Line], synonyms: Iterable[Sequence[str]] = ()) -> Among:
    """The same lines are read once."""
    return _kept(tuple(lines[:MOST]), tuple(map(tuple, synonyms)))


@lru_cache(8)
def _kept(lines: tuple[Line, ...], synonyms: tuple[tuple[str, ...], ...]) -> Among:
    return Among(lines, synonyms)
