"""What a caller said to the machine lies before the operator: he need not say it again."""

from sqlalchemy.orm import Session

from dispatch.calls import calls
from dispatch.calls.calls import Call, Step
from dispatch.calls.suggestions import suggested
from hotline.directory.departments import Department
from tests.conftest import NOON
from tests.dispatch.town import CALL
from tests.knowledge_base.test_entries import entry


def test_what_was_found_for_his_words_is_offered_first(session: Session, office: Department) -> None:
    rows = [entry(session, office, f"第{n}个问题", asked=n) for n in range(1, 9)]
    calls.begin(session, CALL, caller="13888888888", at=NOON)
    calls.note(session, CALL, Step.HEARD, at=NOON, words="第二个", score=60, offered=[rows[1].id, rows[0].id])
    session.flush()
    offers = suggested(session, session.get_one(Call, CALL), at=NOON)
    assert [one.entry.id for one in offers] == [rows[1].id, rows[0].id]
