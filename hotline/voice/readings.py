"""How the office wants words to be read: by pinyin or as other words, everywhere or in sentences that hold a text."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from hotline.database import Base
from hotline.voice import VoiceError
from hotline.voice.normaliser import speakable

LONGEST_WORD, LONGEST_READ, LONGEST_WITHIN = 20, 100, 60
SYLLABLE = re.compile(r"([a-zü]+)([1-5])")
_TONES = dict.fromkeys(map(ord, "\u0304\u0301\u030c\u0300"))


class ReadingError(VoiceError):
    """A reading can't be kept; the text says why."""


@dataclass(frozen=True)
class Reading:
    """A word in the Hanzi and capitals of speakable text, and how it is read: syllables such as `xie4 jia1 ying2`, or
    other words. `within`: only in sentences that hold this; empty: in all."""

    word: str
    read: str
    within: str = ""

    @property
    def is_pinyin(self) -> bool:
        return SYLLABLE.match(self.read) is not None

    @property
    def instead(self) -> str:
        """What stands for the word in what the voice is given: {word syllables}, or the other words."""
        return f"{{{self.word} {self.read}}}" if self.is_pinyin else self.read


class SpokenReading(Base):
    """A reading in the office's dictionary. Wanted from `at` to `ended_at`; all its sounds are there from `begun_at`,
    and all sounds without it from `left_at` on."""

    __tablename__ = "spoken_reading"
    id: Mapped[int] = mapped_column(primary_key=True)
    word: Mapped[str] = mapped_column(String(LONGEST_WORD))
    read: Mapped[str] = mapped_column(String(LONGEST_READ))
    within: Mapped[str] = mapped_column(String(LONGEST_WITHIN), default="")
    reason: Mapped[str] = mapped_column(String(200), default="")
    by: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
    begun_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str] = mapped_column(String(60), default="")
    left_at: Mapped[datetime | None]
    replaces: Mapped[int | None] = mapped_column(ForeignKey("spoken_reading.id"))

    @property
    def reading(self) -> Reading:
        return Reading(self.word, self.read, self.within)

    @property
    def pending(self) -> bool:
        """Whether sounds are still to be made before all callers hear it, or hear it no more."""
        return self.begun_at is None if self.ended_at is None else self.left_at is None


@dataclass(frozen=True)
class Readings:
    """What is wanted, and what all sounds were made by last: the second is heard until the first is made."""

    wanted: tuple[Reading, ...] = ()
    settled: tuple[Reading, ...] = ()


def standing(session: Session) -> Readings:
    """The dictionary as it stands."""
    rows = session.scalars(select(SpokenReading).where(SpokenReading.left_at.is_(None))).all()
    return Readings(tuple(r.reading for r in rows if r.ended_at is None),
                    tuple(r.reading for r in rows if r.begun_at is not None))  # fmt: skip


def said(sentence: str, readings: Sequence[Reading]) -> str:
    """A speakable sentence as the voice is given it: of two readings the longer word's, of one word the narrower."""
    broad_first = sorted(readings, key=lambda one: len(one.within))
    fitting = {one.word: one.instead for one in broad_first if one.word in sentence and one.within in sentence}
    if not fitting:
        return sentence
    words = "|".join(map(re.escape, sorted(fitting, key=len, reverse=True)))
    return re.sub(words, lambda found: fitting[found[0]], sentence)


def read_in(word: str, read: str, within: str = "") -> Reading:
    """What was typed, as a reading; ReadingError says what is wrong with it."""
    spoken = speakable(word).strip("。，、？！；：")
    if not 0 < len(spoken) <= LONGEST_WORD or re.search("[，。、？！；：]", spoken):
        raise ReadingError(f"请填写一个词，最多{LONGEST_WORD}个字")
    where = speakable(within)
    if len(where) > LONGEST_WITHIN:
        raise ReadingError(f"适用的句子最多{LONGEST_WITHIN}个字")
    how = _syllables(spoken, read) if _looks_like_pinyin(read) else speakable(read).strip("。，")
    if not 0 < len(how) <= LONGEST_READ or how == spoken:
        raise ReadingError("请填写读法：拼音（如 xiè jiā yíng）或者同音的字")
    return Reading(spoken, how, where)


def _looks_like_pinyin(read: str) -> bool:
    return not re.search("[一-鿿]", read) and read != read.upper()


def _syllables(word: str, read: str) -> str:
    """The pinyin in syllables with figures for tones; as many as the word has characters."""
    found = [_syllable(one) for one in re.split(r"[\s'’]+", unicodedata.normalize("NFC", read.strip().lower()))]
    if re.fullmatch("[一-鿿]+", word) and len(found) != len(word):
        raise ReadingError(f"“{word}”有{len(word)}个字，拼音有{len(found)}个音节")
    return " ".join(found)


def _syllable(one: str) -> str:
    from pypinyin.contrib.tone_convert import to_tone3  # 40 MB, which only who types a reading needs

    toned = to_tone3(one, neutral_tone_with_five=True).replace("v", "ü") if one.isascii() is False else one
    match = SYLLABLE.fullmatch(toned.replace("v", "ü"))
    if match is None or match[1] not in _legal():
        raise ReadingError(f"“{one}”不是带声调的拼音音节，请写成 xiè 或 xie4")
    return match[0].replace("ü", "v")


@cache
def _legal() -> frozenset[str]:
    """All syllables of Mandarin, without tones."""
    from pypinyin.pinyin_dict import pinyin_dict

    return frozenset(_toneless(one) for some in pinyin_dict.values() for one in some.split(","))


def _toneless(syllable: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", syllable).translate(_TONES))
