"""Webhooks: a signed line to another system, never to one inside unless the settings name its network."""

import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

from hotline.settings import Settings
from hotline.telling.carriers import Later, Message, Refused
from hotline.telling.carriers.http import post

INSIDE = "该地址在内部网络，不能调用"
Address = IPv4Address | IPv6Address


@dataclass(frozen=True)
class Hooks:
    """Whatever address a message names."""

    settings: Settings
    name: str = "webhook"

    def carry(self, message: Message) -> str:
        if not message.place:
            raise Refused("该地址已停用")
        content = {"id": message.id, "topic": message.topic, **message.values}
        secure = urlsplit(message.place).scheme == "https"
        answer = post(message.place, content, message_id=message.id, secret=message.secret,
                      wait=self.settings.telling_timeout_seconds,
                      resolve=lambda host, port: self._address(host, port, secure=secure))  # fmt: skip
        return str(answer.get("reference", ""))

    def _address(self, host: str, port: int, *, secure: bool) -> str:
        """The first address of a name, if all of its addresses may be reached: who answers now with one and now with
        another reaches nothing inside by it."""
        try:
            found = [ip_address(str(entry[4][0]).partition("%")[0])
                     for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]  # fmt: skip
        except OSError as fault:
            raise Later("域名无法解析") from fault
        if not found or not all(self._may(address, secure=secure) for address in found):
            raise Refused(INSIDE)
        return str(found[0])

    def _may(self, address: Address, *, secure: bool) -> bool:
        nets = [ip_network(net.strip()) for net in self.settings.webhook_networks.split(",") if net.strip()]
        return any(address in net for net in nets) or (secure and outside(address))


def outside(address: Address) -> bool:
    """Whether an address is one of the public network's."""
    return address.is_global and not address.is_multicast and not address.is_reserved
