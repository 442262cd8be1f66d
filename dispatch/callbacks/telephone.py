"""What the house asks of the exchange: to ring a citizen, to let phones take calls, to let a supervisor hear one."""

import uuid
from collections.abc import Collection
from contextlib import suppress
from threading import Lock

import structlog

from dispatch import exchanges
from dispatch.callbacks.callbacks import Attempt
from dispatch.callbacks.caller_contacts import CallerContact
from dispatch.callbacks.places import Place
from dispatch.callbacks.trunk import Taken, taken
from dispatch.line import skilled
from dispatch.line.flags import Skill
from hotline.exchange import actions
from hotline.exchange.errors import ActionRefused, LinkError
from hotline.exchange.link import Link
from hotline.exchange.names import extension_of, phone
from hotline.exchange.nodes import address
from hotline.phones import dialled
from hotline.settings import Settings

log = structlog.get_logger()


class Telephone:
    """One link to the exchange, made when first needed and made again when it was lost. Of several exchanges it is the
    one that holds the queues, unless it is to be the one of these settings (`here`)."""

    def __init__(self, settings: Settings, *, here: bool = False) -> None:
        self._settings = settings
        self._several = bool(settings.more_exchanges) and not here
        self._lock = Lock()
        self._link: Link | None = None
        self._node = settings.exchange_node

    def dial(self, attempt: Attempt, number: str) -> None:
        """Ring the citizen of an attempt; he then enters the dialplan by the door of call-backs.

        Whether it rang is told by the exchange afterwards; what can't be asked at all stays in doubt, which
        counts as made."""
        settings = self._settings
        try:
            actions.originate(
                self.link(), f"PJSIP/{dialled(number)}@{settings.trunk}", channel_id=attempt.id, context="callback",
                extension="s", caller_id=settings.number, account=attempt.call_id,
                timeout=settings.callback_ring_seconds,
                variables={"__CALLID": attempt.call_id, "__CALLER": dialled(number), "CALLBACK": attempt.callback_id,
                           "ATTEMPT": attempt.id},
            )  # fmt: skip
        except LinkError as error:
            log.warning("callback.not_asked", call_id=attempt.call_id, reason=str(error))

    def ring_for_place(self, attempt: Attempt, place: Place) -> None:
        """Ring whose place in the queue was kept; he then enters the dialplan by a door of his own. What can't be asked
        stays in doubt."""
        settings = self._settings
        try:
            actions.originate(
                self.link(), f"PJSIP/{dialled(place.number)}@{settings.trunk}", channel_id=attempt.id,
                context="place_turn", extension="s", caller_id=settings.number, account=attempt.call_id,
                timeout=settings.callback_ring_seconds,
                variables={"__CALLID": attempt.call_id, "__CALLER": place.number, "ATTEMPT": attempt.id,
                           "STAFFED": "yes", "QUEUE_PRIO": place.rank, "SKILL": place.skill},
            )  # fmt: skip
        except LinkError as error:
            log.warning("place.not_asked", call_id=attempt.call_id, reason=str(error))

    def tell(self, number: str, *, channel_id: str, call_id: str) -> None:
        """Ring somebody who is to hear a message; he then enters the dialplan by the door of these. ActionRefused when
        it is refused; whether it rang otherwise is told afterwards."""
        settings = self._settings
        try:
            actions.originate(
                self.link(), f"PJSIP/{dialled(number)}@{settings.trunk}", channel_id=channel_id, context="telling",
                extension="s", caller_id=settings.number, account=call_id, timeout=settings.callback_ring_seconds,
                variables={"__CALLID": call_id, "__CALLER": dialled(number), "ATTEMPT": channel_id},
            )  # fmt: skip
        except ActionRefused:
            raise
        except LinkError as error:
            log.warning("telling.not_asked", call_id=call_id, reason=str(error))

    def queues(self) -> list[dict[str, str]] | None:
        """Who waits in the queues and who takes calls, as the exchange tells it; None when it can't be asked."""
        try:
            return actions.queue_status(self.link())
        except LinkError as error:
            log.warning("exchange.not_asked", reason=str(error))
            return None

    def connect(self, attempt: Attempt, number: str, *, extension: str) -> None:
        """Ring an operator's phone, and when he takes it the citizen's: ActionRefused when it is refused. He sees the
        hotline's number, and so does the citizen."""
        self._bring_together(phone(extension), number, channel_id=attempt.id, call_id=attempt.call_id)

    def contact(self, contact: CallerContact, number: str, *, own: str) -> None:
        """Ring a liaison's telephone, and when he takes it the citizen's, in the same way; ActionRefused when it is
        refused."""
        self._bring_together(f"PJSIP/{own}@{self._settings.trunk}", number, channel_id=contact.id,
                             call_id=contact.call_id)  # fmt: skip

    def _bring_together(self, first: str, number: str, *, channel_id: str, call_id: str) -> None:
        settings = self._settings
        try:
            actions.originate(
                self.link(), first, channel_id=channel_id, context="callback_person", extension="s",
                caller_id=settings.number, account=call_id, timeout=settings.callback_ring_seconds,
                variables={"__CALLID": call_id, "CITIZEN": dialled(number), "RING": settings.callback_ring_seconds},
            )  # fmt: skip
        except ActionRefused:
            raise
        except LinkError as error:  # it may ring all the same: whoever is rung first hears it, and says how it went
            log.warning("callback.not_asked", call_id=call_id, reason=str(error))

    def talks(self, call_id: str, extension: str) -> str:
        """The channel of an operator who talks in a call; empty when he doesn't. LinkError when nobody can say."""
        rows = [row for row in actions.core_show_channels(self.link()) if row.get("AccountCode") == call_id]
        his = (row for row in rows if extension_of(row["Channel"]) == extension)
        return next((row["Channel"] for row in his if row.get("ChannelStateDesc") == "Up"), "")

    def listen_in(self, spied: str, *, own: str) -> None:
        """Ring a supervisor's phone, and when he takes it let him hear all that is said on that channel; LinkError when
        it was not asked, or nobody knows. It carries no call's number: it is no leg of that call, nor a call."""
        actions.originate(
            self.link(), phone(own), channel_id=uuid.uuid4().hex, context="listening_in", extension="s",
            caller_id=self._settings.number, variables={"SPIED": spied},
        )  # fmt: skip

    def lines(self) -> Taken | None:
        """What of the trunk is taken, as the exchange has it; None when it can't be asked."""
        try:
            return taken(self._channels(), trunk=self._settings.trunk)
        except LinkError as error:
            log.warning("exchange.not_asked", reason=str(error))
            return None

    def living(self) -> frozenset[str] | None:
        """The ids of all channels that live, and of the calls that they belong to; None when nobody can say."""
        try:
            rows = self._channels()
        except LinkError as error:
            log.warning("exchange.not_asked", reason=str(error))
            return None
        return frozenset(row[name] for row in rows for name in ("Uniqueid", "AccountCode") if row.get(name))

    def sign_on(self, extension: str, name: str, skills: Collection[Skill] = (), *, reserve: bool = False) -> None:
        """Let a phone take the calls of all callers, and first of those who need what its operator can do; LinkError
        when the exchange can't be asked. `reserve`: of other callers only when these wait too long, or are too many."""
        for queue in skilled.queues(self._settings.queue, skills):
            counts = skilled.counts_in(queue, self._settings.queue, reserve=reserve)
            try:
                actions.queue_add(self.link(), queue, phone(extension), member_name=name, penalty=counts)
            except ActionRefused:  # it is there already
                self.resume(extension)

    def sign_off(self, extension: str) -> None:
        """Take a phone out of every queue."""
        for queue in skilled.queues(self._settings.queue):
            with suppress(ActionRefused):  # it wasn't there
                actions.queue_remove(self.link(), queue, phone(extension))

    def pause(self, extension: str, reason: str) -> None:
        """Keep a phone in the queue without ringing it."""
        actions.queue_pause(self.link(), phone(extension), paused=True, reason=reason)

    def resume(self, extension: str) -> None:
        """Ring it again."""
        actions.queue_pause(self.link(), phone(extension), paused=False)

    def close(self) -> None:
        """Give the link up."""
        with self._lock:
            if self._link is not None:
                self._link.close()
                self._link = None

    def link(self) -> Link:
        """The link, made when there is none; LinkError when the exchange can't be reached."""
        with self._lock:
            if self._link is None or not self._serves(self._link):
                self._link, self._node = self._made()
            return self._link

    def _made(self) -> tuple[Link, str]:
        if self._several:
            return exchanges.to_holder(self._settings)
        return Link(address(self._settings)), self._node

    def _serves(self, link: Link) -> bool:
        """Another exchange may hold the queues by now."""
        try:
            serves = not link.lost and (not self._several or exchanges.holds(link, self._node))
        except LinkError:
            serves = False
        if not serves:
            link.close()
        return serves

    def _channels(self) -> list[dict[str, str]]:
        """Those of all exchanges: callers come in on each."""
        rows = actions.core_show_channels(self.link())
        return [*rows, *exchanges.channels(self._settings, but=self._node)] if self._several else rows
