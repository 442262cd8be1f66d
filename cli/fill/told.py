"""Who was told of the steps of an invented ticket: in the inbox, by mail and by short message, all of it over."""

from datetime import timedelta

from cli.fill.cast import Cast, Person
from cli.fill.lives import Deed
from cli.fill.paper import Paper, Row
from dispatch.tickets.states import OVER, Action
from hotline.telling.notices import Notice, Topic
from hotline.telling.outbox import Channel, Delivery, DeliveryAttempt, State

TOPICS = {Action.DISPATCH: Topic.NEW, Action.RETURN: Topic.RETURNED, Action.REPLY: Topic.TO_SIGN,
          Action.SIGN: Topic.TO_CHECK, Action.SEND_BACK: Topic.SENT_BACK, Action.REDO: Topic.REDO}  # fmt: skip
FAILED = 40  # one message in so many


def of_step(paper: Paper, cast: Cast, ticket: Row, deed: Deed) -> None:
    """Note what a step brought; nothing is left to send."""
    topic = TOPICS.get(deed.action)
    for person in _told(cast, topic, ticket) if topic else ():
        seen = deed.at + timedelta(hours=2) if ticket["id"] % 11 else None
        notice = paper.number(Notice, {
            "key": f"fill:{ticket['id']}:{deed.action}:{deed.at.timestamp():.0f}", "account_id": person.id,
            "department_id": person.department_id, "topic": topic, "kind": "ticket", "thing": ticket["number"],
            "due_at": ticket["due_at"], "at": deed.at, "read_at": seen})  # fmt: skip
        if topic is Topic.NEW:
            _sent(paper, deed, notice, Channel.EMAIL, f"{person.login}@example.invalid", (topic, ticket["number"]))
    if deed.target in OVER and deed.source not in OVER:
        _sent(paper, deed, ticket["id"], Channel.SMS, ticket["caller"], ("closed", ticket["number"]))


def _told(cast: Cast, topic: Topic, ticket: Row) -> tuple[Person, ...]:
    if topic in (Topic.RETURNED, Topic.TO_CHECK):
        return cast.supervisors
    people = cast.leaders if topic is Topic.TO_SIGN else cast.liaisons
    return people.get(ticket["department_id"] or 0, ())


def _sent(paper: Paper, deed: Deed, key: int, channel: Channel, place: str, about: tuple[str, str]) -> None:
    failed = key % FAILED == 0
    over = deed.at + timedelta(seconds=30)
    made = paper.number(Delivery, {
        "key": f"fill:{channel}:{key}:{deed.at.timestamp():.0f}", "channel": channel, "place": place,
        "topic": about[0], "kind": "ticket", "thing": about[1], "state": State.FAILED if failed else State.SENT,
        "owed_at": deed.at, "due_at": deed.at, "attempts": 1, "ended_at": over, "via": "console",
        "ground": "演示数据" if failed else ""})  # fmt: skip
    paper.number(DeliveryAttempt, {"delivery_id": made, "at": deed.at, "ended_at": over,
                                   "outcome": "failed" if failed else "sent"})  # fmt: skip
