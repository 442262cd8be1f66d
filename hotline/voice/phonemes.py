"""Speakable text as the phonemes and token numbers that the Kokoro model reads."""

import re
from collections.abc import Callable
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from hotline.voice import VoiceError, VoiceMissing

_LAST_MARK = 16  # tokens up to here are punctuation and space
LONGEST = 508  # tokens, without the two paddings; the model's position table ends there
# The model's own alphabet (kokoro-onnx, MIT): sign and token number, in the order of the numbers.
_ALPHABET = (
    ';1 :2 ,3 .4 !5 ?6 —9 …10 "11 (12 )13 “14 ”15 ̃17 ʣ18 ʥ19 ʦ20 ʨ21 ᵝ22 ꭧ23 A24 I25 O31 Q33 S35 T36 W39 '
    "Y41 ᵊ42 a43 b44 c45 d46 e47 f48 h50 i51 j52 k53 l54 m55 n56 o57 p58 q59 r60 s61 t62 u63 v64 w65 x66 y67 "
    "z68 ɑ69 ɐ70 ɒ71 æ72 β75 ɔ76 ɕ77 ç78 ɖ80 ð81 ʤ82 ə83 ɚ85 ɛ86 ɜ87 ɟ90 ɡ92 ɥ99 ɨ101 ɪ102 ʝ103 ɯ110 ɰ111 "
    "ŋ112 ɳ113 ɲ114 ɴ115 ø116 ɸ118 θ119 œ120 ɹ123 ɾ125 ɻ126 ʁ128 ɽ129 ʂ130 ʃ131 ʈ132 ʧ133 ʊ135 ʋ136 ʌ138 ɣ139 "
    "ɤ140 χ142 ʎ143 ʒ147 ʔ148 ˈ156 ˌ157 ː158 ʰ162 ʲ164 ↓169 →171 ↗172 ↘173 ᵻ177"
)
TOKENS = {" ": 16} | {pair[0]: int(pair[1:]) for pair in _ALPHABET.split()}
# Names of the letters as Chinese clerks say them, in the model's English signs (A is ei, I is ai, O is ou).
_NAMES = "ˈA bˈi sˈi dˈi ˈi ˈɛf ʤˈi ˈAʧ ˈI ʤˈA kˈA ˈɛl ˈɛm ˈɛn ˈO pˈi kjˈu ˈɑɹ ˈɛs tˈi jˈu vˈi dˈʌbᵊlju ˈɛks wˈI zˈi"
LETTERS = dict(zip("ABCDEFGHIJKLMNOPQRSTUVWXYZ", _NAMES.split(), strict=True))


# Words that the general dictionary reads wrongly.
READINGS = {"还款": "huán kuǎn", "还贷": "huán dài", "偿还": "cháng huán", "解家营": "xiè jiā yíng"}


def phonemes(text: str) -> str:
    """Return the phonemes of speakable text: Hanzi by dictionary, each capital letter by its name, what the office
    wants read otherwise ({word syllables}) as it wants it."""
    said = " ".join(_part(part) for part in re.findall(r"\{[^}]*\}|[A-Z]+|[^A-Z{]+", text))
    return re.sub(" (?=[,.;:!?])", "", said) if "{" in text else said


def _part(part: str) -> str:
    if part[0] == "{":
        return _syllables(part[1:-1].split()[1:])
    return " ".join(LETTERS[c] for c in part) if "A" <= part[0] <= "Z" else _hanzi_reader()(part)


def tokens(text: str) -> list[int]:
    """Return the model's token numbers, paddings left out; VoiceError when there are none or too many."""
    numbers = [TOKENS[sign] for sign in phonemes(text) if sign in TOKENS]
    if max(numbers, default=0) <= _LAST_MARK:
        raise VoiceError(f"Nothing in '{text[:40]}' can be spoken.")
    if len(numbers) > LONGEST:
        raise VoiceError(f"'{text[:40]}…' is too long for one breath ({len(numbers)} of {LONGEST} sounds).")
    return numbers


@cache
def load_dictionary(cache_folder: Path) -> None:
    """Load the pronouncing dictionary (about a second); its cache lies in our folder, not where others may write."""
    try:
        jieba = import_module("jieba")
        pypinyin = import_module("pypinyin")
        import_module("misaki.zh")
    except ImportError as missing:
        raise VoiceMissing(f"The package {missing.name} is missing. Install: pip install '.[voice]'.") from missing
    jieba.setLogLevel("WARNING")
    jieba.dt.tmp_dir = str(cache_folder)
    for word, syllables in READINGS.items():
        jieba.add_word(word)
        pypinyin.load_phrases_dict({word: [[s] for s in syllables.split()]})


def _syllables(pinyin: list[str]) -> str:
    """One word by its syllables (`xie4`); VoiceError when one of them is none that the model knows."""
    reader: Any = import_module("misaki.zh").ZHG2P
    try:
        return "".join(str(reader.py2ipa(one)) for one in pinyin)
    except Exception as error:  # whatever the other package says of what it doesn't know
        raise VoiceError(f"Nobody can say '{' '.join(pinyin)}'.") from error


@cache
def _hanzi_reader() -> Callable[[str], str]:
    reader: Any = import_module("misaki.zh").ZHG2P()
    return lambda text: str(reader(text)[0])
