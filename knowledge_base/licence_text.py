"""What a licence item says, as one value with one digest: the thing that is checked, reviewed and shown."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from knowledge_base.licences import Licence
from knowledge_base.transitions import LifeError

LONGEST = {
    "name": 120, "legal_basis": 500, "quota": 120, "conditions": 4000, "procedure": 4000, "statutory_limit": 60,
    "promised_limit": 60, "fee": 120, "fee_basis": 300, "office": 120, "address": 200, "hours": 120, "phone": 30,
    "supervision_phone": 30,
}  # fmt: skip
NAMES = {
    "name": "事项名称", "legal_basis": "依据", "quota": "数量限制", "conditions": "条件", "procedure": "程序",
    "statutory_limit": "法定时限", "promised_limit": "承诺时限", "materials": "申请材料", "fee": "收费",
    "fee_basis": "收费依据", "office": "受理机构", "address": "受理地址", "hours": "受理时间", "phone": "咨询电话",
    "supervision_phone": "监督电话", "downloads": "表格下载",
}  # fmt: skip
MUST = ("legal_basis", "conditions", "materials", "office", "phone")
LISTS = {"materials": (60, 300), "downloads": (20, 300)}
"""Most lines of each list, and most characters of a line."""


@dataclass(frozen=True)
class LicenceText:
    """The columns of 附件6."""

    name: str
    legal_basis: str = ""
    quota: str = ""
    conditions: str = ""
    procedure: str = ""
    statutory_limit: str = ""
    promised_limit: str = ""
    materials: tuple[str, ...] = ()
    fee: str = ""
    fee_basis: str = ""
    office: str = ""
    address: str = ""
    hours: str = ""
    phone: str = ""
    supervision_phone: str = ""
    downloads: tuple[str, ...] = ()

    def shown(self, version: int) -> dict[str, Any]:
        """As citizens are shown it."""
        return {**asdict(self), "materials": list(self.materials), "downloads": list(self.downloads),
                "version": version}  # fmt: skip

    def put_on(self, licence: Licence) -> None:
        for field, value in asdict(self).items():
            setattr(licence, field, list(value) if field in LISTS else value)


def read(given: Mapping[str, Any]) -> LicenceText:
    """From a row, a form or what was shown; lists as lists or as lines, without blanks around and empty lines."""
    said: dict[str, Any] = {}
    for field in (f.name for f in fields(LicenceText)):
        value = given.get(field) or ""
        if field in LISTS:
            lines = value.splitlines() if isinstance(value, str) else value
            said[field] = tuple(line.strip() for line in lines if line.strip())
        else:
            said[field] = str(value).replace("\r\n", "\n").strip()
    return LicenceText(**said)


def text_of(licence: Licence) -> LicenceText:
    """What the version under way says."""
    return read({name: getattr(licence, name) for name in NAMES})


def digest(text: LicenceText) -> str:
    """The SHA-256 of all that the item says."""
    line = json.dumps(asdict(text), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(line.encode()).hexdigest()


def fit_to_keep(text: LicenceText) -> None:
    """LifeError when even a draft can't be kept so."""
    if not text.name:
        raise LifeError("请填写“事项名称”")
    for field, most in LONGEST.items():
        if len(getattr(text, field)) > most:
            raise LifeError(f"“{NAMES[field]}”不能超过{most}个字")
    for field, (lines, most) in LISTS.items():
        if len(getattr(text, field)) > lines or any(len(line) > most for line in getattr(text, field)):
            raise LifeError(f"“{NAMES[field]}”最多{lines}行，每行不超过{most}个字")
    if not all(link.lower().startswith(("http://", "https://")) for link in text.downloads):
        raise LifeError("“表格下载”应为以 https:// 开头的网址")


def fit_to_submit(text: LicenceText) -> None:
    """LifeError when what the public needs to know is missing."""
    for field in MUST:
        if not getattr(text, field):
            raise LifeError(f"请填写“{NAMES[field]}”")
