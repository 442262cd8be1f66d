"""A department's base data (附件7) as the texts of a page or a form, and its changes with what stood before.

How a department is reached may always be said, and changes at once; its free words wait for its leader and the
secrecy review (`knowledge_base.base_words`)."""

import hashlib
import json
import re
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from hotline import audit, phones
from hotline.directory.departments import Department
from hotline.times import local_day
from knowledge_base.forms.columns import Column
from knowledge_base.forms.descriptions import BASE
from knowledge_base.forms.values import Unfit, read, show
from knowledge_base.stages import Stage

OFFICE_ALONE = frozenset({"department", "update_every_months", "confirmed_on"})
"""What a department can't change of itself: what it is called, how often it is asked, and when it was."""
FIELDS: tuple[Column, ...] = tuple(c for c in BASE.given if c.key not in OFFICE_ALONE)
"""The columns of 附件7 that a department keeps itself, in their order."""
FREE = frozenset({"duties", "sections", "way_there"})
"""What is written freely, so that anything could stand in it."""
HOURS = {"summer_hours": "summer", "winter_hours": "winter"}
ONE_PHONE = frozenset({"phone", "supervision_phone", "duty_phone", "fax"})
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+", re.ASCII)
Values = dict[str, Any]


def texts(department: Department) -> dict[str, str]:
    """What stands now, field by field, as it is typed."""
    return {c.key: show(c, _stands(department, c.key)) for c in FIELDS}


def latest(department: Department) -> dict[str, str]:
    """The same with the free words that wait in the place of those that stand: what its keepers go on with."""
    return {c.key: show(c, _value(department, c.key)) for c in FIELDS}


def digest(department: Department) -> str:
    """The SHA-256 of the latest: whoever confirms or changes it has seen this and nothing else."""
    kept = {"name": department.name, **{c.key: _value(department, c.key) for c in FIELDS}}
    return hashlib.sha256(json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def understood(typed: Mapping[str, str]) -> tuple[Values, dict[str, str]]:
    """The values of the fields that were typed, and for each that can't be taken why, in words."""
    values: Values = {}
    faults: dict[str, str] = {}
    for column in FIELDS:
        try:
            values[column.key] = checked(column.key, read(column, typed.get(column.key, "")))
        except Unfit as why:
            faults[column.key] = str(why)
    return values, faults


def change(session: Session, department: Department, values: Values, *, by: str, at: datetime) -> dict[str, list[Any]]:
    """Put the values in force at once, but for the free words, which are proposed; with lines in the audit trail that
    hold what was there before and is there now.

    What only looks different (0877-2012345, 08772012345) is no change. The fields that changed, each with both."""
    changed = {c.key: [show(c, _value(department, c.key)), show(c, values[c.key])] for c in FIELDS
               if c.key in values and not _alike(c, _value(department, c.key), values[c.key])}  # fmt: skip
    if not changed:
        return {}
    hours = {season: values[key] for key, season in HOURS.items() if key in values}
    for key in changed.keys() - HOURS.keys() - FREE:
        setattr(department, key, values[key])
    if changed.keys() & HOURS.keys():
        department.office_hours = _hours(hours)
    if changed.keys() & FREE:
        stands = {key: getattr(department, key) for key in FREE}
        department.proposed = proposal(stands, department.proposed, {k: values[k] for k in changed.keys() & FREE})
        for name, value in waits_for(department.proposed, department.proposed_hands, by=by, at=at).items():
            setattr(department, name, value)
    department.confirmed_on = local_day(at)
    for deed, fields in (("changed", changed.keys() - FREE), ("proposed", changed.keys() & FREE)):
        if fields:
            audit.note(session, f"department.{deed}", by=by, at=at, about=("department", department.id),
                       department=department.name, changed={key: changed[key] for key in fields})  # fmt: skip
    return changed


def proposal(stands: Values, waits: Values | None, new: Values) -> Values | None:
    """The free words that wait when new ones are proposed beside those that wait already; None when all stand."""
    return {key: value for key, value in {**(waits or {}), **new}.items() if value != stands[key]} or None


def waits_for(proposed: Values | None, before: Collection[str], *, by: str, at: datetime) -> Values:
    """What is kept beside proposed words: they wait for the leader, also where he had found earlier ones right.

    `before`: who proposed what waited already."""
    if not proposed:
        return {"proposed_by": "", "proposed_at": None, "proposed_stage": "", "proposed_hands": [],
                "proposed_checked_by": ""}  # fmt: skip
    return {"proposed_by": by, "proposed_at": at, "proposed_stage": str(Stage.SUBMITTED),
            "proposed_hands": list(dict.fromkeys([*before, by])), "proposed_checked_by": ""}  # fmt: skip


def _value(department: Department, key: str) -> Any:
    waits = department.proposed or {}
    return waits[key] if key in waits else _stands(department, key)


def _stands(department: Department, key: str) -> Any:
    if key not in HOURS:
        return getattr(department, key)
    spans = [dict(span) for span in department.office_hours or []]
    return [{name: text for name, text in span.items() if name != "season"} for span in spans
            if span.get("season", "summer") == HOURS[key]]  # fmt: skip


def _hours(by_season: Mapping[str, list[dict[str, str]]]) -> list[dict[str, str]]:
    """One list of spans; they name their season only where winter has hours of its own."""
    if not by_season.get("winter"):
        return list(by_season.get("summer", []))
    return [{**span, "season": season} for season in ("summer", "winter") for span in by_season.get(season, [])]


def _alike(column: Column, before: Any, after: Any) -> bool:
    """Whether both say the same, however their numbers are written."""
    return show(column, _numbers(column.key, before, phones.normalise)) == show(column, after)


def _numbers(key: str, value: Any, form: Callable[[str], str]) -> Any:
    """The value with each of its telephone numbers brought to a form."""
    if key in ONE_PHONE:
        return form(value or "")
    if key == "transfer_numbers":
        return [form(number) for number in value or []]
    if key == "sections":
        return [{**section, "phone": form(section.get("phone", ""))} for section in value or []]
    return value


def checked(key: str, value: Any) -> Any:
    """The value as we keep it; Unfit when the form's own rules let pass what can't be used here."""
    if key == "post_code" and value and not re.fullmatch(r"\d{6}", value, re.ASCII):
        raise Unfit("邮政编码应为6位数字")
    if key == "email" and value and not _MAIL.fullmatch(value):
        raise Unfit(f"“{value[:30]}”不是电子邮箱地址")
    if key == "web_site" and value and not _is_address(value):
        raise Unfit("网址应以 http:// 或 https:// 开头")
    return _numbers(key, value, _phone)


def _phone(given: str) -> str:
    """The number as hotline.phones keeps it: one that can be rung, or a service's short number."""
    number = phones.normalise(given)
    if given and not (phones.is_reachable(number) or phones.is_service(number)):
        raise Unfit(f"“{given[:30]}”不是能拨通的电话号码，请写成 0877-2012345，一格只填一个")
    return number


def _is_address(given: str) -> bool:
    try:
        parts = urlsplit(given)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
