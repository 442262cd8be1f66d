"""Callers of every kind at once, for as long as wanted, at a share of what `make bench-capacity` found the machine to hold."""

import json
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from benchmarks.capacity import SCENES, Scene
from cli import sip
from cli.sip import SippResult
from cli.sip_scenario import Say, Signal, Step, Wait
from dispatch.calls.calls import Outcome
from dispatch.line import menus
from dispatch.line.menu import Do, Item, Menu
from dispatch.line.menus import MenuVersion
from hotline.times import now
from hotline.voice import orders
from tests.journeys.conftest import House
from tests.journeys.trouble import TUNE

MENU = Menu((Item("1", "自助查询", Do.SELF_SERVICE), Item("3", "留言", Do.MESSAGE)))


@dataclass(frozen=True)
class Kind:
    """What a caller does, for how many seconds, what his call is called afterwards, and like whom of `make bench-capacity`
    he loads the machine."""

    like: str
    does: tuple[Step, ...]
    stays: float
    outcome: Outcome


KINDS = {
    "greeted": Kind("incoming", tuple(SCENES["incoming"].does), SCENES["incoming"].stays, Outcome.HUNG_UP),
    "machine": Kind("asking", tuple(SCENES["asking"].does), SCENES["asking"].stays, Outcome.ANSWERED_BY_MACHINE),
    "message": Kind("recorded", (Wait(1.5), Signal("3", 12), Say(TUNE), Wait(10)), 23.5, Outcome.MESSAGE_LEFT),
    "queued": Kind("queued", tuple(SCENES["queued"].does), SCENES["queued"].stays, Outcome.ANSWERED_BY_OPERATOR),
}  # fmt: skip


def together(measured: Path, share: float) -> dict[str, float]:
    """How many of each kind are there at once: each takes the same part of that share of what the machine holds."""
    held = json.loads(measured.read_text("utf-8"))
    return {name: share / len(KINDS) * lasting(SCENES[kind.like], held[kind.like]["ours"]["cps"]) for name, kind in KINDS.items()}


def lasting(scene: Scene, cps: float) -> float:
    """How many are there at once who go on calling as fast as those of the highest level that held were served, which
    is from when its first calls to when its last one hangs up: its peak is there for a moment only."""
    placed = cps * scene.within
    return placed * scene.stays / (scene.within + scene.stays)


def place(port: int, at_once: Mapping[str, float], seconds: float) -> tuple[dict[str, list[str]], dict[str, SippResult]]:
    """Let them call for so many seconds, evenly; who called, and how it went."""
    rates = {name: many / KINDS[name].stays for name, many in at_once.items()}
    people = {name: sip.citizens(max(1, round(rate * seconds)), str(group)) for group, (name, rate) in enumerate(rates.items())}
    with ExitStack() as stack:
        calling = {name: stack.enter_context(sip.call(*KINDS[name].does, port=port, callers=people[name], rate=rate)) for name, rate in rates.items()}
        last = time.monotonic() + seconds * 1.05 + 120
        return people, {name: sipp.result(last - time.monotonic()) for name, sipp in calling.items()}


def offer_a_message(house: House) -> None:
    """Put a menu in force by which a message is left while operators sit there."""
    with house.database.writing() as session:
        row = menus.write(session, MENU, reason="可留言", by="office", settings=house.settings, at=now()).id
        names = [name for text in MENU.texts() for name in orders.heard_names(session, text, voice=house.settings.voice)]
    house.eventually(lambda session: True if not orders.unmade(session, names) else None, 150)
    with house.database.writing() as session:
        menus.begin(session, session.get_one(MenuVersion, row), by="boss", settings=house.settings, at=now())
    time.sleep(2)  # within which the machine knows of it
