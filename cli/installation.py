"""One installation on this machine: its folder, the secrets that it made for itself, and its children's environment."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from cli.connections import Connections
from cli.connections_file import read
from cli.exchange_plan import ExchangePlan, Phone
from hotline.exchange.nodes import each, nodes, records_folder
from hotline.settings import PREFIX, Settings, SettingsError, read_settings

FIRST_PHONE = 8001


@dataclass(frozen=True)
class Installation:
    """Settings, and the environment that makes every process of ours read the same ones."""

    settings: Settings
    environment: Mapping[str, str]

    def plan(self) -> ExchangePlan:
        """The exchange that belongs to this installation; of several the first."""
        return self.plans()[0]

    def plans(self) -> tuple[ExchangePlan, ...]:
        """All its exchanges, each knowing the others."""
        s = self.settings
        if not s.more_exchanges:
            return (self._plan(s),)
        shared = secret(s.folder, "exchanges")
        return tuple(replace(
            self._plan(one, place), others=tuple(other for other in nodes(s) if other.name != one.exchange_node),
            others_secret=shared, records=records_folder(s, one.exchange_node), dispatcher=s.dispatcher,
            home="exchange" if one is s else f"exchanges/{one.exchange_node}",
        ) for place, one in enumerate(each(s)))  # fmt: skip

    def _plan(self, s: Settings, place: int = 0) -> ExchangePlan:
        file = s.trunks_file
        connections = (read(Path(file), self.environment) if file else Connections()).at(place)
        return ExchangePlan(
            folder=s.folder.resolve(), ami_secret=s.ami_secret.get_secret_value(), phones=self._phones(connections),
            sip_port=s.sip_port, ami_port=s.ami_port, http_port=s.exchange_http_port,
            rtp_from=s.rtp_from, rtp_to=s.rtp_to,
            agi=f"{s.agi_host}:{s.agi_port}", ear=s.ear_address, bind=s.sip_bind, node=s.exchange_node, number=s.number,
            ami_user=s.ami_user, trunk_addresses=listed(s.trunk_addresses), trunk_contact=s.trunk_contact,
            trunk=s.trunk, trunk_channels=s.trunk_channels, trunk_shown=s.trunk_shown,
            trunk_permits=listed(s.trunk_permits), trunk_silent_seconds=s.trunk_silent_seconds, connections=connections,
            transfer_seconds=s.transfer_seconds, skill_seconds=s.skill_seconds,
            strategy=s.queue_strategy, said_seconds=s.queue_said_seconds, places=s.queue_offer,
            overflow_seconds=s.overflow_seconds, overflow_waiting=s.overflow_waiting,
            phone_silent_seconds=s.phone_silent_seconds, outside=listed(s.operators_may_dial),
            phone_networks=listed(s.phone_networks),
        )  # fmt: skip

    def _phones(self, connections: Connections) -> tuple[Phone, ...]:
        """The operators' phones; SettingsError where the file of trunks speaks of one that there isn't."""
        s = self.settings
        numbers = [str(FIRST_PHONE + n) for n in range(s.phones)]
        browsers = connections.phones.browser
        if strange := set(browsers) - set(numbers):
            raise SettingsError(f"{s.trunks_file}: phones: browser: HOTLINE_PHONES has no {', '.join(sorted(strange))}")
        return tuple(self._phone(one, browser=one in browsers) for one in numbers)

    def _phone(self, number: str, *, browser: bool) -> Phone:
        return Phone(number, "" if browser else secret(self.settings.folder, f"phone_{number}"), browser)


def installation(environment: Mapping[str, str]) -> Installation:
    """The installation that the environment names; secrets that it does not bring are made once and kept."""
    folder = Path(environment.get(PREFIX + "FOLDER", "var")).resolve()
    made = dict(environment) | {PREFIX + "FOLDER": str(folder)}
    for name in ("secret_key", "ami_secret"):
        key = PREFIX + name.upper()
        if key not in made and key + "_FILE" not in made:
            secret(folder, name)
            made[key + "_FILE"] = str(_file(folder, name))
    return Installation(read_settings(made), made)


def listed(given: str) -> tuple[str, ...]:
    """The parts of a setting that has several, with commas."""
    return tuple(one.strip() for one in given.split(",") if one.strip())


def own(folder: Path) -> None:
    """The folder of this installation, made at first use; its owner's only, for all that callers said lies in it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)


def secret(folder: Path, name: str) -> str:
    """A secret of this installation, made at first use; readable by its owner only."""
    path = _file(folder, name)
    if not path.exists():
        own(folder)
        path.parent.mkdir(exist_ok=True, mode=0o700)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(secrets.token_hex(24))
    return path.read_text(encoding="utf-8").strip()


def _file(folder: Path, name: str) -> Path:
    return folder / "secrets" / name
