"""What is kept of a search, and what is counted as unanswered."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.directory.departments import Department
from knowledge_base import asked
from knowledge_base.asked import Asked, Found, Unanswered
from knowledge_base.entries import Approval, Entry, Phrasing, State

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)


def put(session: Session, words: str, found: Found = Found.NOTHING, *, channel: str = "web", way: str = "words", **more: object) -> Asked | None:
    row = asked.note(session, words, channel=channel, way=way, found=found, at=NOON, **more)  # type: ignore[arg-type]
    session.flush()
    return row


def listed(session: Session) -> dict[str, int]:
    return {row.words: row.count for row in session.scalars(select(Unanswered).execution_options(populate_existing=True))}


@pytest.fixture
def permit(session: Session, office: Department) -> Entry:
    row = Entry(department_id=office.id, question="居住证如何续签？", state=State.PUBLISHED, published=1)
    session.add(row)
    session.flush()
    return row


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("我叫张三想问居住证怎么办", "我叫＊想问居住证怎么办"),
        ("我叫王小明，电话13812341234，问落户", "我叫＊，电话＊，问落户"),
        ("户口的事 电话是138 1234 1234", "户口的事 电话是＊"),
        ("身份证530402199001011234丢了", "身份证＊丢了"),
        ("回我电话幺三八一二三四一二三四", "回我电话＊"),
        ("云F12345被扣了", "＊被扣了"),
        ("发到a.b@example.com", "发到＊"),
        ("我是李明，想办居住证", "我是＊，想办居住证"),
        ("我是低保户，怎么办", "我是低保户，怎么办"),
        ("我是高龄老人，有什么补贴", "我是高龄老人，有什么补贴"),
        ("拨打96128没人接", "拨打96128没人接"),
        ("2024年12月的规定", "2024年12月的规定"),
    ],
)
def test_what_points_to_a_person_is_never_kept(session: Session, said: str, kept: str) -> None:
    row = put(session, said)
    assert row is not None
    assert row.words == kept
    assert "＊" not in "".join(listed(session))


def test_what_missed_is_counted_under_one_form(session: Session) -> None:
    for words in ("请问居住卡丢了怎么办？", "居住卡丢了怎么办", "你好 居住卡丢了怎么办呢"):
        put(session, words)
    put(session, "居住卡丢了怎么办", Found.UNSURE)
    put(session, "居住卡丢了怎么办", Found.SHOWN)
    assert listed(session) == {"居住卡丢了怎么办": 4}


def test_nothing_is_kept_of_nothing(session: Session) -> None:
    assert put(session, "  ") is None
    assert put(session, "？！") is None
    assert put(session, "13812341234") is None
    assert listed(session) == {}


def test_keys_are_listed_with_the_department_they_were_for(session: Session, office: Department) -> None:
    row = put(session, "599", way="keys", channel="machine", department_id=office.id)
    assert row is not None
    assert row.words == "599"
    assert listed(session) == {"按键599（公安局）": 1}
    assert put(session, "13812341234", way="keys", channel="machine", department_id=office.id) is None
    put(session, "743633694364", way="keys", channel="machine", department_id=office.id)
    assert listed(session) == {"按键599（公安局）": 1, "按键743633694364（公安局）": 1}, "shenfenzheng is no number"


def test_confirming_what_the_same_call_asked_before_makes_one_row(session: Session, permit: Entry) -> None:
    before = put(session, "居住卡到期了", Found.UNSURE, channel="operator", call_id="a-call")
    after = put(session, "居住卡到期了", Found.CHOSEN, channel="operator", call_id="a-call", entry_id=permit.id, place=2)
    assert after is before
    assert after is not None
    assert (after.found, after.entry_id, after.place, after.unanswered_id) == (Found.CHOSEN, permit.id, 2, None)
    assert listed(session) == {"居住卡到期了": 0}


def test_what_a_call_asks_twice_is_one_asking_in_whatever_order_it_is_told(session: Session, permit: Entry) -> None:
    first = put(session, "居住卡到期了", Found.CHOSEN, channel="operator", call_id="a-call", entry_id=permit.id, place=1)
    again = put(session, "居住卡到期了", Found.UNSURE, channel="operator", call_id="a-call")
    assert again is first
    assert listed(session) == {}
    assert put(session, "居住卡到期了", Found.UNSURE, channel="operator", call_id="another") is not first


def test_a_confirmed_match_in_new_words_is_proposed_and_then_counted(session: Session, permit: Entry) -> None:
    for words in ("居住卡到期了咋个办", "请问居住卡到期了咋个办？", "居住卡到期了咋个办"):
        put(session, words, Found.CHOSEN, channel="machine", entry_id=permit.id, place=1)
    [row] = session.scalars(select(Phrasing).execution_options(populate_existing=True))
    assert (row.text, row.approval, row.source, row.heard) == ("居住卡到期了咋个办", Approval.PROPOSED, "call", 3)


@pytest.mark.parametrize("words", ["居住证如何续签", "续签", "我叫张三想续签居住证", "xuqian"])
def test_what_is_no_new_phrasing_is_not_proposed(session: Session, permit: Entry, words: str) -> None:
    put(session, words, Found.CHOSEN, entry_id=permit.id)
    assert session.scalars(select(Phrasing)).all() == []


def test_a_refused_phrasing_stays_refused(session: Session, permit: Entry) -> None:
    session.add(Phrasing(entry_id=permit.id, text="护照到期怎么办", approval=Approval.REFUSED))
    put(session, "护照到期怎么办？", Found.CHOSEN, entry_id=permit.id)
    [row] = session.scalars(select(Phrasing).execution_options(populate_existing=True))
    assert (row.approval, row.heard) == (Approval.REFUSED, 1)


def test_the_last_asking_is_remembered(session: Session) -> None:
    put(session, "打新疫苗")
    asked.note(session, "打新疫苗", channel="web", way="words", found=Found.NOTHING, at=NOON + timedelta(days=1))
    [row] = session.scalars(select(Unanswered).execution_options(populate_existing=True))
    assert (row.first_at, row.last_at, row.count) == (NOON, NOON + timedelta(days=1), 2)


@pytest.mark.parametrize(("words", "way"), [("㎞" * 128, "words"), ("2" * 128, "keys")])
def test_words_that_grow_when_they_are_brought_to_one_form_still_fit_the_list(session: Session, office: Department, words: str, way: str) -> None:
    office.short_name = "局" * 40
    put(session, words, way=way, department_id=office.id)
    (kept,) = listed(session)
    assert len(kept) == 128
