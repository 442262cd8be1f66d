"""What 12345 tells of a matter: each field read and checked; what is wrong is said of the field that it is wrong in."""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from dispatch.tickets.intake import Matter
from dispatch.tickets.tickets import Klass, Urgency
from hotline import phones

CLASSES = {"咨询": Klass.CONSULT, "求助": Klass.HELP, "投诉": Klass.COMPLAINT, "举报": Klass.REPORT,
           "建议": Klass.SUGGESTION, "表扬": Klass.PRAISE}  # fmt: skip
URGENCIES = {"一般": Urgency.NORMAL, "紧急": Urgency.URGENT, "特急": Urgency.CRITICAL}
YES_NO = {"是": True, "否": False}
LONGEST = {"number": 40, "class": 12, "title": 120, "summary": 4000, "urgency": 8, "confidential": 5,
           "complained_of": 120, "contact": 24, "caller_name": 40}  # fmt: skip
"""The fields that there are, and how many characters each may have."""
REQUIRED = frozenset({"number", "class", "title", "summary"})
BODY = "body"
"""What the faults of a whole message are said of."""


@dataclass(frozen=True)
class Told:
    """What was told: under which number, and of what; `faults` by field, and then nothing else counts."""

    number: str
    matter: Matter | None
    faults: dict[str, str]


def spelled(number: str) -> str:
    """A number of 12345 as it is kept; empty where it can be none."""
    kept = number.strip().upper()
    fits = 4 <= len(kept) <= LONGEST["number"] and all(c.isalnum() or c in "-_/" for c in kept)
    return kept if fits else ""


def read(given: Mapping[str, object]) -> Told:
    """Read what was told."""
    said = {name: value.strip() for name, value in given.items() if isinstance(value, str)}
    faults = first(wrong(given, said), _unreadable(said))
    number = spelled(said.get("number", ""))
    return Told(number, None if faults else _matter(said), faults)


def digest(given: Mapping[str, object]) -> str:
    """What tells two messages of one number apart."""
    return hashlib.sha256(json.dumps(given, sort_keys=True, default=str).encode()).hexdigest()


def first(*found: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The faults by their field; of several of one field the first is said."""
    return dict(reversed([fault for some in found for fault in some]))


def wrong(given: Mapping[str, object], said: Mapping[str, str], longest: Mapping[str, int] = LONGEST,
          required: Collection[str] = REQUIRED) -> Iterator[tuple[str, str]]:
    """What is wrong with texts that should be these, as long at most, and those that are required."""
    for name in given:
        if name not in longest:
            yield name[:40].encode(errors="replace").decode(), "没有这一项"
        elif name not in said:
            yield name, "应为文字"
    for name, most in longest.items():
        text = said.get(name, "")
        if name in required and not text:
            yield name, "必填"
        if len(text) > most:
            yield name, f"最多{most}个字"
        if not all(c.isprintable() or c in "\r\n\t" for c in text):
            yield name, "含有不能显示的字符"


def _unreadable(said: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name, table in (("class", CLASSES), ("urgency", URGENCIES), ("confidential", YES_NO)):
        if said.get(name) and said[name] not in {*table, *(str(code) for code in table.values())}:
            yield name, f"应为{'、'.join(table)}之一"
    if said.get("number") and not spelled(said["number"]):
        yield "number", "应为4至40位的字母、数字或-_/"
    if said.get("contact") and not phones.is_reachable(phones.normalise(said["contact"])):
        yield "contact", "不是能拨通的电话号码"


def _matter(said: Mapping[str, str]) -> Matter:
    klass, urgency = said["class"], said.get("urgency", "")
    return Matter(
        klass=CLASSES.get(klass) or Klass(klass), title=said["title"], summary=said["summary"],
        confidential=said.get("confidential", "") in ("是", "True"), complained_of=said.get("complained_of", ""),
        contact=said.get("contact", ""), caller_name=said.get("caller_name", ""),
        urgency=URGENCIES.get(urgency) or Urgency(urgency or Urgency.NORMAL),
    )  # fmt: skip
