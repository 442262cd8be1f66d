"""What a version says, as one value with one digest: the thing that is checked, reviewed and published."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace
from datetime import date
from typing import Any

from knowledge_base.entries import EntryVersion
from knowledge_base.transitions import LifeError

LONGEST = {"question": 128, "category": 80, "answer": 4000, "spoken": 300, "summary": 120, "legal_basis": 200,
           "section": 60, "phone": 30}  # fmt: skip
MOST_KEYWORDS, LONGEST_KEYWORD = 20, 20
NAMES = {"question": "问题", "category": "类别", "answer": "供阅读的答复", "spoken": "供播报的答复", "summary": "摘要",
         "legal_basis": "依据", "section": "经办科室", "phone": "电话"}  # fmt: skip


@dataclass(frozen=True)
class Content:
    """What a drafter writes and others review."""

    question: str
    answer: str
    spoken: str
    valid_from: date
    valid_to: date | None = None
    category: str = ""
    keywords: tuple[str, ...] = ()
    summary: str = ""
    legal_basis: str = ""
    section: str = ""
    phone: str = ""

    def tidy(self) -> "Content":
        """The same without blanks around its texts and without empty or repeated keywords."""
        texts = {f.name: getattr(self, f.name).strip() for f in fields(self) if f.type is str}
        return replace(self, **texts, keywords=tuple(dict.fromkeys(k.strip() for k in self.keywords if k.strip())))

    def put_on(self, version: EntryVersion) -> None:
        """Write it onto a version that is still a draft."""
        for name, value in {**asdict(self), "keywords": list(self.keywords)}.items():
            setattr(version, name, value)


def content_of(version: EntryVersion) -> Content:
    """What a version says, without its attachments."""
    values: dict[str, Any] = {f.name: getattr(version, f.name) for f in fields(Content)}
    return Content(**{**values, "keywords": tuple(version.keywords)})


def digest(version: EntryVersion) -> str:
    """The SHA-256 of all that the version says, attachments too, whatever the database it lies in."""
    files: list[list[str | int]] = [[a.name, a.media_type, a.size, a.sha256] for a in version.attachments]
    return digest_of(content_of(version), sorted(files))


def digest_of(content: Content, files: Iterable[list[str | int]] = ()) -> str:
    """The SHA-256 of a content and its attachments (name, media type, size, hash; in that order, sorted)."""
    form = {**asdict(content), "keywords": list(content.keywords), "attachments": list(files),
            "valid_from": content.valid_from.isoformat(),
            "valid_to": content.valid_to.isoformat() if content.valid_to else None}  # fmt: skip
    line = json.dumps(form, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(line.encode()).hexdigest()


def fit_to_keep(content: Content) -> None:
    """LifeError when a draft can't even be kept: a text is too long, or its days are the wrong way round."""
    if not content.question:
        raise LifeError("请填写问题")
    for name, most in LONGEST.items():
        if len(getattr(content, name)) > most:
            raise LifeError(f"“{NAMES[name]}”不能超过{most}个字")
    if len(content.keywords) > MOST_KEYWORDS or any(len(k) > LONGEST_KEYWORD for k in content.keywords):
        raise LifeError(f"关键词最多{MOST_KEYWORDS}个，每个不超过{LONGEST_KEYWORD}个字")
    if content.valid_to is not None and content.valid_to < content.valid_from:
        raise LifeError("有效期的止日不能早于起日")


def fit_to_submit(content: Content, *, on: date, publish_on: date | None = None) -> None:
    """LifeError when a draft lacks what the public would be told, or would be over before it is published."""
    for name in ("answer", "spoken"):
        if not getattr(content, name):
            raise LifeError(f"请填写“{NAMES[name]}”")
    if content.valid_to is not None and content.valid_to < on:
        raise LifeError("有效期已过，请修改后再提交")
    if content.valid_to is not None and publish_on is not None and content.valid_to < publish_on:
        raise LifeError("定时发布的日期晚于有效期的止日，请修改后再提交")
