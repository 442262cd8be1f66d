"""Sentences ordered from the voice: each once, what somebody waits for first."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from hotline.database import Database
from hotline.voice import orders
from hotline.voice.orders import MOST_TRIES, SpeechOrder
from tests.conftest import NOON
from tests.dispatch import town
from tests.dispatch.town import later

VOICE = "zf_xiaobei"


def test_every_sentence_is_ordered_in_the_order_of_speaking(session: Session) -> None:
    names = orders.order(session, "请带身份证。到派出所办理。", voice=VOICE, at=NOON)
    rows = {row.name: row for row in session.scalars(select(SpeechOrder))}
    assert [rows[name].text for name in names] == ["请带身份证。", "到派出所办理。"]
    assert {(row.urgent, row.made_at, row.tries, row.voice) for row in rows.values()} == {(False, None, 0, VOICE)}


def test_ordering_again_is_free_and_undoes_nothing(session: Session) -> None:
    (name,) = orders.order(session, "请带身份证。", voice=VOICE, at=NOON)
    session.get_one(SpeechOrder, name).made_at = later(minutes=1)
    session.flush()
    assert orders.order(session, "请带身份证。", voice=VOICE, urgent=True, at=later(hours=1)) == [name]
    session.expire_all()
    row = session.get_one(SpeechOrder, name)
    assert (row.ordered_at, row.made_at) == (NOON, later(minutes=1))
    assert session.scalar(select(func.count()).select_from(SpeechOrder)) == 1


def test_another_voice_is_another_sound(session: Session) -> None:
    assert orders.order(session, "您好。", voice=VOICE, at=NOON) != orders.order(session, "您好。", voice="zm_yunxi", at=NOON)


def test_what_somebody_waits_for_is_made_first_then_the_oldest(session: Session) -> None:
    (old,), (young,), (waited,) = (orders.order(session, text, voice=VOICE, at=later(minutes=n)) for n, text in enumerate(["甲。", "乙。", "丙。"]))
    orders.order(session, "丙。", voice=VOICE, urgent=True, at=later(hours=1))
    orders.order(session, "丙。", voice=VOICE, at=later(hours=2))
    session.expire_all()
    made = []
    while (row := orders.next_owed(session)) is not None:
        made.append(row.name)
        row.made_at = NOON
        session.flush()
    assert made == [waited, old, young]


def test_what_failed_waits_behind_the_others_and_is_given_up_after_three_tries(session: Session) -> None:
    bad, good = (orders.order(session, text, voice=VOICE, at=later(minutes=n))[0] for n, text in enumerate(["坏句。", "好句。"]))
    asked = []
    while (row := orders.next_owed(session)) is not None:
        asked.append(row.name)
        if row.name == bad:
            row.tries += 1
        else:
            row.made_at = NOON
        session.flush()
    assert asked == [bad, good, *[bad] * (MOST_TRIES - 1)]
    assert orders.hopeless(session, [bad, good])
    assert not orders.hopeless(session, [good])


def test_the_sounds_that_are_not_made_yet_are_named_in_their_order(session: Session) -> None:
    names = orders.order(session, "一。二。三。", voice=VOICE, at=NOON)
    session.get_one(SpeechOrder, names[1]).made_at = NOON
    session.flush()
    assert orders.unmade(session, names) == [names[0], names[2]]
    assert orders.unmade(session, ["never-ordered", *names]) == ["never-ordered", names[0], names[2]]
    assert orders.unmade(session, []) == []


def test_nothing_sayable_orders_nothing(session: Session) -> None:
    assert orders.order(session, "……！", voice=VOICE, at=NOON) == []
    assert orders.next_owed(session) is None


def test_eight_callers_who_wait_for_the_same_sentence_order_it_once(database: Database) -> None:
    def work() -> list[str]:
        with database.writing() as session:
            return orders.order(session, "请带身份证。到派出所办理。", voice=VOICE, urgent=True, at=NOON)

    assert len({tuple(names) for names in town.at_once(work)}) == 1
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(SpeechOrder)) == 2
