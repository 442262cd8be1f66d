"""Run in a network of its own (`unshare -n`): loads a firewall's rules, and tells how much of what each sends comes through."""

import json
import socket
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

PORT = 5060
SECONDS = 1.0


def main(rules: str, *senders: str) -> None:
    """`senders`: address=packets a second, each for a second, longer on a busy machine;
    prints what was sent, what came and how long it took, by address."""
    rates = {address: int(rate) for address, _, rate in (sender.partition("=") for sender in senders)}
    for command in (["link", "set", "lo", "up"], *(["address", "add", f"{one}/32", "dev", "lo"] for one in ("192.0.2.1", *rates))):
        subprocess.run(["ip", *command], check=True)
    subprocess.run(["nft", "-f", rules], check=True)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as exchange:
        exchange.bind(("192.0.2.1", PORT))
        exchange.settimeout(1.0)
        with ThreadPoolExecutor(len(rates)) as together:
            sending = {address: together.submit(_send, address, rate) for address, rate in rates.items()}
            came = _count(exchange)
    told = {address: {"sent": round(rates[address] * SECONDS), "came": came[address], "seconds": one.result()} for address, one in sending.items()}
    print(json.dumps(told))


def _send(address: str, rate: int) -> float:
    """How long it took."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as link:
        link.bind((address, 0))
        began = time.monotonic()
        for number in range(round(rate * SECONDS)):
            time.sleep(max(0.0, began + number / rate - time.monotonic()))
            with suppress(PermissionError):  # a packet that is dropped on the same machine is told to who sent it
                link.sendto(b"OPTIONS sip:96128@192.0.2.1 SIP/2.0\r\n\r\n", ("192.0.2.1", PORT))
        return time.monotonic() - began


def _count(exchange: socket.socket) -> Counter[str]:
    """What comes until nothing does for a second."""
    came: Counter[str] = Counter()
    with suppress(TimeoutError):
        while True:
            _, (address, _) = exchange.recvfrom(2048)
            came[address] += 1
    return came


if __name__ == "__main__":
    main(*sys.argv[1:])
