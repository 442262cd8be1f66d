"""Recognised text as it is written here: simplified characters, no spaces between them, no marks around."""

import re
from functools import cache
from typing import Final

import opencc

_MARKS: Final = " ，。、！？；：,.!?;:…~～-—·\"'“”‘’「」『』()（）"
_BETWEEN: Final = re.compile(r"(?<=[一-鿿])\s+|\s+(?=[一-鿿])")


def simplified(text: str) -> str:
    """The text in simplified characters, tidied."""
    return _BETWEEN.sub("", _converter().convert(text)).strip(_MARKS)


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
