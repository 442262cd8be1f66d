"""The pages' port to the operators' phones, answered by the exchange."""

from collections.abc import Callable, Collection
from typing import TypeVar

from admin_ui.phones import PhonesError
from dispatch.callbacks.callbacks import Attempt
from dispatch.callbacks.caller_contacts import CallerContact
from dispatch.callbacks.telephone import Telephone
from dispatch.line.flags import Skill
from hotline.exchange.errors import ActionRefused, LinkError

T = TypeVar("T")
AGAIN = "交换机没有响应，请重试"


class ExchangePhones:
    """What the desk asks, asked of the exchange; what it can't do is said in words."""

    def __init__(self, telephone: Telephone) -> None:
        self._telephone = telephone

    def sign_on(self, extension: str, name: str, skills: Collection[Skill] = (), *, reserve: bool = False) -> None:
        _asked(lambda: self._telephone.sign_on(extension, name, skills, reserve=reserve))

    def sign_off(self, extension: str) -> None:
        _asked(lambda: self._telephone.sign_off(extension))

    def pause(self, extension: str, reason: str) -> None:
        _asked(lambda: self._telephone.pause(extension, reason))

    def resume(self, extension: str) -> None:
        _asked(lambda: self._telephone.resume(extension))

    def connect(self, attempt: Attempt, number: str, *, extension: str) -> None:
        try:
            self._telephone.connect(attempt, number, extension=extension)
        except ActionRefused as error:
            raise PhonesError("话机不在线，无法拨打") from error

    def contact(self, contact: CallerContact, number: str, *, own: str) -> None:
        try:
            self._telephone.contact(contact, number, own=own)
        except ActionRefused as error:
            raise PhonesError("联络员的电话无法接通") from error

    def talks(self, call_id: str, extension: str) -> str:
        spied = _asked(lambda: self._telephone.talks(call_id, extension), AGAIN)
        if not spied:
            raise PhonesError("该通话中现在没有其他接线员")
        return spied

    def listen_in(self, spied: str, *, own: str) -> None:
        _asked(lambda: self._telephone.listen_in(spied, own=own), AGAIN)


def _asked(ask: Callable[[], T], why: str = "交换机没有响应，话机状态未改变") -> T:
    try:
        return ask()
    except LinkError as error:
        raise PhonesError(why) from error
