"""The register of departments (附件1): who stands behind the hotline, by which code, of which level and county.

The city's office keeps all of it, a county's office what is of its county. Here is entered what is new, and put right
what was entered wrongly; a department that is renamed, merged, split or abolished passes into another
(`knowledge_base.succession`), so that its old name and code lead on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from hotline import audit
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Permission, Role
from hotline.database import Base
from hotline.directory.departments import BELOW, Department
from hotline.times import local_day
from knowledge_base.errors import KnowledgeError, Unfit
from knowledge_base.forms.annex_1 import UNITS
from knowledge_base.forms.typed import Faults, Values, changes, texts

FIELDS = UNITS.given
NEVER = frozenset({"110", "119", "120", "122"})
"""Who keys these is in danger: no department may come before that."""
FIRST, LAST = 101, 899
"""Codes that are given out unasked: behind a first 9 an entry's number is waited for."""
_CODE = re.compile("[1-9][0-9]{2}")


@dataclass(frozen=True)
class Taken:
    """Whose each code and full name is, of departments that exist or did."""

    codes: Mapping[str, str]
    names: frozenset[str]


def taken(session: Session) -> Taken:
    rows = session.execute(select(Department.code, Department.name)).all()
    return Taken({code: name for code, name in rows}, frozenset(name for _, name in rows))  # noqa: C416 (rows)


def county_of(account: Account) -> str | None:
    """The county that an account's hands are kept to; None: it keeps the register of all."""
    return (account.county_code or "-") if Role(account.role) is Role.COUNTY_OFFICE else None


def reaches(account: Account, department: Department) -> bool:
    """Whether an account keeps this department's place in the register, and its liaisons."""
    county = county_of(account)
    within = county is None or (department.level in BELOW and department.county_code == county)
    return account.may(Permission.DEPARTMENTS) and within


def unfit(values: Mapping[str, Any], there: Taken, *, of: str = "", county: str | None = None) -> Faults:
    """Why a department can't stand in the register so. `of`: the full name that it has there already; `county`: the
    only one for which whoever writes may do so."""
    faults: Faults = {}
    if values["name"] != of and values["name"] in there.names:
        faults["name"] = "已有同名的部门"
    code, below = values["code"], values["level"] in BELOW
    if code and (not _CODE.fullmatch(code) or code in NEVER):
        faults["code"] = f"应为三位数字，不以0开头，也不能是{'、'.join(sorted(NEVER))}"
    elif code and there.codes.get(code, of) != of:
        faults["code"] = f"代码{code}属于{there.codes[code]}"
    if below and not values["county_code"]:
        faults["county_code"] = "县级和乡镇单位须选择县区"
    if values["level"] == "city" and values["county_code"]:
        faults["county_code"] = "市级单位不属于某一县区，请清空，或改选级别"
    if county is not None and not (below and values["county_code"] == county):
        faults["county_code"] = "县区主管部门只能登记本县区的县级和乡镇单位"
    return faults


def clashes(wanted: Mapping[str, str], codes: Mapping[str, str]) -> dict[str, str]:
    """Of departments that are given codes at once, by name: who can't have his, and who keeps it. A code is free when
    whose it is gets another in the same stroke, so that two may swap."""
    refused: dict[str, str] = {}
    while True:
        kept = {code: name for code, name in codes.items() if name not in wanted or name in refused}
        late = {name: kept[code] for name, code in wanted.items()
                if name not in refused and kept.setdefault(code, name) != name}  # fmt: skip
        if not late:
            return refused
        refused |= late


def add(session: Session, values: Values, *, by: Account, at: datetime) -> Department:
    """A new department; without a code it gets the next free one. Unfit says why, field by field."""
    there = taken(session)
    if faults := unfit(values, there, county=county_of(by)):
        raise Unfit(faults)
    code = values["code"] or next_code(there.codes)
    department = Department(**{**values, "code": code}, office_hours=[], transfer_numbers=[], sections=[])
    session.add(department)
    session.flush()
    audit.note(session, "department.registered", by=by.login, at=at, about=("department", department.id),
               **texts(FIELDS, department))  # fmt: skip
    return department


def change(session: Session, department: Department, values: Values, *, by: Account, at: datetime
           ) -> dict[str, list[str]]:
    """Put right what stands; the fields that changed, each with what was there before. Unfit says why not."""
    if over := closed(department, on=local_day(at)):
        raise KnowledgeError(over)
    values = {**values, "code": values["code"] or department.code}
    if faults := unfit(values, taken(session), of=department.name, county=county_of(by)):
        raise Unfit(faults)
    changed = changes(FIELDS, department, values)
    called = department.name
    for key in changed:
        setattr(department, key, values[key])
    if changed:
        audit.note(session, "department.changed", by=by.login, at=at, about=("department", department.id),
                   department=called, changed=changed)  # fmt: skip
    return changed


def remove(session: Session, department: Department, *, by: str, at: datetime) -> None:
    """Take out one that was entered by mistake; KnowledgeError when anything speaks of it already."""
    if is_used(session, department.id):
        raise KnowledgeError("该部门已有联络员、账号、条目、工单等，不能删除；撤销或并入其他部门请办理机构承接")
    audit.note(session, "department.removed", by=by, at=at, about=("department", department.id),
               **texts(FIELDS, department))  # fmt: skip
    session.delete(department)
    session.flush()


def closed(department: Department, *, on: date) -> str:
    """Why what stands of it isn't changed any more; empty while it is."""
    over = department.effective_to is not None and department.effective_to <= on
    return "该部门已撤并，登记内容不再修改" if over else ""


def next_code(codes: Mapping[str, str] | set[str]) -> str:
    """The first code that is nobody's and never was; Unfit when there is none left."""
    for number in range(FIRST, LAST + 1):
        if str(number) not in codes and str(number) not in NEVER:
            return str(number)
    raise Unfit({"code": "没有空闲的代码了，请自行填写9开头的代码"})


def is_used(session: Session, department_id: int) -> bool:
    """Whether any row of any table refers to the department."""
    return any(session.scalar(select(exists().where(column == department_id)))
               for table in Base.metadata.tables.values() for column in table.columns
               if any(key.column.table.name == Department.__tablename__ for key in column.foreign_keys))  # fmt: skip
