"""A small town: departments in every state of authorisation, and the people behind them."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from agi.scripts.self_service import contact_sentence
from hotline.accounts import accounts
from hotline.accounts.roles import Role
from hotline.directory.departments import Department
from hotline.times import local_day
from knowledge_base.authorisations import Authorisation, Form, Scope
from knowledge_base.entries import Entry, EntryVersion, State

PASSWORD = "correct horse battery"
QUESTION, ANSWER, SUMMARY = "身份证怎么换领？", "请到派出所换领身份证。", "到派出所办。"
NEVER, EXPIRED, REVOKED, EXCLUDED, AUTHORISED, SHORT = "102", "103", "104", "105", "101", "106"
UNITS = {
    AUTHORISED: "玉溪市公安局", NEVER: "玉溪市民政局", EXPIRED: "玉溪市司法局", REVOKED: "玉溪市水利局",
    EXCLUDED: "玉溪市林草局", SHORT: "玉溪市残联",
}  # fmt: skip
SPOKEN = [QUESTION, ANSWER, SUMMARY, *(f"{name}，联系电话0877-9601{code}。" for code, name in UNITS.items())]


def settle(session: Session, *, at: datetime) -> None:
    """Put everything into an empty database."""
    for code, name in UNITS.items():
        unit = Department(code=code, name=name, short_name=name[3:], phone=f"0877-9601{code}")
        session.add(unit)
        session.flush()
        assert contact_sentence(unit) in SPOKEN
        _authorise(session, unit, _entry(session, unit, at), at)
        for role in (Role.LIAISON, Role.LEADER):
            person(session, f"{role}.{code}", role, at, unit)
    for number in (1, 2):
        person(session, f"operator{number}", Role.OPERATOR, at, extension=f"800{number}")
    for role in set(Role) - {Role.LIAISON, Role.LEADER, Role.OPERATOR}:
        person(session, str(role), role, at)


def _entry(session: Session, unit: Department, at: datetime) -> Entry:
    entry = Entry(department_id=unit.id, question=QUESTION, category="户籍/身份证", keywords=["身份证"], asked=9,
                  state=State.PUBLISHED, published=1)  # fmt: skip
    entry.versions = [EntryVersion(number=1, answer=ANSWER, spoken=ANSWER, summary=SUMMARY, written_by="甲",
                                   valid_from=local_day(at) - timedelta(days=9), published_at=at)]  # fmt: skip
    session.add(entry)
    session.flush()
    return entry


def _authorise(session: Session, unit: Department, entry: Entry, at: datetime) -> None:
    if unit.code == NEVER:
        return
    today = local_day(at)
    session.add(
        Authorisation(
            department_id=unit.id, document=f"玉授〔2026〕{unit.code}号", signer="某局长", scope=Scope.DEPARTMENT,
            form=Form.SUMMARY if unit.code == SHORT else Form.FULL, valid_from=today - timedelta(days=90),
            valid_to=today + timedelta(days=-1 if unit.code == EXPIRED else 90),
            exclusions=[entry.id] if unit.code == EXCLUDED else [],
            signed_at=at - timedelta(days=90), confirmed_on=today,
            revoked_at=at - timedelta(days=1) if unit.code == REVOKED else None,
        )
    )  # fmt: skip


def person(session: Session, login: str, role: Role, at: datetime, unit: Department | None = None, extension: str = "") -> None:
    """Somebody of the house, with everybody's password."""
    accounts.add(session, login, name="某人", role=role, password=PASSWORD, department_id=unit.id if unit else None,
                 county_code="530402" if role is Role.COUNTY_OFFICE else "", extension=extension, at=at, by="test")  # fmt: skip
