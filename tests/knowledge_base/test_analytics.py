"""The picture of what was asked."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from hotline.directory.departments import Department
from knowledge_base import analytics, asked
from knowledge_base.asked import Found
from knowledge_base.entries import Entry, State

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
CHANNELS = ("machine", "operator", "web")


def test_askings_are_counted_by_the_days_of_yuxi_by_channel_and_outcome(session: Session, office: Department) -> None:
    permit = Entry(department_id=office.id, question="居住证如何续签", state=State.PUBLISHED, published=1)
    session.add(permit)
    session.flush()
    late_on_sunday = datetime(2026, 11, 22, 15, 59, tzinfo=UTC)
    for at, channel, words, found, place in (
        (NOON, "web", "居住卡", Found.CHOSEN, 1), (NOON, "web", "居住卡", Found.CHOSEN, 9), (NOON, "web", "养犬", Found.NOTHING, None),
        (NOON, "operator", "养犬", Found.UNSURE, None), (late_on_sunday, "web", "居住卡", Found.SHOWN, None),
        (late_on_sunday + timedelta(minutes=1), "machine", "居住卡", Found.SHOWN, None), (NOON - timedelta(days=30), "web", "旧", Found.NOTHING, None),
    ):  # fmt: skip
        asked.note(session, words, channel=channel, way="words", found=found, place=place, at=at,
                   entry_id=permit.id if found is Found.CHOSEN else None)  # fmt: skip
    seen = analytics.picture(session, since=date(2026, 11, 22), until=date(2026, 11, 23), channels=CHANNELS)
    assert [(d.on.day, d.counts) for d in seen.of("web")] == [(22, {Found.SHOWN: 1}), (23, {Found.CHOSEN: 2, Found.NOTHING: 1})]
    assert [d.counts for d in seen.of("machine")] == [{}, {Found.SHOWN: 1}]
    assert seen.total == 6
    assert seen.places == (1, 0, 0, 0, 1)
    assert [(w.words, w.asked, w.missed) for w in seen.words] == [("居住卡", 4, 0), ("养犬", 2, 2)]
    assert [(words, count) for _, words, count in seen.unanswered] == [("养犬", 2)]


def test_a_long_range_shows_its_latest_days(session: Session) -> None:
    seen = analytics.picture(session, since=date(2020, 1, 1), until=date(2026, 11, 23), channels=("web",))
    assert len(seen.days) == analytics.MOST_DAYS
    assert seen.days[-1].on == date(2026, 11, 23)
    assert seen.total == 0
