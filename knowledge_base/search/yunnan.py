"""What people in Yunnan say for what is written: both are read alike, in questions and in texts that answer them."""

import re

_WRITTEN = {
    "咋个": "怎么", "咋": "怎么", "克哪点": "去哪里", "哪点": "哪里", "哪样": "什么", "几多": "多少", "没得": "没有",
    "给能": "能不能", "给可以": "可不可以", "给会": "会不会",
}  # fmt: skip
_SAID = re.compile("|".join(f"{said}(?!到)" if said == "没得" else said for said in _WRITTEN))  # the longest first
HEARD = ("咋个", "克哪点", "给能")  # those that are known by their sounds alone: 哪样 sounds as 那样


def written(words: str) -> str:
    """The same in the words that are written everywhere."""
    return _SAID.sub(lambda said: _WRITTEN[said[0]], words)
