"""An operator's browser, as far as a measurement needs it: signed in, ready, and listening to its stream of events."""

import http.client
import json
import re
import threading
import time
from collections.abc import Mapping
from urllib.parse import urlencode


class Browser:
    """Cookies, the form's token, and one stream over a connection of its own."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._cookies: dict[str, str] = {}
        self.offers: list[tuple[str, float]] = []  # call, and the moment its event was read
        self.live = threading.Event()
        self._stream: http.client.HTTPConnection | None = None

    def sign_in(self, login: str, password: str) -> None:
        self._post("/sign-in", {"login": login, "password": password}, token_from="/sign-in", wanted=303)

    def ready(self) -> None:
        """Take calls."""
        self._post("/desk/readiness", {"state": "ready"}, token_from="/desk", wanted=200)

    def listen(self) -> None:
        """Read the stream in a thread until `close`."""
        threading.Thread(target=self._read, daemon=True).start()

    def close(self) -> None:
        if self._stream is not None and self._stream.sock is not None:
            self._stream.sock.shutdown(2)

    def _read(self) -> None:
        self._stream = http.client.HTTPConnection("127.0.0.1", self._port)
        self._stream.request("GET", "/desk/events", headers=self._headers() | {"Accept": "text/event-stream"})
        answer = self._stream.getresponse()
        kind = ""
        while line := answer.readline():
            at = time.time()
            name, _, value = line.decode().strip().partition(": ")
            if name == "event":
                kind = value
                if kind == "live":
                    self.live.set()
            elif name == "data" and kind == "desk":
                told = json.loads(value)
                if told["kind"] == "offer":
                    self.offers.append((told["call"], at))

    def _post(self, path: str, form: Mapping[str, str], *, token_from: str, wanted: int) -> None:
        page = self._ask("GET", token_from)[1]
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        if token is None:
            raise RuntimeError(f"{token_from} has no form")
        status, body = self._ask("POST", path, urlencode(dict(form) | {"csrf_token": token[1]}))
        if status != wanted:
            raise RuntimeError(f"POST {path} answered {status}: {re.sub('<[^>]+>', ' ', body)[:300]}")

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=15)
        headers = self._headers() | ({"Content-Type": "application/x-www-form-urlencoded"} if body else {})
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        text = answer.read().decode("utf-8", "replace")
        connection.close()
        return answer.status, text

    def _headers(self) -> dict[str, str]:
        return {"Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items())}
