"""What goes to a department of a guarded matter is neither the citizen's own words nor names him, whatever way it came."""

from collections.abc import Callable
from contextlib import nullcontext

import pytest
from sqlalchemy.orm import Session

from dispatch.tickets import asides, colleague_notes, counties, facts, intake, referrals, secrecy, urging, web_questions
from dispatch.tickets.intake import Matter
from dispatch.tickets.needs import may_go_out
from dispatch.tickets.states import State
from dispatch.tickets.steps import ReferralError
from dispatch.tickets.tickets import Klass, Ticket
from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.directory.departments import Department
from hotline.settings import Settings
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import Staff

Deed = Callable[[Session, Ticket, str, Staff, Settings], None]
OWN = "我是三组的张三，李四占了村里的地还打人，请你们管一管"
TITLE = "张三举报李四占地"


@pytest.fixture
def staff(session: Session, office: Department) -> Staff:
    return town.staff(session, office)


def lodged(session: Session, settings: Settings, klass: Klass = Klass.CONSULT) -> Ticket:
    """As it comes from the web, or from 12345."""
    matter = Matter(klass, TITLE, OWN, contact="13888888888", caller_name="张三")
    return intake.refer(session, matter, call=None, recording=None, code="", by="12345", settings=settings, at=NOON, own=OWN, own_title=TITLE)


def written(session: Session, settings: Settings, staff: Staff, title: str, summary: str) -> str:
    """What is said of a report that was written down so."""
    row = lodged(session, settings)
    intake.describe(session, row, Matter(Klass.REPORT, title, summary), by=staff.supervisor, settings=settings, at=NOON)
    return may_go_out(row)


@pytest.mark.parametrize("summary", [OWN, OWN + "。", f"来信人称：{OWN}", OWN.replace("，", " "), OWN.replace("三组", "某组"), "李四占了村里的地还打人"])
def test_his_own_words_go_out_neither_whole_nor_in_pieces_nor_with_a_sign_more(session: Session, settings: Settings, staff: Staff, summary: str) -> None:
    assert "请改写摘要" in written(session, settings, staff, "反映土地问题", summary)


@pytest.mark.parametrize("title", [TITLE, TITLE + "！", "关于" + TITLE, "李四占了村里的地还打人"])
def test_his_own_title_does_not_go_out_either(session: Session, settings: Settings, staff: Staff, title: str) -> None:
    assert "请改写标题" in written(session, settings, staff, title, "来信人反映村内有人侵占土地。")


@pytest.mark.parametrize(("title", "summary"), [("反映土地问题", "张三反映村内有人侵占土地。"), ("反映土地问题", "来信人（138-8888-8888）反映村内有人侵占土地。"),
                                                ("张三反映的问题", "来信人反映村内有人侵占土地。")])  # fmt: skip
def test_neither_name_nor_number_of_the_caller_goes_out(session: Session, settings: Settings, staff: Staff, title: str, summary: str) -> None:
    assert "姓名或号码" in written(session, settings, staff, title, summary)


def test_what_the_hotline_wrote_goes_out_and_an_open_matter_as_it_came(session: Session, settings: Settings, staff: Staff) -> None:
    assert written(session, settings, staff, "反映土地问题", "来信人反映村内有人侵占土地并动手，请核实。") == ""
    row = lodged(session, settings)
    referrals.dispatch(session, row, to=staff.office, by=staff.supervisor, settings=settings, at=NOON)
    assert row.state == State.TO_ACCEPT


def test_it_holds_for_the_counties_too(session: Session, settings: Settings, staff: Staff) -> None:
    town.somebody(session, Role.COUNTY_OFFICE, county="530423")
    row = lodged(session, settings, Klass.REPORT)
    with pytest.raises(ReferralError, match="请改写摘要"):
        counties.hand_down(session, row, county="530423", by=staff.supervisor, settings=settings, at=NOON)


