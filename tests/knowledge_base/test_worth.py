"""What phrasings bring, and where they lead astray, by asking again what was asked."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.directory.departments import Department
from knowledge_base import asked, measured, pruning, worth
from knowledge_base.asked import Found
from knowledge_base.entries import Approval, Entry, Phrasing, State
from knowledge_base.worth import Asking, Led, Search

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
PERMIT, DOG = 1, 2


def phrasing(number: int, entry_id: int, text: str, *, at: datetime = NOON) -> Phrasing:
    return Phrasing(id=number, entry_id=entry_id, text=text, approval=Approval.APPROVED, decided_at=at)


def said(words: str, entry_id: int = PERMIT, *, days: int = 1) -> Asking:
    return Asking(words, entry_id, NOON + timedelta(days=days))


def build_of(rows: Sequence[Phrasing]) -> worth.Build:
    """A search that finds an entry by a character that its phrasings have in common with the words."""

    def build(without: frozenset[int]) -> Search:
        left = [row for row in rows if row.id not in without]
        return lambda words: list(dict.fromkeys(row.entry_id for row in left if set(row.text) & set(words)))

    return build


def test_a_months_phrasings_are_worth_what_is_found_less_without_them() -> None:
    card, pass_ = phrasing(1, PERMIT, "卡"), phrasing(2, PERMIT, "证", at=NOON - timedelta(days=40))
    november, october = worth.measure(
        [said("卡丢了"), said("卡坏了"), said("证丢了"), said("什么都不是")],
        {date(2026, 11, 1): [card], date(2026, 10, 1): [pass_]}, build_of([card, pass_]),
    )  # fmt: skip
    assert (november.phrasings, november.askings, november.s1, november.s1_without) == (1, 4, 0.75, 0.25)
    assert (october.s1, october.s1_without, october.s5_without) == (0.75, 0.5, 0.5)


def test_what_a_phrasing_was_made_from_does_not_speak_for_it() -> None:
    card = phrasing(1, PERMIT, "卡丢了")
    [one] = worth.measure([said("卡丢了！", days=-3), said("卡丢了", days=3), said("卡坏了", days=-3)], {date(2026, 11, 1): [card]}, build_of([card]))
    assert one.askings == 2


def test_without_askings_or_phrasings_nothing_is_said() -> None:
    assert worth.measure([], {date(2026, 11, 1): [phrasing(1, PERMIT, "卡")]}, build_of([])) == []
    assert worth.measure([said("卡")], {}, build_of([])) == []


def test_a_phrasing_that_pulls_questions_to_the_wrong_entry_is_named() -> None:
    wrong, right = phrasing(1, DOG, "证丢了怎么办"), phrasing(2, PERMIT, "居住证丢了")
    askings = [said("证丢了怎么办呀"), said("我的证丢了怎么办"), said("证丢了怎么办", DOG), said("完全不同的话")]
    found = worth.led(askings, lambda words: [DOG, PERMIT], {DOG: [wrong], PERMIT: [right]})
    assert found == [Led(1, 1, 2)]


def test_what_is_replayed_was_confirmed_in_words_and_still_stands(session: Session, office: Department) -> None:
    for number, state in ((PERMIT, State.PUBLISHED), (DOG, State.WITHDRAWN)):
        session.add(Entry(id=number, department_id=office.id, question=f"问题{number}", state=state, published=1))
    session.flush()
    for words, found, way, entry in (("居住卡丢了", Found.CHOSEN, "words", PERMIT), ("599", Found.CHOSEN, "keys", PERMIT),
                                     ("养犬", Found.CHOSEN, "words", DOG), ("居住卡", Found.SHOWN, "words", None)):  # fmt: skip
        asked.note(session, words, channel="web", way=way, found=found, entry_id=entry, at=NOON)
    assert worth.kept(session) == [Asking("居住卡丢了", PERMIT, NOON)]
    assert worth.kept(session, since=NOON + timedelta(days=1)) == []


def test_phrasings_stand_in_the_month_of_their_approval(session: Session, office: Department) -> None:
    session.add(Entry(id=PERMIT, department_id=office.id, question="居住证", state=State.PUBLISHED, published=1))
    session.flush()
    last_evening_of_october = datetime(2026, 10, 31, 17, 0, tzinfo=UTC)  # the first of November in Yuxi
    session.add_all([phrasing(1, PERMIT, "a", at=last_evening_of_october), phrasing(2, PERMIT, "b"),
                     Phrasing(id=3, entry_id=PERMIT, text="c", approval=Approval.PROPOSED, decided_at=NOON),
                     Phrasing(id=4, entry_id=PERMIT, text="d", approval=Approval.APPROVED)])  # fmt: skip
    assert {m: [r.id for r in rows] for m, rows in worth.learned(session).items()} == {date(2026, 11, 1): [2, 1]}


def test_a_measurement_takes_the_place_of_the_last_one(session: Session, office: Department) -> None:
    session.add(Entry(id=PERMIT, department_id=office.id, question="居住证", state=State.PUBLISHED, published=1))
    session.flush()
    session.add_all([phrasing(11, PERMIT, "居住卡丢了"), phrasing(12, PERMIT, "暂住证")])
    session.flush()
    asked.note(session, "居住卡坏了怎么办", channel="web", way="words", found=Found.CHOSEN, entry_id=PERMIT, at=NOON + timedelta(days=1))
    approved = session.scalars(select(Phrasing).where(Phrasing.approval == Approval.APPROVED)).all()
    for _ in range(2):
        worths, led = measured.measure(session, build_of(approved))
        measured.keep(session, worths, led, at=NOON)
        session.flush()
    [row] = measured.last(session)
    assert (row.month, row.phrasings, row.askings, row.s1, row.s1_without) == (date(2026, 11, 1), 2, 1, 1.0, 0.0)
    assert measured.measured_at(session) == NOON
    measured.keep(session, [], [], at=NOON)
    assert measured.last(session) == []


def test_phrasings_that_nobody_uses_or_that_lead_astray_are_listed(session: Session, office: Department) -> None:
    session.add(Entry(id=PERMIT, department_id=office.id, question="居住证", state=State.PUBLISHED, published=1))
    session.flush()
    long_ago, lately = NOON - timedelta(days=200), NOON - timedelta(days=20)
    rows = [phrasing(1, PERMIT, "久无人问", at=long_ago), phrasing(2, PERMIT, "常问", at=long_ago), phrasing(3, PERMIT, "新", at=lately),
            Phrasing(id=4, entry_id=PERMIT, text="不知何时"), Phrasing(id=5, entry_id=PERMIT, text="已停", approval=Approval.RETIRED, decided_at=long_ago)]
    rows[1].heard_at, rows[2].led_astray, rows[1].led_right, rows[1].led_astray = lately, 3, 4, 3
    session.add_all(rows)
    session.flush()

    def idle(since: datetime | None) -> set[int]:
        return {r.id for r in session.scalars(pruning.idle(months=6, listening_since=since, at=NOON))}

    assert idle(long_ago) == {1, 4}
    assert idle(lately) == idle(None) == set()
    assert [r.id for r in session.scalars(pruning.astray())] == [3]
