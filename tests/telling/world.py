"""A house with one liaison who wants to be told, and its teller."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import time_machine
from sqlalchemy import select

from hotline.accounts.accounts import Account
from hotline.accounts.roles import Role
from hotline.database import Database
from hotline.settings import Settings
from hotline.telling import notices
from hotline.telling.carriers import Carrier
from hotline.telling.notices import Topic, Wish
from hotline.telling.outbox import Channel, Delivery
from hotline.telling.teller import Teller, carriers_of
from tests.conftest import NOON
from tests.dispatch import town

ADDRESS, MOBILE, NUMBER = "zhang@gov.test", "13888888888", "96128-20261123-0001"


@dataclass
class House:
    """What a test reaches for."""

    database: Database
    settings: Settings
    carriers: Mapping[Channel, Carrier] | None = None
    people: list[Account] = field(default_factory=list)

    def __post_init__(self) -> None:
        with self.database.writing() as session:
            self.people.append(town.somebody(session, Role.LIAISON))

    def wants(self, **more: object) -> None:
        wish = {"email": ADDRESS, "by_email": True, "mobile": "", "by_sms": False, "digest": False, "quiet": "", "muted": []} | more
        with self.database.writing() as session:
            kept = notices.want(session, Wish(account_id=self.people[0].id, **wish), by=self.people[0], at=NOON)
            kept.confirmed = kept.email

    def tell(self, key: str = "a", *, topic: Topic = Topic.NEW, number: str = NUMBER, at: datetime = NOON, **more: object) -> list[int]:
        with self.database.writing() as session:
            return notices.tell(session, self.people, topic, key=key, about=("ticket", number), at=at, **more)  # type: ignore[arg-type]

    def teller(self) -> Teller:
        return Teller(self.settings, self.database, self.carriers or carriers_of(self.settings))

    def sweep(self, at: datetime = NOON) -> int:
        with time_machine.travel(at, tick=False):
            return self.teller().tell()

    def rows(self) -> list[Delivery]:
        with self.database.reading() as session:
            return list(session.scalars(select(Delivery).order_by(Delivery.id)))

    def states(self) -> list[str]:
        return [str(row.state) for row in self.rows()]
