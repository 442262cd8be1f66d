"""The staff's pages, asked for by who uses them, over the application without a network; how long each took."""

import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from benchmarks.pages_asked import Ask

PASSWORD = "for the benchmark only"
WARM = 2  # times that don't count


class People:
    """One browser for each who asks, signed in."""

    def __init__(self, app: Flask) -> None:
        self._app, self._clients = app, dict[str, FlaskClient]()

    def ask(self, who: str, path: str) -> tuple[float, float]:
        """Milliseconds until the first byte of the page is there, and until all of it is."""
        client = self._clients.get(who) or self._signed_in(who)
        began = time.perf_counter()
        answer = client.get(path)
        parts = iter(answer.iter_encoded())
        next(parts, b"")
        first = time.perf_counter()
        for _ in parts:
            pass
        assert answer.status_code == 200, (who, path, answer.status)
        return 1000 * (first - began), 1000 * (time.perf_counter() - began)

    def _signed_in(self, who: str) -> FlaskClient:
        client = self._app.test_client()
        assert client.post("/sign-in", data={"login": who, "password": PASSWORD}).status_code == 303, who
        self._clients[who] = client
        return client


def measured(people: People, pages: Sequence[Ask], rounds: int) -> list[dict[str, Any]]:
    """Each page `rounds` times, all in turn."""
    times: dict[Ask, list[float]] = defaultdict(list)
    for turn in range(-WARM, rounds):
        for page in pages:
            took = people.ask(page.who, page.path)[1]
            times[page] += [took] if turn >= 0 else []
        print(f"round {turn + 1} of {rounds}", file=sys.stderr, flush=True)
    return [_figures(page, times[page]) for page in pages]


def exported(people: People, pages: Sequence[Ask]) -> list[dict[str, Any]]:
    """Each file three times."""
    asked = {page: [people.ask(page.who, page.path) for _ in range(3)] for page in pages}
    return [_figures(page, [whole for _, whole in times]) | {"first": round(max(first for first, _ in times), 1)}
            for page, times in asked.items()]  # fmt: skip


def _figures(page: Ask, times: list[float]) -> dict[str, Any]:
    ordered = sorted(times)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return {"list": page.list, "what": page.what, "who": page.who, "path": page.path, "worst": round(ordered[-1], 1),
            "p50": round(statistics.median(ordered), 1), "p95": round(p95, 1)}  # fmt: skip
