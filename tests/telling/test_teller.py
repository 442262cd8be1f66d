"""The outbox is emptied once, whoever wakes the teller and whenever it dies; at night and in the morning as people wish."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from hotline.database import Database
from hotline.settings import Settings
from hotline.telling import notices, outbox
from hotline.telling.carriers import Message
from hotline.telling.claiming import LEASE
from hotline.telling.notices import Notice, Topic, Wish, WishError
from hotline.telling.outbox import Channel
from tests.conftest import NOON
from tests.dispatch import town
from tests.telling.world import MOBILE, NUMBER, House

NIGHT = datetime(2026, 11, 23, 15, 30, tzinfo=UTC)  # half past eleven in Yuxi
MORNING = datetime(2026, 11, 23, 23, 0, tzinfo=UTC)  # seven
EIGHT = MORNING + timedelta(hours=1)


class Killed(BaseException):
    """The process dies."""


class Keeper:
    """A way out that keeps what it is given, and dies when told to."""

    name = "kept"

    def __init__(self) -> None:
        self.got: list[Message] = []
        self.dies = False

    def carry(self, message: Message) -> str:
        self.got.append(message)
        if self.dies:
            raise Killed
        return "r"


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


@pytest.fixture
def house(database: Database, settings: Settings, keeper: Keeper) -> House:
    return House(database, settings, dict.fromkeys(Channel, keeper))


def test_a_notice_that_is_rolled_back_tells_nobody(house: House) -> None:
    house.wants()

    def changes_its_mind() -> None:
        with house.database.writing() as session:
            notices.tell(session, house.people, Topic.NEW, key="a", about=("ticket", NUMBER), at=NOON)
            raise Killed

    with pytest.raises(Killed):
        changes_its_mind()
    assert (house.rows(), house.tell() != []) == ([], True)


def test_several_tellers_at_once_bring_each_message_once(house: House, keeper: Keeper) -> None:
    house.wants(by_sms=True, mobile=MOBILE)
    for n in range(12):
        house.tell(str(n))
    with time_machine.travel(NOON, tick=False):
        town.at_once(lambda: house.teller().tell(), threads=4)
    assert set(Counter(message.id for message in keeper.got).values()) == {1}
    assert house.states() == ["sent"] * 24


def test_after_a_crash_a_letter_goes_again_under_its_id_and_a_short_message_does_not(house: House, keeper: Keeper) -> None:
    house.wants(by_sms=True, mobile=MOBILE)
    house.tell()
    keeper.dies = True
    for _ in range(2):
        with pytest.raises(Killed):
            house.sweep()
    keeper.dies = False
    assert house.sweep(NOON + LEASE / 2) == 0  # somebody may still be at it
    for minutes in (6, 8):
        house.sweep(NOON + timedelta(minutes=minutes))
    assert {str(row.channel): str(row.state) for row in house.rows()} == {"email": "sent", "sms": "in_doubt"}
    told = Counter((message.place, message.id) for message in keeper.got)
    assert sorted(told.values()) == [1, 2]


def test_at_night_only_what_is_urgent_goes_out(house: House, keeper: Keeper) -> None:
    house.wants()
    house.tell("calm", at=NIGHT)
    house.tell("urgent", at=NIGHT, urgent=True)
    assert house.sweep(NIGHT) == 1
    assert house.sweep(MORNING - timedelta(minutes=1)) == 0
    assert house.sweep(MORNING) == 1
    assert [row.state for row in house.rows()] == ["sent", "sent"]


def test_ones_own_quiet_hours_go_before_the_houses(house: House) -> None:
    house.wants(quiet="12:00-13:30")
    house.tell("a", at=NOON)
    assert (house.sweep(NOON), house.sweep(NOON + timedelta(minutes=90))) == (0, 1)
    house.tell("b", at=NIGHT)
    assert house.sweep(NIGHT) == 1


def test_who_wants_one_message_a_morning_gets_one(house: House, keeper: Keeper) -> None:
    house.wants(digest=True)
    for n in range(3):
        house.tell(str(n), number=f"96128-20261123-000{n}", at=NOON + timedelta(minutes=n))
    house.tell("urgent", urgent=True)
    assert house.sweep(NOON + timedelta(hours=1)) == 1  # what is urgent doesn't wait
    assert (house.sweep(EIGHT - timedelta(minutes=1)), house.sweep(EIGHT)) == (0, 1)
    letter = keeper.got[-1]
    assert letter.subject == "【96128】3条提醒"
    assert all(f"96128-20261123-000{n}：新工单待签收" in letter.text for n in range(3))
    assert house.states() == ["sent"] * 4
    house.tell("later", at=EIGHT + timedelta(minutes=1))
    assert house.sweep(EIGHT + timedelta(hours=20)) == 0


def test_what_is_muted_lies_in_the_inbox_alone(house: House) -> None:
    house.wants(muted=[Topic.ADDED])
    house.tell("a", topic=Topic.ADDED)
    assert house.rows() == []
    with house.database.writing() as session:
        me = house.people[0].id
        assert notices.unread(session, me) == 1
        [row] = session.scalars(select(Notice))
        notices.read(session, me + 1, [row.id], at=NOON)  # somebody else's
        assert notices.unread(session, me) == 1
        notices.read(session, me, None, at=NOON)
        assert notices.unread(session, me) == 0


@pytest.mark.parametrize("wrong", [{"email": "zhang"}, {"email": "a@b\nBcc: c@d.e"}, {"email": "a@b,c@d.e"}, {"by_sms": True, "mobile": "0877-2012345"},
                                   {"quiet": "22-7"}])  # fmt: skip
def test_a_wish_that_cannot_be_kept_is_not(house: House, wrong: dict[str, object]) -> None:
    with pytest.raises(WishError):
        house.wants(**wrong)


def test_what_is_over_goes_after_its_days_and_what_is_owed_stays(house: House) -> None:
    house.wants()
    house.tell("sent")
    house.sweep()
    house.tell("owed")
    with house.database.writing() as session:
        notices.read(session, house.people[0].id, None, at=NOON)
    house.tell("unread")
    with time_machine.travel(NOON + timedelta(days=181), tick=False):
        house.teller().tidy()
    assert [row.key for row in house.rows()] == [f"owed:{house.people[0].id}", f"unread:{house.people[0].id}"]
    with house.database.reading() as session:
        assert session.scalars(select(Notice.key)).all() == ["unread"]


def test_wishes_are_the_persons_own(house: House) -> None:
    with house.database.reading() as session:
        assert notices.wish_of(session, house.people[0].id).ways(Topic.NEW) == []
    wish = Wish(email="a@b.c", confirmed="a@b.c", mobile=MOBILE, by_email=True, by_sms=True, muted=[])
    assert wish.ways(Topic.NEW) == [(Channel.EMAIL, "a@b.c"), (Channel.SMS, MOBILE)]
    wish.email = "a@b.cn"
    assert wish.ways(Topic.NEW) == [(Channel.SMS, MOBILE)], "a new address is confirmed first"


def test_what_lacks_words_stands_before_nobody(house: House, keeper: Keeper) -> None:
    with house.database.writing() as session:
        outbox.owe(session, key="a", channel=Channel.EMAIL, place="a@b.c", topic="new", at=NOON)
        outbox.owe(session, key="b", channel=Channel.WEBHOOK, place="x", topic="new", at=NOON)
        outbox.owe(session, key="c", channel=Channel.SMS, place=MOBILE, topic="hello", template="hello", at=NOON)
    house.wants()
    house.tell()
    house.sweep()
    assert house.states() == ["failed", "failed", "failed", "sent"]
    assert house.rows()[0].ground == "内容不完整"


def test_a_waking_brings_out_and_tidies_now_and_then(house: House) -> None:
    house.wants()
    house.tell()
    teller = house.teller()
    with time_machine.travel(NOON):  # the clock runs
        teller.work()
    assert (house.states(), "tidy" in teller.looked) == (["sent"], True)


def test_who_was_slow_and_lost_his_lease_notes_nothing(house: House, keeper: Keeper) -> None:
    house.wants()
    house.tell()
    with time_machine.travel(NOON, tick=False):
        slow = house.teller()._claimed()
    assert slow is not None
    house.sweep(NOON + timedelta(minutes=6))  # in doubt: it is owed again
    with time_machine.travel(NOON + timedelta(minutes=7), tick=False):
        other = house.teller()._claimed()
        house.teller()._bring(slow)
        assert (house.states(), house.rows()[0].attempts) == (["sending"], 2)
        assert other is not None
        house.teller()._bring(other)
    assert house.states() == ["sent"]


def test_a_teller_that_is_to_end_begins_no_other_message(house: House, keeper: Keeper) -> None:
    house.wants()
    for key in ("a", "b", "c"):
        house.tell(key)
    with time_machine.travel(NOON, tick=False):
        house.teller().tell(lambda: len(keeper.got) == 2)
    assert house.states() == ["sent", "sent", "owed"]
