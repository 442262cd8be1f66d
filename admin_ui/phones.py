"""The port to the operators' telephones: what the pages ask of the exchange."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Protocol

from dispatch.callbacks.callbacks import Attempt
from dispatch.callbacks.caller_contacts import CallerContact
from dispatch.line.flags import Skill


class PhonesError(Exception):
    """The exchange did not do what was asked; the text is fit for a person."""


@dataclass(frozen=True)
class BrowserPhones:
    """The telephones that live in the pages. `addresses`: where each exchange hears them, `{host}` is the page's own;
    `let_in` has a number sign in with this password from now on, and raises PhonesError when no exchange was told."""

    numbers: frozenset[str] = frozenset()
    addresses: tuple[str, ...] = ()
    let_in: Callable[[str, str], None] = lambda _number, _password: None


class Phones(Protocol):
    """Puts an operator's phone into the queue and takes it out.

    Asking for what is so already is no error; each raises PhonesError when it was not done."""

    def sign_on(self, extension: str, name: str, skills: Collection[Skill] = (), *,
                reserve: bool = False) -> None:  # fmt: skip
        """From now on the queue may ring this phone, first for who needs one of these skills; `reserve`: for others
        only when too many wait, or one too long. `name`: his login, by which the exchange's book names him."""

    def sign_off(self, extension: str) -> None:
        """The queue no longer knows this phone."""

    def pause(self, extension: str, reason: str) -> None:
        """The phone stays in the queue, but isn't rung."""

    def resume(self, extension: str) -> None:
        """The phone is rung again."""

    def connect(self, attempt: Attempt, number: str, *, extension: str) -> None:
        """This phone is rung, and when it is taken the citizen's; PhonesError when neither will be."""

    def contact(self, contact: CallerContact, number: str, *, own: str) -> None:
        """This liaison's telephone is rung, and when it is taken the citizen's; PhonesError when neither will be."""

    def talks(self, call_id: str, extension: str) -> str:
        """The channel by which this phone talks in a call; PhonesError when it doesn't."""

    def listen_in(self, spied: str, *, own: str) -> None:
        """This phone is rung, and when it is taken it hears that channel, unheard; PhonesError when it won't be."""


class NoPhones:
    """Stands in where no exchange is connected: it says so, rather than pretend."""

    def sign_on(self, extension: str, name: str, skills: Collection[Skill] = (), *,
                reserve: bool = False) -> None:  # fmt: skip
        raise PhonesError("未连接交换机，话机状态未改变")

    def sign_off(self, extension: str) -> None:
        raise PhonesError("未连接交换机，话机状态未改变")

    def pause(self, extension: str, reason: str) -> None:
        raise PhonesError("未连接交换机，话机状态未改变")

    def resume(self, extension: str) -> None:
        raise PhonesError("未连接交换机，话机状态未改变")

    def connect(self, attempt: Attempt, number: str, *, extension: str) -> None:
        raise PhonesError("未连接交换机，无法拨打")

    def contact(self, contact: CallerContact, number: str, *, own: str) -> None:
        raise PhonesError("未连接交换机，无法拨打")

    def talks(self, call_id: str, extension: str) -> str:
        raise PhonesError("未连接交换机，无法拨打")

    def listen_in(self, spied: str, *, own: str) -> None:
        raise PhonesError("未连接交换机，无法拨打")
