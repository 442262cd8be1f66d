"""附件9: what is counted of a month and of its year, by the day on which it happened, for whom, and as a file."""

import io
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
from sqlalchemy.orm import Session

from dispatch.answering.decision import Answer, Channel, Form
from dispatch.calls import tellings
from dispatch.calls.calls import Outcome
from dispatch.figures import monthly, monthly_file
from dispatch.tickets import referrals
from dispatch.tickets.states import State
from dispatch.transfers.transfers import State as Hunt
from dispatch.transfers.transfers import Transfer
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.directory.departments import Department
from hotline.settings import Settings
from knowledge_base.entries import Entry
from knowledge_base.ledger import Deed, Kind, write
from knowledge_base.stages import Stage
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.test_tellings import authorise
from tests.knowledge_base import people

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)  # nothing here differs by database
OCTOBER = datetime(2026, 10, 20, 4, tzinfo=UTC)
LAST = datetime(2026, 10, 31, 15, 59, tzinfo=UTC)  # a minute before November, in Yuxi


def figures(session: Session, account: Account, first: date = date(2026, 11, 1)) -> dict[str, tuple[int | None, int | None]]:
    return {line.indicator.code: (line.month, line.year) for line in monthly.lines(session, first, account=account)}


def test_each_counts_in_the_month_in_which_it_happened_and_in_the_year_and_a_department_its_own(
    session: Session, settings: Settings, office: Department
) -> None:
    who = people.people(session, office)
    leader, other = who.leader, town.somebody(session, Role.LEADER, of=who.other, login="theirs")
    for n, (at, outcome) in enumerate([(NOON, Outcome.ANSWERED_BY_MACHINE), (LAST, Outcome.ANSWERED_BY_OPERATOR), (NOON, Outcome.HUNG_UP)]):
        town.call(session, f"call{n}", at=at).outcome = outcome
    version = people.bring(session, people.written(session, who, at=OCTOBER, valid_from=OCTOBER.date()), Stage.PUBLISHED, by=who, settings=settings, at=OCTOBER)
    people.replaced(session, session.get_one(Entry, version.entry_id), who, settings, answer="新的", at=NOON)
    write(session, Deed.REFUSED, of=(Kind.ENTRY, 9), version=1, department_id=who.other.id, by="x", at=NOON)
    leave = authorise(session, office).id
    for channel, at in ((Channel.MACHINE, NOON), (Channel.OPERATOR, LAST), (Channel.WEB, NOON)):
        answer = Answer("可以", Form.FULL, leave, 1, "")
        tellings.tell(session, "call0", answer, channel=channel, entry_id=version.entry_id, entry_version_id=version.id, at=at)
    session.add_all(Transfer(call_id=f"call{n}", department_id=office.id, account_id=who.operator.id, klass="consult", words="",
                             otherwise="record", state=state, began_at=NOON)
                    for n, state in enumerate((Hunt.CONNECTED, Hunt.NOBODY)))  # fmt: skip
    staff = town.Staff(office, who.supervisor, who.liaison, leader)
    row = town.bring(session, town.ticket(session, settings, at=LAST), State.IN_HAND, by=staff, settings=settings, at=LAST)
    row.source = "web"
    referrals.reply(session, row, text="请携带身份证办理。", personal=False, by=who.liaison, at=LAST + timedelta(minutes=5))
    referrals.sign(session, row, no_secrets=True, by=leader, at=LAST + timedelta(minutes=5))
    session.flush()
    found = figures(session, who.supervisor)
    assert {code: found[code] for code in ("1", "2.4", "7.1")} == dict.fromkeys(("1", "2.4", "7.1"), (None, None)), "by hand"
    assert {code: found[code] for code in found if code[0] in "3456" and found[code] != (0, 0)} == {
        "3": (1, 2), "3.1": (1, 2), "3.2": (2, 2), "3.3": (1, 1), "3.4": (0, 1), "3.5": (1, 1),
        "4": (0, 1), "4.1": (1, 1), "4.2": (1, 1), "5": (0, 1), "5.1": (1, 1), "6": (2, 3), "6.1": (1, 2), "6.2": (1, 1),
    }  # fmt: skip
    assert figures(session, who.supervisor, date(2026, 10, 1))["4.2"] == (1, 1)
    own, theirs = figures(session, leader), figures(session, other)
    assert (own["3"], own["3.5"], own["6.2"]) == ((None, None), (1, 1), (0, 0)), "a call is nobody's"
    assert (theirs["3.5"], theirs["4.2"], theirs["6.2"]) == ((0, 0), (0, 0), (1, 1))
    book = openpyxl.load_workbook(io.BytesIO(monthly_file.written(
        monthly.lines(session, date(2026, 11, 1), account=who.supervisor), unit="=热线", first=date(2026, 11, 1), at=NOON)))  # fmt: skip
    cells = list(book.active.iter_rows(values_only=True))
    assert cells[0][0] == "附件9　政府信息公开月度统计表（2026年11月）"
    assert cells[1][0] == "填报单位：=热线"
    assert cells[2] == ("指标", "计量单位", "代码", "本期", "本年累计")
    assert ("热线接听", "次", "3", 1, 2) in cells
    assert ("行政诉讼", "件", "7.1", None, None) in cells
    assert len(cells) == 3 + len(monthly.INDICATORS)
