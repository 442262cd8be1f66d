"""Posting JSON to another system: signed, within a time, to the address alone; no redirect is followed."""

import hashlib
import hmac
import http.client
import json
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from hotline.telling.carriers import Later, Refused, Unsure

MOST_ANSWER = 10_000
BUSY = frozenset({408, 425, 429})
Resolve = Callable[[str, int], str]


def signature(secret: str, moment: str, body: bytes) -> str:
    """What proves that the house wrote a body at a moment."""
    return hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()


def post(url: str, content: Mapping[str, Any], *, message_id: str, secret: str, wait: float,
         resolve: Resolve | None = None) -> dict[str, Any]:
    """Post and read what is answered. `resolve` gives the address to connect to for host and port; the name is looked
    up once, and what was looked at is what is connected to."""
    body = json.dumps(content, ensure_ascii=False).encode()
    moment = str(int(time.time()))
    headers = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "hotline",
               "Idempotency-Key": message_id, "X-Hotline-Timestamp": moment,
               "X-Hotline-Signature": "sha256=" + signature(secret, moment, body)}  # fmt: skip
    connection = _connected(url, wait, resolve)
    try:
        return _asked(connection, url, body, headers)
    finally:
        connection.close()


def _connected(url: str, wait: float, resolve: Resolve | None) -> http.client.HTTPConnection:
    parts = urlsplit(url)
    secure, host = parts.scheme == "https", parts.hostname or ""
    port = parts.port or (443 if secure else 80)
    address = resolve(host, port) if resolve is not None else host
    connection = http.client.HTTPConnection(host, port, timeout=wait)
    try:
        line = socket.create_connection((address, port), timeout=wait)
        connection.sock = ssl.create_default_context().wrap_socket(line, server_hostname=host) if secure else line
    except OSError as fault:
        raise Later(f"连接失败（{type(fault).__name__}）") from fault
    return connection


def _asked(connection: http.client.HTTPConnection, url: str, body: bytes, headers: dict[str, str]) -> dict[str, Any]:
    parts = urlsplit(url)
    there = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request("POST", there, body, headers)
        answer = connection.getresponse()
        said = answer.read(MOST_ANSWER)
    except (OSError, http.client.HTTPException) as fault:
        raise Unsure(f"对方没有答复（{type(fault).__name__}）") from fault
    if 200 <= answer.status < 300:
        return _read(said)
    final = 300 <= answer.status < 500 and answer.status not in BUSY
    raise (Refused if final else Later)(f"对方答复{answer.status}")


def _read(said: bytes) -> dict[str, Any]:
    try:
        found = json.loads(said)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
