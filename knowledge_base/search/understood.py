"""What a question means, as a vector, by the texts of an index: sounds are turned into characters first, and what may
be misheard is read both ways."""

import numpy as np
from numpy.typing import NDArray

from knowledge_base.search.letters import Form, Written
from knowledge_base.search.meaning import Meaning
from knowledge_base.search.part import Part
from knowledge_base.search.wording import tight

_TWICE_AT_MOST = 16  # syllables: of longer questions a second reading takes too long


def understood(part: Part, asked: Written, words: str, meaning: Meaning) -> tuple[Written, NDArray[np.float32]]:
    """A question in words, with characters guessed for sounds, and its vector; that of two readings is their mean."""
    if asked.form == Form.PINYIN:
        guessed = part.guess.characters(asked.sounds)
        return Written(Form.PINYIN, guessed, asked.sounds), meaning.of(guessed)
    filled = asked.characters.isprintable() and asked.characters != tight(words)  # letters that have been read
    short = len(asked.sounds) <= _TWICE_AT_MOST
    meant = part.mishearing.meant(asked.characters, asked.sounds) if short else None
    return asked, meaning.of(asked.characters if filled else words, *([meant] if meant else []))