def test_the_titles_that_the_public_pages_give_are_nobodys_own(session: Session, settings: Settings, staff: Staff) -> None:
    matter = Matter(Klass.COMPLAINT, "网上投诉", f"网上投诉\n{OWN}")
    row = web_questions.lodge(session, matter, code=town.CODE, settings=settings, at=NOON).ticket
    intake.describe(session, row, Matter(row.klass, row.title, "来信人反映村内有人侵占土地。"), by=staff.supervisor, settings=settings, at=NOON)
    assert may_go_out(row) == ""
    asked = web_questions.lodge(session, Matter(Klass.CONSULT, TITLE, OWN), code="73519285", settings=settings, at=NOON).ticket
    intake.describe(session, asked, Matter(Klass.REPORT, TITLE, "来信人反映村内有人侵占土地。"), by=staff.supervisor, settings=settings, at=NOON)
    assert "请改写标题" in may_go_out(asked)


ADDS: dict[str, Deed] = {
    "supplement": lambda s, t, w, of, _: urging.supplement(s, t, words=w, by=of.supervisor, at=NOON),
    "urge": lambda s, t, w, of, _: urging.urge(s, t, words=w, by=of.supervisor, at=NOON),
    "facts": lambda s, t, w, of, settings: facts.give(s, t, words=w, by=of.supervisor, settings=settings, at=NOON),
    "withdraw": lambda s, t, w, of, _: asides.withdraw(s, t, why=w, by=of.supervisor, at=NOON),
}


@pytest.mark.parametrize(("klass", "words"), [(Klass.REPORT, "张三来电补充：占地已三年"), (Klass.REPORT, "回电请拨138 8888 8888"),
                                              (Klass.REPORT, "占地已三年"), (Klass.CONSULT, "张三来电补充：占地已三年")])  # fmt: skip
@pytest.mark.parametrize("adds", ADDS)
def test_nor_do_the_words_that_are_added_to_it_later_name_him(
    session: Session, settings: Settings, staff: Staff, adds: str, klass: Klass, words: str
) -> None:
    row = lodged(session, settings)
    intake.describe(session, row, Matter(klass, "反映土地问题", "来信人反映村内有人侵占土地。"), by=staff.supervisor, settings=settings, at=NOON)
    town.bring(session, row, State.IN_HAND, by=staff, settings=settings)
    facts.ask(session, row, why="占地几年了", by=staff.liaison, settings=settings, at=NOON)
    names = klass is Klass.REPORT and words != "占地已三年"
    with pytest.raises(ReferralError, match="姓名或号码") if names else nullcontext():
        ADDS[adds](session, row, words, staff, settings)


def test_nor_does_why_he_asks_for_secrecy(session: Session, settings: Settings, staff: Staff) -> None:
    row = town.bring(session, lodged(session, settings), State.TO_ACCEPT, by=staff, settings=settings)
    with pytest.raises(ReferralError, match="姓名或号码"):
        secrecy.ask(session, row, why="张三来电要求保密", by=staff.supervisor, at=NOON)


def test_nor_does_what_was_written_before_it_became_a_complaint_stand_in_the_history_that_a_department_reads(
    session: Session, settings: Settings, staff: Staff
) -> None:
    row = town.bring(session, lodged(session, settings), State.IN_HAND, by=staff, settings=settings)
    urging.supplement(session, row, words="张三补充：占地已三年", by=staff.supervisor, at=NOON)
    urging.add_elsewhere(session, row, kind=urging.SUPPLEMENT, words="我家在三组路口", by="12345", settings=settings, at=NOON)
    urging.supplement(session, row, words="占地已三年", by=staff.supervisor, at=NOON)

    def read(who: Account) -> list[str]:
        return [step.why for step in colleague_notes.read_by(row, who) if step.action == urging.SUPPLEMENT]

    assert read(staff.liaison) == ["张三补充：占地已三年", "我家在三组路口", "占地已三年"]
    referrals.give_back(session, row, why="应由他局办理", by=staff.liaison, settings=settings, at=NOON)
    matter = Matter(Klass.REPORT, "反映土地问题", "来信人反映村内有人侵占土地。")
    intake.describe(session, row, matter, by=staff.supervisor, settings=settings, at=NOON)
    town.bring(session, row, State.TO_ACCEPT, by=staff, settings=settings)
    assert (read(staff.liaison), len(read(staff.supervisor))) == (["占地已三年"], 3)
