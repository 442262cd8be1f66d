"""`make bench-pop`: the exchange's event that a phone rings → the event at the operator's browser, under 50 calls/s."""

import argparse
import sys
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from benchmarks import report
from benchmarks.browser import Browser
from benchmarks.house import OPERATORS, House, house
from benchmarks.report import PROJECT
from cli import sip
from cli.sip_scenario import Press, Wait
from hotline.exchange.errors import LinkError
from hotline.exchange.link import Link
from hotline.exchange.nodes import address
from tests.journeys import town

TO_A_PHONE = 1 + (PROJECT / "asterisk-conf/sounds/hotline/to_operator.alaw").stat().st_size / 8000


@dataclass
class Exchange:
    """A second ear at the exchange: when it stamped the event that a phone rings, by call; and how many calls came."""

    rang: dict[str, list[float]] = field(default_factory=dict)
    begun: list[float] = field(default_factory=list)

    def listen(self, link: Link, stop: threading.Event) -> None:
        try:
            while not stop.is_set():
                event = link.next_event(0.5)
                if event is None:
                    continue
                name = event.get("Event")
                if name == "AgentCalled":
                    self.rang.setdefault(event.get("AccountCode"), []).append(float(event.get("Timestamp")))
                elif name == "UserEvent" and event.get("Stage") == "ringing":
                    self.begun.append(float(event.get("Timestamp")))
        except LinkError as lost:
            print("the second ear lost the exchange:", lost, file=sys.stderr)


def delays(exchange: Exchange, browsers: list[Browser], *, since: float, until: float) -> list[float]:
    """Seconds from each ring to its event; the n-th ring of a call belongs to its n-th event."""
    heard: dict[str, list[float]] = {}
    for browser in browsers:
        for call, at in browser.offers:
            heard.setdefault(call, []).append(at)
    pairs = [
        (rang, at)
        for call, times in exchange.rang.items()
        for rang, at in zip(sorted(times), sorted(heard.get(call, [])), strict=False)
    ]
    return sorted(at - rang for rang, at in pairs if since < rang < until)


def measure(place: House, *, seconds: float, rate: float, offers: float) -> dict[str, Any]:
    """Figures of `seconds` under load, after a few to warm up."""
    settings, stop, ear = place.here.settings, threading.Event(), Exchange()
    with ExitStack() as stack:
        link = stack.enter_context(Link(address(settings)))
        stack.callback(stop.set)
        threading.Thread(target=ear.listen, args=(link, stop), daemon=True).start()
        browsers = [_operator(place, number, stack) for number in range(1, OPERATORS + 1)]
        total = seconds + 10
        short = sip.call(Wait(1), port=settings.sip_port, callers=sip.citizens(round(total * rate), "1"), rate=rate)
        stack.enter_context(short)
        asking = sip.call(Wait(1), Press("0", TO_A_PHONE + 2), port=settings.sip_port,
                          callers=sip.citizens(round(total * offers), "2"), rate=offers)  # fmt: skip
        stack.enter_context(asking)
        time.sleep(8)
        since, load = time.time(), report.load()
        time.sleep(seconds)
        until = time.time()
        time.sleep(2)
        sorry = short.stop().log + asking.stop().log
        print(sorry[-1500:] if sorry else "", file=sys.stderr)
        return _figures(ear, browsers, since, until) | {
            "load_during": [load, report.load()],
            "callers": {"placed_per_s": rate, "failed": short.stop().failed + asking.stop().failed},
        }


def _operator(place: House, number: int, stack: ExitStack) -> Browser:
    extension = f"800{number}"
    phone = sip.phone(extension, place.secret_of(extension), exchange=place.here.settings.sip_port, ring=1.0)
    stack.enter_context(phone)
    browser = Browser(place.here.settings.web_port)
    browser.sign_in(f"operator{number}", town.PASSWORD)
    browser.listen()
    stack.callback(browser.close)
    if not browser.live.wait(15):
        raise RuntimeError("the stream of events does not say that it is live")
    browser.ready()
    return browser


def _figures(ear: Exchange, browsers: list[Browser], since: float, until: float) -> dict[str, Any]:
    found = delays(ear, browsers, since=since, until=until)
    rang = sum(since < at < until for times in ear.rang.values() for at in times)
    if not found:
        raise RuntimeError(f"no event reached a browser; {rang} phones rang")

    def at(share: float) -> float:
        return round(found[min(len(found) - 1, int(len(found) * share))] * 1000, 1)

    return {
        "events": len(found), "p50_ms": at(0.5), "p99_ms": at(0.99), "max_ms": at(1), "rang": rang,
        "calls_per_s": round(sum(since < x < until for x in ear.begun) / (until - since), 1),
    }  # fmt: skip


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=95)
    options.add_argument("--rate", type=float, default=50)
    options.add_argument("--offers", type=float, default=2.5, help="callers a second who ask for a person")
    options.add_argument("--try", dest="trial", action="store_true", help="print only, write nothing")
    chosen = options.parse_args()
    before = report.load()
    with house() as place:
        time.sleep(5)
        found = measure(place, seconds=chosen.seconds, rate=chosen.rate, offers=chosen.offers)
    print(found)
    if not chosen.trial:
        report.write("pop", found, "sqlalchemy", "redis", "flask", "gunicorn", load_before=before)
        show(found)


def show(found: dict[str, Any]) -> None:
    head = ["phones that rang", "events at a browser", "calls/s", "p50 (ms)", "p99 (ms)", "longest (ms)"]
    row = [found[name] for name in ("rang", "events", "calls_per_s", "p50_ms", "p99_ms", "max_ms")]
    report.put("pop", report.table(head, [row]) + "\n\n" + report.measured_on("pop"))


if __name__ == "__main__":
    main()
