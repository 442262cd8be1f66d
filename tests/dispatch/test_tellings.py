"""What was told to whom, on whose authority: an entry's way from the database to the evidence."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispatch.answering.answers import offered
from dispatch.answering.decision import Answer, Channel, Contact
from dispatch.calls import tellings
from dispatch.calls.calls import CallStep, Step
from dispatch.calls.tellings import Telling
from hotline.directory.departments import Department
from knowledge_base.authorisations import Authorisation, Form, Scope
from knowledge_base.content import LONGEST
from knowledge_base.entries import Entry, EntryVersion, State
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import CALL, later

TODAY = date(2026, 11, 23)


def an_entry(session: Session, of: Department, *, state: State = State.PUBLISHED, until: date | None = None) -> Entry:
    row = Entry(department_id=of.id, question="居住证如何续签？", category="户政/居住证", state=state, published=2, keywords=[])
    session.add(row)
    session.flush()
    for number, spoken in ((1, "旧的口播。"), (2, "新的口播。")):
        session.add(EntryVersion(entry_id=row.id, number=number, answer=f"网上全文{number}", spoken=spoken, summary="摘要。",
                                 valid_from=TODAY - timedelta(days=9), valid_to=until, written_by="x"))  # fmt: skip
    session.flush()
    return row


def authorise(session: Session, of: Department, form: Form = Form.FULL, *, version: int = 1, **more: object) -> Authorisation:
    row = Authorisation(department_id=of.id, document="玉公授权〔2026〕1号", version=version, signer="局长", scope=Scope.DEPARTMENT,
                        form=form, valid_from=TODAY - timedelta(days=30), valid_to=TODAY + timedelta(days=30), categories=[],
                        entries=[], exclusions=[], **{"signed_at": later(days=-30), **more})  # type: ignore[arg-type] # fmt: skip
    session.add(row)
    session.flush()
    return row


def test_without_an_authorisation_only_the_contact_may_be_said(session: Session, office: Department) -> None:
    found = offered(session, an_entry(session, office).id, channel=Channel.MACHINE, at=NOON)
    assert found is not None
    assert found.decision == Contact("该部门从未授权热线代为答复")
    assert found.department is office


@pytest.mark.parametrize(("channel", "words"), [(Channel.MACHINE, "新的口播。"), (Channel.OPERATOR, "网上全文2"), (Channel.WEB, "网上全文2")])
def test_the_machine_speaks_what_was_written_to_be_heard_and_people_read(session: Session, office: Department, channel: Channel, words: str) -> None:
    authorise(session, office)
    found = offered(session, an_entry(session, office).id, channel=channel, at=NOON)
    assert found is not None
    assert isinstance(found.decision, Answer)
    assert found.decision.text == words


@pytest.mark.parametrize("state", [s for s in State if s is not State.PUBLISHED])
def test_what_is_not_published_is_offered_to_nobody(session: Session, office: Department, state: State) -> None:
    authorise(session, office)
    assert offered(session, an_entry(session, office, state=state).id, channel=Channel.OPERATOR, at=NOON) is None


def test_what_ran_out_yesterday_is_offered_to_nobody(session: Session, office: Department) -> None:
    authorise(session, office)
    entry = an_entry(session, office, until=TODAY)
    assert offered(session, entry.id, channel=Channel.OPERATOR, at=NOON)
    assert offered(session, entry.id, channel=Channel.OPERATOR, at=later(days=1)) is None


def test_a_revocation_holds_from_its_moment_on(session: Session, office: Department) -> None:
    authorise(session, office, revoked_at=later(hours=1))
    entry = an_entry(session, office)
    before, after = (offered(session, entry.id, channel=Channel.MACHINE, at=at) for at in (NOON, later(hours=1)))
    assert before
    assert isinstance(before.decision, Answer)
    assert after
    assert after.decision == Contact("部门已撤销授权")


def test_a_newer_version_that_says_less_silences_the_older_one(session: Session, office: Department) -> None:
    authorise(session, office, Form.FULL)
    authorise(session, office, Form.CONTACT, version=2)
    found = offered(session, an_entry(session, office).id, channel=Channel.MACHINE, at=NOON)
    assert found
    assert isinstance(found.decision, Contact)


def test_what_was_told_is_kept_with_the_versions_that_it_stood_on(session: Session, office: Department) -> None:
    leave = authorise(session, office, version=3)
    found = offered(session, an_entry(session, office).id, channel=Channel.MACHINE, at=NOON)
    assert found
    assert isinstance(found.decision, Answer)
    town.call(session)
    tellings.tell(session, CALL, found.decision, channel=Channel.MACHINE, entry_id=found.entry.id,
                  entry_version_id=found.version.id, at=NOON)  # fmt: skip
    session.flush()
    session.expire_all()
    row = session.scalars(select(Telling)).one()
    assert (row.words, row.form, row.authorisation_id, row.authorisation_version) == ("新的口播。", "full", leave.id, 3)
    assert session.get_one(EntryVersion, row.entry_version_id).number == 2
    step = session.scalars(select(CallStep).where(CallStep.kind == Step.TOLD)).one()
    assert step.detail == {"entry": found.entry.id, "form": "full", "by": "machine", "heard": "whole"}


def test_an_answer_of_four_thousand_characters_is_kept_whole_as_it_was_told(session: Session, office: Department) -> None:
    """As long as an operator's answer may be; PostgreSQL takes lengths at their word."""
    authorise(session, office)
    entry, whole = an_entry(session, office), "答" * LONGEST["answer"]
    entry.versions[-1].answer = whole
    session.flush()
    found = offered(session, entry.id, channel=Channel.OPERATOR, at=NOON)
    assert found
    assert isinstance(found.decision, Answer)
    town.call(session)
    tellings.tell(session, CALL, found.decision, channel=Channel.OPERATOR, entry_id=entry.id, entry_version_id=found.version.id, at=NOON)
    session.flush()
    session.expire_all()
    assert session.scalars(select(Telling.words)).one() == whole
