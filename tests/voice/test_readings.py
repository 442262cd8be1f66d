"""How the office wants words read: typed, applied to sentences, made anew, and undone."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from hotline.audit import AuditRow
from hotline.voice import correcting, orders
from hotline.voice.orders import SpeechOrder
from hotline.voice.readings import Reading, ReadingError, SpokenReading, read_in, said, standing
from hotline.voice.rendering import sentences
from tests.conftest import NOON
from tests.dispatch.town import later

VOICE = "zf_xiaobei"
TEXT = "请到解家营办理。解家营在江川。"
XIE = Reading("解家营", "xie4 jia1 ying2")


@pytest.mark.parametrize(("word", "read", "kept"), [
    ("解家营", "xiè jiā yíng", "xie4 jia1 ying2"), ("旅游", "lǚ yóu", "lv3 you2"), ("绿", "lv4", "lv4"), ("的", "de5", "de5"),
    ("ETC", "E，T，C", "E，T，C"), ("96128", "九六一二八", "九六一二八"), (" 解家营。", "XIE4 jia1 YING2", "xie4 jia1 ying2"),
])  # fmt: skip
def test_a_reading_is_typed_with_signs_or_figures_for_tones_or_as_other_words(word: str, read: str, kept: str) -> None:
    assert read_in(word, read).read == kept


@pytest.mark.parametrize(("word", "read", "within", "why"), [
    ("解家营", "xie jia ying", "", "不是带声调"), ("解", "xqe4", "", "不是带声调"), ("解家营", "xie4 jia1", "", "3个字"),
    ("，", "xie4", "", "请填写一个词"), ("甲，乙", "a1 b2", "", "请填写一个词"), ("解", "解", "", "请填写读法"), ("解", "", "", "请填写读法"),
    ("解", "xie4", "长" * 61, "60"), ("长" * 21, "短", "", "20"),
])  # fmt: skip
def test_what_is_no_reading_is_refused_in_words(word: str, read: str, within: str, why: str) -> None:
    with pytest.raises(ReadingError, match=why):
        read_in(word, read, within)


def test_the_longer_word_and_the_narrower_place_win_and_the_rest_of_a_sentence_stays() -> None:
    dictionary = (Reading("解", "谢"), XIE, Reading("办理", "办里", "不在里面"), Reading("江川", "姜川"), Reading("江川", "将川", "请去"))
    assert said("请去解家营办理，解江川。", dictionary) == "请去{解家营 xie4 jia1 ying2}办理，谢将川。"
    assert said("江川。", dictionary) == "姜川。"
    assert said("谢谢。", dictionary) == "谢谢。"


def made(session: Session, *names: str) -> None:
    for row in session.scalars(select(SpeechOrder).where(SpeechOrder.name.in_(names) if names else SpeechOrder.made_at.is_(None))):
        row.made_at = NOON


def correct(session: Session, reading: Reading = XIE, hours: int = 1) -> SpokenReading:
    return correcting.correct(session, reading, voice=VOICE, by="office", at=later(hours=hours))


def test_what_holds_the_word_is_made_anew_and_heard_as_before_until_it_is_made(session: Session) -> None:
    before = orders.order(session, TEXT + "别的句子。", voice=VOICE, at=NOON)
    made(session)
    row = correct(session)
    owed = {order.said: order for order in session.scalars(select(SpeechOrder).where(SpeechOrder.made_at.is_(None)))}
    assert owed.keys() == {"请到{解家营 xie4 jia1 ying2}办理。", "{解家营 xie4 jia1 ying2}在江川。"}
    assert {order.text for order in owed.values()} == set(sentences(TEXT))
    assert correcting.progress(session, row, voice=VOICE) == (0, 2, 0)
    assert orders.heard_names(session, TEXT, voice=VOICE) == before[:2]
    first = owed["请到{解家营 xie4 jia1 ying2}办理。"]
    made(session, first.name)
    assert orders.heard_names(session, TEXT, voice=VOICE) == [first.name, before[1]], "each as soon as it is made"
    assert not correcting.settle(session, voice=VOICE, at=later(hours=2))
    made(session)
    assert correcting.settle(session, voice=VOICE, at=later(hours=2))
    assert standing(session).settled == standing(session).wanted == (XIE,)
    assert (row.begun_at, row.pending) == (later(hours=2), False)
    assert not correcting.settle(session, voice=VOICE, at=later(hours=3)), "nothing waits any more"


def test_a_correction_is_undone_by_one_click_to_what_was_before_and_leaves_its_trace(session: Session) -> None:
    plain = orders.order(session, TEXT, voice=VOICE, at=NOON)
    made(session)
    first = correct(session)
    with pytest.raises(ReadingError, match="已经是"):
        correct(session)
    second = correct(session, Reading("解家营", "jie3 jia1 ying2"), hours=2)
    assert (first.ended_by, first.left_at) == ("office", later(hours=2)), "nobody had heard it"
    correcting.undo(session, second, voice=VOICE, by="boss", at=later(hours=3))
    assert standing(session).wanted == (XIE,)
    made(session)
    correcting.settle(session, voice=VOICE, at=later(hours=4))
    last = session.scalars(select(SpokenReading).where(SpokenReading.ended_at.is_(None))).one()
    correcting.undo(session, last, voice=VOICE, by="boss", at=later(hours=5))
    assert orders.heard_names(session, TEXT, voice=VOICE) == plain, "the sounds without it are still there"
    assert correcting.settle(session, voice=VOICE, at=later(hours=6))
    assert standing(session).settled == ()
    with pytest.raises(ReadingError, match="已经停用"):
        correcting.undo(session, last, voice=VOICE, by="boss", at=later(hours=7))
    trail = session.scalars(select(AuditRow).where(AuditRow.kind == "reading").order_by(AuditRow.id)).all()
    assert [(row.deed, row.by) for row in trail] == [("reading.corrected", "office")] * 2 + [("reading.undone", "boss")] * 2


def test_what_cannot_be_made_is_counted_and_keeps_the_old_sound(session: Session) -> None:
    old = orders.order(session, "到解家营。", voice=VOICE, at=NOON)
    made(session)
    row = correct(session)
    for order in session.scalars(select(SpeechOrder).where(SpeechOrder.made_at.is_(None))):
        order.tries = orders.MOST_TRIES
    assert correcting.progress(session, row, voice=VOICE) == (0, 1, 1)
    assert not correcting.settle(session, voice=VOICE, at=later(hours=2))
    assert orders.heard_names(session, "到解家营。", voice=VOICE) == old


def test_of_what_waits_a_caller_goes_first_then_what_the_office_corrects(session: Session) -> None:
    orders.order(session, "解家营。", voice=VOICE, at=NOON)
    made(session)
    orders.order(session, "甲。", voice=VOICE, at=NOON)
    correct(session)
    orders.order(session, "乙。", voice=VOICE, urgent=True, at=later(hours=3))
    turn = []
    while (row := orders.next_owed(session)) is not None:
        turn.append(row.text)
        row.made_at = NOON
        session.flush()
    assert turn == ["乙。", "解家营。", "甲。"]


def test_fixed_prompts_with_the_word_are_made_anew_too(session: Session) -> None:
    correct(session, Reading("公开", "gong1 kai5"))
    assert [order.text for order in session.scalars(select(SpeechOrder))] == ["您好，这里是玉溪市政府信息公开热线九六一二八，本次通话将被录音。"]
